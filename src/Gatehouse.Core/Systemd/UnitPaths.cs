namespace Gatehouse.Core.Systemd;

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
