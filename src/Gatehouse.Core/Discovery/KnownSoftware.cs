using System.Collections.Immutable;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery;

/// <summary>What is known of an image or program.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Role">What it does with models.</param>
/// <param name="Images">
/// The last part of the image's path, or its last two where one would not tell; a name without a host or tag.
/// </param>
public sealed record KnownSoftware(string Name, SoftwareRole Role, ImmutableArray<string> Images)
{
    /// <summary>The port on which it serves by its own choice; 0 for what serves no models.</summary>
    public int Port { get; init; }

    /// <summary>The dialects that it speaks; null for one that the gate does not.</summary>
    public ModelProvider? Provider { get; init; }

    /// <summary>Whether it is a database or another part that software brings along.</summary>
    public bool IsPart { get; init; }

    /// <summary>Whether its own documentation names variables that point it to models.</summary>
    public bool ReadsSettings { get; init; }

    /// <summary>
    /// The variables from which it takes the addresses of its models; empty where they are not known. Others that it is
    /// given with an address are leftovers, or for something else.
    /// </summary>
    public ImmutableArray<string> AddressVariables { get; init; } = [];

    /// <summary>What usually starts it.</summary>
    public TriggerKind Trigger { get; init; }

    /// <summary>Where its input usually comes from; null when that depends.</summary>
    public SourceKind? Source { get; init; }

    /// <summary>The variable that holds the address of what it reads; null when none does.</summary>
    public string? SourceVariable { get; init; }

    /// <summary>The kind of its usual sink; null when that depends.</summary>
    public SinkKind? Sink { get; init; }

    /// <summary>The variable that holds the address to which it writes; null when none does.</summary>
    public string? SinkVariable { get; init; }

    /// <summary>What it can do by its nature; a question that depends on its settings is not answered.</summary>
    public JobAbilities Can { get; init; } = JobAbilities.Unanswered;

    /// <summary>Why the answers are as they are, in words; null where none is given.</summary>
    public string? Because { get; init; }
}

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
