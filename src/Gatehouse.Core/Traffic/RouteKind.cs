namespace Gatehouse.Core.Traffic;

/// <summary>What the gate does with a route.</summary>
public enum RouteKind
{
    /// <summary>A prompt goes to a model: inspected, recorded, forwarded.</summary>
    Call,

    /// <summary>A list of models, answered from the plan with the job's own models only.</summary>
    List,

    /// <summary>One model's description, answered from the plan and the cache, for the job's own models only.</summary>
    Show,

    /// <summary>What clients ask to see whether a server is there; answered by the gate.</summary>
    Probe,

    /// <summary>Model management, refused unless the job may do that, and then an act on record.</summary>
    Manage,

    /// <summary>Forwarded and recorded without being inspected, for jobs that list it.</summary>
    Opaque,
}
