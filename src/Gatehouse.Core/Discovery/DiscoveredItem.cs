using System.Collections.Immutable;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery;

/// <summary>One job, model server or bypass, with its evidence and what to do about it.</summary>
public sealed record DiscoveredItem
{
    /// <summary>What it is.</summary>
    public required DiscoveredKind Kind { get; init; }

    /// <summary>The name that people use for it; for a job the key of its entry, proposed or declared.</summary>
    public required string Name { get; init; }

    /// <summary>What software it is, as far as that is known; empty when it is not.</summary>
    public string Software { get; init; } = "";

    /// <summary>Where it was seen.</summary>
    public ImmutableArray<string> Places { get; init; } = [];

    /// <summary>
    /// Names that only this item has, as <c>container web</c>, <c>unit news.service</c> or <c>process 7</c>.
    /// </summary>
    public ImmutableArray<ObservationIdentity> Identities { get; init; } = [];

    /// <summary>The evidence for it.</summary>
    public ImmutableArray<Evidence> Evidence { get; init; } = [];

    /// <summary>How it compares with the estate.</summary>
    public DiscoveredState State { get; init; }

    /// <summary>Whether any of it runs now; null when that could not be determined.</summary>
    public bool? IsRunning { get; init; }

    /// <summary>The addresses of a server, as <c>ollama:11434</c>.</summary>
    public ImmutableArray<string> Addresses { get; init; } = [];

    /// <summary>
    /// The dialects that a server speaks; null for one that the gate does not, and for what is no server.
    /// </summary>
    public ModelProvider? Provider { get; init; }

    /// <summary>
    /// The proposed entry; null when it is declared already, or where its models are could not be determined.
    /// </summary>
    public JobDraft? Job { get; init; }

    /// <summary>Models that the proposed entry needs and the estate lacks.</summary>
    public ImmutableArray<ModelDraft> Models { get; init; } = [];

    /// <summary>Sinks that the proposed entry needs and the estate lacks.</summary>
    public ImmutableArray<SinkDraft> Sinks { get; init; } = [];

    /// <summary>The risk of the job, declared or proposed; null for others, and without an entry.</summary>
    public RiskAssessment? Risk { get; init; }

    /// <summary>What is to be known about it, in sentences.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];
}

/// <summary>What was found.</summary>
public enum DiscoveredKind
{
    /// <summary>Something that calls models.</summary>
    Job,

    /// <summary>Something that serves models.</summary>
    Server,

    /// <summary>A path to a model or to a public sink that does not go through the gate.</summary>
    Bypass,
}

/// <summary>How a discovered item compares with the estate.</summary>
public enum DiscoveredState
{
    /// <summary>The estate does not know it.</summary>
    New,

    /// <summary>The estate declares it.</summary>
    Known,

    /// <summary>The estate declares it, and it was not found.</summary>
    Missing,
}
