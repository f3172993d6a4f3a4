using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Adoption;

/// <summary>A container that calls models. Replicas of one service have the same job.</summary>
/// <param name="Container">The container.</param>
/// <param name="Job">The job that it is, as the estate names it or shall name it.</param>
public sealed record AppSeen(ContainerFacts Container, string Job)
{
    /// <summary>Hosts that its settings name as a model's, as <c>ollama</c> or <c>172.18.0.2</c>.</summary>
    public IReadOnlyList<string> ModelHosts { get; init; } = [];
}
