using System.Collections.Immutable;

namespace Gatehouse.Core.Discovery;

/// <summary>What one reader made of one text: sights, or why there are none.</summary>
/// <param name="Observations">What was seen; empty when there is nothing of interest.</param>
/// <param name="Problem">What was wrong with the text, in words, without any of its values; null when nothing
/// was.</param>
public sealed record ObservationReading(ImmutableArray<Observation> Observations, string? Problem)
{
    /// <summary>Nothing was seen and nothing was wrong.</summary>
    public static ObservationReading Nothing { get; } = new([], null);

    /// <summary>A text that could not be read.</summary>
    /// <param name="problem">What was wrong with it, in words.</param>
    public static ObservationReading Broken(string problem) => new([], problem);
}
