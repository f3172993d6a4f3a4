using Gatehouse.Core.Discovery.UnitFiles;
using Gatehouse.Core.Systemd;

namespace Gatehouse.Discovery;

/// <summary>Reads the units of the host: the system's, and those of each user.</summary>
internal static class HostUnitReader
{
    private const int UnitBytesMax = 1 << 20;
    private const int UnitsMax = 5_000; // Of one manager; a server has about 300.

    private static readonly string[] Kinds = [".service", ".timer", ".path", ".socket"];

    /// <summary>Each manager's units.</summary>
    public static IReadOnlyList<UnitSet> Read(HostFiles files, IReadOnlyList<HostUser> users)
    {
        var sets = new List<UnitSet> { new(ReadFolders(files, UnitPaths.SystemFolders)) };
        foreach (var user in users)
        {
            var units = ReadFolders(files, [$"{user.Home}/{UnitPaths.UserFolder}", "/etc/systemd/user"]);
            if (units.Count > 0)
                sets.Add(new UnitSet(units, user.Name, user.Home));
        }
        return sets;
    }

    // Where Podman looks for quadlets (podman-systemd.unit(5)).
    private static readonly string[] QuadletFolders =
        ["/etc/containers/systemd", "/usr/share/containers/systemd", "/run/containers/systemd"];

    /// <summary>The containers that each manager gets from Podman's quadlets.</summary>
    public static IReadOnlyList<UnitSet> ReadQuadlets(HostFiles files, IReadOnlyList<HostUser> users)
    {
        var sets = new List<UnitSet> { new(Quadlets(files, QuadletFolders)) };
        sets.AddRange(users.Select(user
            => new UnitSet(Quadlets(files, [$"{user.Home}/.config/containers/systemd"]), user.Name, user.Home)));
        return [.. sets.Where(static set => set.Units.Count > 0)];
    }

    private static List<UnitFacts> Quadlets(HostFiles files, IReadOnlyList<string> folders)
        => [.. folders.SelectMany(folder
                => files.Walk(folder, 3, static name => name.EndsWith(".d", StringComparison.Ordinal)))
            .Where(static entry => entry.Name.EndsWith(".container", StringComparison.Ordinal)).Take(UnitsMax)
            .Select(entry => ReadUnit(files, entry.Name, [entry.Path, .. files.List($"{entry.Path}.d")
                .Where(static part => part.Name.EndsWith(".conf", StringComparison.Ordinal))
                .Select(static part => part.Path)])).OfType<UnitFacts>()];

    private static List<UnitFacts> ReadFolders(HostFiles files, IReadOnlyList<string> folders)
    {
        var (paths, names) =
            (new HashSet<string>(StringComparer.Ordinal), new SortedSet<string>(StringComparer.Ordinal));
        foreach (var entry in folders.SelectMany(files.List))
        {
            if (entry.Name.EndsWith(".d", StringComparison.Ordinal))
            {
                paths.UnionWith(
                    files.List(entry.Path).Where(static one => !one.IsFolder).Select(static one => one.Path));
            }
            else if (!entry.IsFolder && Kinds.Any(kind => entry.Name.EndsWith(kind, StringComparison.Ordinal)))
            {
                (_, _) = (paths.Add(entry.Path), names.Add(entry.Name));
            }
        }
        return [.. names.Take(UnitsMax).Select(name => ReadUnit(files, name, UnitPaths.Of(name, folders, paths)))
            .OfType<UnitFacts>()];
    }

    private static UnitFacts? ReadUnit(HostFiles files, string name, IReadOnlyList<string> paths)
    {
        if (paths.Count == 0 || files.IsMasked(paths[0]))
            return null;
        var texts = paths.Select(path => files.Read(path, UnitBytesMax) is { } text ? new UnitFile(path, text) : null)
            .OfType<UnitFile>().ToArray();
        return texts.Length == 0 ? null : UnitReader.Read(name, texts);
    }
}
