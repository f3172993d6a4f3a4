namespace Gatehouse.Core.Discovery;

/// <summary>
/// One piece of evidence: what was read, and where. Never holds the value of a secret: for a key it holds the name.
/// </summary>
/// <param name="Kind">What it points to.</param>
/// <param name="Where">Where it was read, as <c>env OLLAMA_BASE_URL</c>, <c>image</c> or <c>line 3</c>.</param>
/// <param name="Value">
/// What was read: a URL without user and password, a model's name, a variable's name, an image, a program, a port.
/// </param>
public sealed record Evidence(EvidenceKind Kind, string Where, string Value)
{
    /// <summary>The environment variable that it was read in; null for every other place.</summary>
    public string? Variable { get; init; }

    /// <summary>What kind of place it was read in, where that decides what it means.</summary>
    public EvidenceSource Source { get; init; }
}

/// <summary>Places that give evidence a meaning of their own. For people, the place is told in words.</summary>
public enum EvidenceSource
{
    /// <summary>Any other place.</summary>
    Other,

    /// <summary>What a model server itself lists.</summary>
    OwnList,

    /// <summary>The name of a model as the software's own callers know it.</summary>
    Alias,

    /// <summary>A configuration file of the software.</summary>
    Settings,

    /// <summary>What a Compose service is given under <c>models:</c>.</summary>
    ServiceModels,

    /// <summary>A mount of the container engine's socket.</summary>
    EngineSocket,
}

/// <summary>What evidence points to.</summary>
public enum EvidenceKind
{
    /// <summary>The address of a model server or a hosted model API.</summary>
    ModelUrl,

    /// <summary>The name of a model.</summary>
    ModelName,

    /// <summary>The name of a variable or setting that holds a model provider's key.</summary>
    ModelKey,

    /// <summary>The name of a provider of models that a setting chooses.</summary>
    ModelProvider,

    /// <summary>An image or program that is known to call models.</summary>
    ModelClient,

    /// <summary>An image, program or port that is known to serve models.</summary>
    ModelServer,

    /// <summary>An open connection to a model server or a hosted model API, as <c>10.0.0.2:11434</c>.</summary>
    ModelConnection,

    /// <summary>A place to which output goes that others can read: its URL or the kind of node.</summary>
    Sink,

    /// <summary>The name of a variable or setting that holds a sink's own credential.</summary>
    SinkKey,

    /// <summary>Where input comes from: a URL, a path, or the kind of node.</summary>
    Source,

    /// <summary>The path or address at which a webhook arrives.</summary>
    Webhook,

    /// <summary>Something that lets it change data, its own configuration, or the machine, in words.</summary>
    Power,

    /// <summary>That a model server hands calls to another one, in words.</summary>
    HandsOn,

    /// <summary>
    /// It fetches, lists or checks models and does nothing else: an <c>ollama pull</c>, a health check.
    /// </summary>
    Upkeep,

    /// <summary>A port published on the host, as <c>0.0.0.0:11434</c>.</summary>
    OpenPort,
}
