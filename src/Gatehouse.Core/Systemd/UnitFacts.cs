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

/// <summary>
/// Which files make a unit, of those that lie in the folders of the host: systemd takes the unit itself from the first
/// folder that has it, and every drop-in by its name from the first folder that has that name.
/// </summary>
public static class UnitPaths
{
    /// <summary>The folders of the system's units, the strongest first (systemd.unit(5), table 1).</summary>
    public static IReadOnlyList<string> SystemFolders { get; } =
    [
        "/etc/systemd/system.control", "/run/systemd/system.control", "/run/systemd/transient",
        "/run/systemd/generator.early", "/etc/systemd/system", "/run/systemd/system", "/run/systemd/generator",
        "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system",
        "/run/systemd/generator.late",
    ];

    /// <summary>The folder of a user's own units, below that user's home.</summary>
    public const string UserFolder = ".config/systemd/user";

    /// <summary>The files of a unit, in the order in which they apply; empty when no folder has it.</summary>
    /// <param name="name">The unit, as <c>news.service</c>.</param>
    /// <param name="folders">The folders, the strongest first.</param>
    /// <param name="paths">Every file in those folders and in their folders of drop-ins.</param>
    public static IReadOnlyList<string> Of(string name, IReadOnlyList<string> folders, IReadOnlySet<string> paths)
    {
        ArgumentNullException.ThrowIfNull(name);
        string[] names = TemplateOf(name) is { } template ? [name, template] : [name];
        var unit = names.SelectMany(one => folders.Select(folder => $"{folder}/{one}")).FirstOrDefault(paths.Contains);
        var places = DropInFolders(names).SelectMany(place => folders.Select(folder => $"{folder}/{place}/")).ToArray();
        var dropIns = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var place in places)
        {
            foreach (var path in paths)
            {
                if (path.StartsWith(place, StringComparison.Ordinal) && path.EndsWith(".conf", StringComparison.Ordinal)
                    && path.IndexOf('/', place.Length) < 0)
                {
                    dropIns.TryAdd(path[place.Length..], path);
                }
            }
        }
        return unit is null ? [] : [unit, .. dropIns.Values];
    }

    /// <summary>The template of an instance, as <c>news@.service</c> of <c>news@daily.service</c>.</summary>
    /// <param name="name">The unit.</param>
    /// <returns>Null when the unit is no instance.</returns>
    public static string? TemplateOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var (at, dot) = (name.IndexOf('@', StringComparison.Ordinal), name.LastIndexOf('.'));
        return at < 0 || dot <= at + 1 ? null : $"{name[..(at + 1)]}{name[dot..]}";
    }

    /// <summary>
    /// The nearest first: the unit's own, its template's, those of each beginning that ends in a dash, the type's.
    /// </summary>
    private static IEnumerable<string> DropInFolders(string[] names)
    {
        foreach (var name in names)
            yield return $"{name}.d";
        var dot = names[0].LastIndexOf('.');
        if (dot < 0)
            yield break;
        var type = names[0][(dot + 1)..];
        for (var dash = names[0].LastIndexOf('-', dot); dash > 0; dash = names[0].LastIndexOf('-', dash - 1))
            yield return $"{names[0][..(dash + 1)]}.{type}.d";
        yield return $"{type}.d";
    }
}
