using System.Collections.Immutable;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery;

/// <summary>
/// One thing seen on this host that may be an AI job or a model server, before it is judged: where it was seen and
/// what was read there. Every reader of a format makes sights; one judge turns them into finds.
/// </summary>
public sealed record Observation
{
    /// <summary>What kind of thing it is.</summary>
    public required ObservationKind Kind { get; init; }

    /// <summary>Where it was seen, as <c>container open-webui</c> or <c>/etc/cron.d/news:3</c>.</summary>
    public required string Place { get; init; }

    /// <summary>The name that people use for it; the proposed job's name is made from it.</summary>
    public required string Name { get; init; }

    /// <summary>The system user it runs as; null when that was not seen.</summary>
    public string? User { get; init; }

    /// <summary>What starts it; null when that was not seen.</summary>
    public TriggerKind? Trigger { get; init; }

    /// <summary>
    /// Five cron fields or a macro, where a schedule starts it; null when there is none that cron can say.
    /// </summary>
    public string? Cron { get; init; }

    /// <summary>
    /// Names that only this thing has, as <c>container web</c>, <c>compose shop/web</c> or <c>unit news.service</c>:
    /// two
    /// sights that share one are of the same thing.
    /// </summary>
    public ImmutableArray<string> Identities { get; init; } = [];

    /// <summary>The software that it is known to be; null when it is not.</summary>
    public KnownSoftware? Software { get; init; }

    /// <summary>Its places in networks, where that was seen.</summary>
    public ImmutableArray<ObservationEndpoint> Endpoints { get; init; } = [];

    /// <summary>Ports that it publishes on the host.</summary>
    public ImmutableArray<PortFact> Ports { get; init; } = [];

    /// <summary>Ports on which it listens, where it is.</summary>
    public ImmutableArray<int> ListeningPorts { get; init; } = [];

    /// <summary>What it sees of the host.</summary>
    public ImmutableArray<MountFact> Mounts { get; init; } = [];

    /// <summary>
    /// Variables that it has only because one file or one block of them is given to everything: they say nothing of
    /// it.
    /// </summary>
    public ImmutableArray<string> SharedVariables { get; init; } = [];

    /// <summary>Whether it uses the host's own network.</summary>
    public bool IsOnHostNetwork { get; init; }

    /// <summary>Whether it was running when it was seen.</summary>
    public bool IsRunning { get; init; }

    /// <summary>What was read, in the order in which it was read.</summary>
    public required ImmutableArray<Evidence> Evidence { get; init; }
}
