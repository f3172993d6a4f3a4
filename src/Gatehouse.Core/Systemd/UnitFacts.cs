using System.Collections.Immutable;

namespace Gatehouse.Core.Systemd;

/// <summary>One systemd unit as its files say: the unit itself and then its drop-ins, last wins.</summary>
public sealed record UnitFacts
{
    /// <summary>Its name, as <c>news.service</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The file of the unit itself; empty when there are only drop-ins.</summary>
    public required string Path { get; init; }

    /// <summary>The drop-ins, in the order in which they apply.</summary>
    public ImmutableArray<string> DropIns { get; init; } = [];

    /// <summary>
    /// Every assignment, in the order in which they apply, the empty ones too. Values may hold secrets.
    /// </summary>
    public ImmutableArray<UnitDirective> Directives { get; init; } = [];

    /// <summary>
    /// Lines that are neither assignment, section nor comment, as <c>path:line</c>; systemd skips them.
    /// </summary>
    public ImmutableArray<string> OddLines { get; init; } = [];

    /// <summary>
    /// The last value of a key. Empty when the last assignment is empty, which takes a setting back or, for a few
    /// such as <c>CapabilityBoundingSet=</c>, sets it to nothing. Null when the key is nowhere.
    /// </summary>
    /// <param name="section">The section, without brackets.</param>
    /// <param name="key">The key.</param>
    public string? Get(string section, string key) => Last(section, key)?.Value;

    /// <summary>The last assignment of a key; null when the key is nowhere.</summary>
    /// <param name="section">The section, without brackets.</param>
    /// <param name="key">The key.</param>
    public UnitDirective? Last(string section, string key)
        => Directives.LastOrDefault(one => one.Section == section && one.Key == key);

    /// <summary>
    /// The values of a key that may be given several times, in their order. An empty assignment drops those before it.
    /// </summary>
    /// <param name="section">The section, without brackets.</param>
    /// <param name="key">The key.</param>
    public IEnumerable<string> All(string section, string key) => Each(section, key).Select(static one => one.Value);

    /// <summary>The assignments behind <see cref="All"/>, with the place of each.</summary>
    /// <param name="section">The section, without brackets.</param>
    /// <param name="key">The key.</param>
    public IEnumerable<UnitDirective> Each(string section, string key)
    {
        var kept = new List<UnitDirective>();
        foreach (var one in Directives)
        {
            if (one.Section != section || one.Key != key)
                continue;
            if (one.Value.Length == 0)
                kept.Clear();
            else
                kept.Add(one);
        }
        return kept;
    }

    /// <summary>
    /// The words of all values of a key, as systemd splits them: at blanks, with quotes and backslashes taken off.
    /// </summary>
    /// <param name="section">The section, without brackets.</param>
    /// <param name="key">The key.</param>
    public IEnumerable<string> Words(string section, string key) =>
        All(section, key).SelectMany(static value => UnitText.Words(value));
}
