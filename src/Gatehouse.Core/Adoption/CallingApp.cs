using System.Collections.Immutable;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Adoption;

/// <summary>A container that calls models. Replicas of one service have the same job.</summary>
/// <param name="Container">The container.</param>
/// <param name="Job">The job that it is, as the estate names it or shall name it.</param>
public sealed record CallingApp(ContainerFacts Container, string Job)
{
    /// <summary>Where its settings, or its open connections, say that its models are.</summary>
    public ImmutableArray<ModelAddress> ModelHosts { get; init; } = [];
}

/// <summary>Where an app calls a model.</summary>
/// <param name="Host">A name or an address, as <c>ollama</c> or <c>172.18.0.2</c>.</param>
/// <param name="Port">The port; 0 when none was said.</param>
public sealed record ModelAddress(string Host, int Port = 0);
