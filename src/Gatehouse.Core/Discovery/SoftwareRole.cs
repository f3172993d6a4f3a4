namespace Gatehouse.Core.Discovery;

/// <summary>What a known image does with models.</summary>
public enum SoftwareRole
{
    /// <summary>It serves models.</summary>
    Server,

    /// <summary>It serves models of others: a server to some, and itself a job.</summary>
    Proxy,

    /// <summary>It is there to call models.</summary>
    App,

    /// <summary>
    /// It runs what people build in it: it is a job when a setting, a flow or a connection says that it calls models.
    /// </summary>
    Platform,

    /// <summary>It can call models: it is a job only when its own settings say that it does.</summary>
    Optional,

    /// <summary>It never calls models, whatever variables it shares with others.</summary>
    Plain,

    /// <summary>Gatehouse itself.</summary>
    Gate,
}
