namespace Gatehouse.Core.Estate;

/// <summary>What starts a job.</summary>
public enum TriggerKind
{
    /// <summary>Nobody said; counts as unattended.</summary>
    Unknown,

    /// <summary>A schedule.</summary>
    Cron,

    /// <summary>A web request from elsewhere.</summary>
    Webhook,

    /// <summary>An event inside the house, such as a file that appears.</summary>
    Event,

    /// <summary>A person who asks something.</summary>
    Prompt,

    /// <summary>A person who starts it by hand.</summary>
    Manual,

    /// <summary>It never stops.</summary>
    Always,
}
