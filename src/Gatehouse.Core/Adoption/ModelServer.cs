using System.Collections.Immutable;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Adoption;

/// <summary>A container that serves models.</summary>
/// <param name="Container">The container.</param>
/// <param name="Provider">What it speaks.</param>
/// <param name="Port">The port inside on which it serves.</param>
public sealed record ModelServer(ContainerFacts Container, ModelProvider Provider, int Port)
{
    /// <summary>Names of the models that it serves now; empty when it was not asked.</summary>
    public ImmutableArray<string> Served { get; init; } = [];
}
