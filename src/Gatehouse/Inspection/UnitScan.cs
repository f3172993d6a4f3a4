using Gatehouse.Core.Systemd;

namespace Gatehouse.Inspection;

/// <summary>Reads the systemd services that lie on the host, the system's and this user's own.</summary>
internal static class UnitScan
{
    private const int UnitsMax = 2_000; // A desktop has some 400.

    /// <summary>
    /// Every service with its drop-ins, by name. Files that cannot be read are as if they were not there.
    /// </summary>
    /// <param name="root">The host's root folder; empty for this host.</param>
    /// <param name="home">The home of the user whose own units are read too; null for none.</param>
    public static IReadOnlyList<UnitFacts> Services(string root, string? home)
    {
        var units = new List<UnitFacts>();
        Read(units, [.. UnitPaths.SystemFolders.Select(folder => root + folder)]);
        if (home is not null) Read(units, [Path.Combine(home, UnitPaths.UserFolder)]);
        return units;
    }

    private static void Read(List<UnitFacts> units, string[] folders)
    {
        var paths = folders.SelectMany(FilesIn).ToHashSet(StringComparer.Ordinal);
        var names = paths.Where(static path => path.EndsWith(".service", StringComparison.Ordinal))
            .Where(path => folders.Contains(Path.GetDirectoryName(path))).Select(Path.GetFileName).Distinct()
            .Order(StringComparer.Ordinal).Take(UnitsMax);
        foreach (var name in names)
        {
            var files = UnitPaths.Of(name!, folders, paths).Select(Open).OfType<UnitFile>().ToArray();
            if (files.Length > 0) units.Add(UnitReader.Read(name!, files));
        }
    }

    private static string[] FilesIn(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder),
                .. Directory.EnumerateDirectories(folder, "*.d").SelectMany(Directory.EnumerateFiles)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static UnitFile? Open(string path)
    {
        try
        {
            var file = new FileInfo(path);
            // A link to /dev/null is how systemd masks a unit; anything that is no plain file could block or never end.
            var target = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            if (!target.Exists || target.Length is 0 or > UnitReader.TextMax
                || target.Attributes.HasFlag(FileAttributes.Device))
            {
                return null;
            }
            return new UnitFile(path, File.ReadAllText(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
