using System.Collections.Immutable;

namespace Gatehouse.Core.Discovery.HomeAssistant;

/// <summary>What was made of the files of one Home Assistant.</summary>
/// <param name="Observations">Agents, automations and scripts that have to do with models.</param>
/// <param name="Problems">Files that could not be read, by path, and why.</param>
public sealed record HomeReading(ImmutableArray<Observation> Observations,
    ImmutableArray<(string Path, string Why)> Problems);
