using Gatehouse.Core.Discovery;
using Gatehouse.Core.Discovery.Crontabs;

namespace Gatehouse.Discovery;

/// <summary>
/// Reads what cron starts: the tables of the system and of its users, and the scripts of its folders.
/// </summary>
internal static class HostCron
{
    private const int TableBytesMax = 1 << 20;

    private static readonly (string Folder, string Cron)[] ScriptFolders =
    [
        ("/etc/cron.hourly", "@hourly"), ("/etc/cron.daily", "@daily"), ("/etc/cron.weekly", "@weekly"),
        ("/etc/cron.monthly", "@monthly"), ("/etc/cron.yearly", "@yearly"),
    ];

    // Debian's place, and that of the Red Hat and Alpine families.
    private static readonly string[] UserFolders = ["/var/spool/cron/crontabs", "/var/spool/cron", "/etc/crontabs"];

    /// <summary>The sights.</summary>
    public static IEnumerable<Observation> Read(HostFiles files, IReadOnlyList<HostUser> users, ScriptCache scripts)
    {
        var homes = users.ToDictionary(static user => user.Name, static user => user.Home, StringComparer.Ordinal);
        var observations = new List<Observation>();
        foreach (var table in Tables(files))
        {
            var reading = CrontabReader.Read(table, homes, scripts);
            observations.AddRange(reading.Observations);
            if (reading.Problem is { } problem)
                files.Skip(table.Path, $"was read in part: {problem}");
        }
        foreach (var (folder, cron) in ScriptFolders)
        {
            foreach (var entry in Runnable(files, folder))
            {
                if (files.Read(entry.Path, HostFiles.ScriptBytesMax) is { } text)
                    observations.AddRange(CrontabReader.ReadScriptOfFolder(entry.Path, text, cron).Observations);
            }
        }
        return observations;
    }

    private static IEnumerable<CrontabFile> Tables(HostFiles files)
    {
        foreach (var path in Runnable(files, "/etc/cron.d").Select(static entry => entry.Path).Prepend("/etc/crontab"))
        {
            if (files.Read(path, TableBytesMax) is { } text)
                yield return new CrontabFile(path, text, CrontabKind.System);
        }
        foreach (var entry in UserFolders.SelectMany(files.List)
            .Where(static one => !one.IsFolder && !one.Name.StartsWith('.')))
        {
            if (files.Read(entry.Path, TableBytesMax) is { } text)
                yield return new CrontabFile(entry.Path, text, CrontabKind.User, entry.Name);
        }
    }

    /// <summary>The files that cron runs; one that it passes over for its name is worth a word.</summary>
    private static IEnumerable<HostEntry> Runnable(HostFiles files, string folder)
    {
        foreach (var entry in files.List(folder).Where(static one => !one.IsFolder && !one.Name.StartsWith('.')))
        {
            if (CrontabReader.IsPassedOver(entry.Name))
                files.Skip(entry.Path, "is not run by Debian's cron, for its name");
            else
                yield return entry;
        }
    }
}
