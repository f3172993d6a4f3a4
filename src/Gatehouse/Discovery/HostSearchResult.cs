using System.Collections.Immutable;
using Gatehouse.Core.Adoption;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Engine;

namespace Gatehouse.Discovery;

/// <summary>What discovery saw, what it looked at, and what it could not look at.</summary>
/// <param name="Observations">What it saw.</param>
/// <param name="Engine">What the engine has; null when it could not be asked.</param>
/// <param name="Looked">What it looked at, in words.</param>
/// <param name="Skipped">What it could not look at and why, in words.</param>
internal sealed record HostSearchResult(
    HostObservations Observations, EngineView? Engine, IReadOnlyList<string> Looked, IReadOnlyList<string> Skipped)
{
    /// <summary>How the engine differs from what was adopted, as sentences.</summary>
    public ImmutableArray<string> Changed => Engine is null ? [] : AdoptionDrift.SeenIn(Engine);
}
