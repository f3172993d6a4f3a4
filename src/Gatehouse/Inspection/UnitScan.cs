using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Gatehouse.Core.Inspection;
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

/// <summary>
/// Lets systemd rate a service without running it. It is given a copy with every drop-in folded in and without
/// commands and variables: neither counts in the score, and both may hold secrets.
/// </summary>
internal static class ExposureScan
{
    private const string Tool = "systemd-analyze";

    private static readonly string[] LeftOut =
        ["Environment", "EnvironmentFile", "SetCredential", "SetCredentialEncrypted"];

    /// <summary>What systemd says; null where it has no say.</summary>
    public static async Task<UnitExposure?> ReadAsync(UnitFacts unit, CancellationToken stop)
    {
        var folder = Directory.CreateTempSubdirectory("gatehouse-unit-").FullName;
        try
        {
            // The tool refuses a file whose name is no unit's, and a template has no instance to rate.
            var path = Path.Combine(folder, "subject.service");
            await File.WriteAllTextAsync(path, TextOf(unit), stop);
            string[] words = ["security", "--offline=true", "--no-pager", path];
            if (await ToolRun.AskAsync(Tool, words, stop) is not { } table) return null;
            if (await ToolRun.AskAsync(Tool, [.. words, "--json=short"], stop) is not { } json) return null;
            return UnitExposure.Read(table, json);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string TextOf(UnitFacts unit)
    {
        var text = new StringBuilder("[Service]\nExecStart=/bin/true\n");
        foreach (var one in unit.Directives.Where(static one => one.Section == "Service"
            && !one.Key.StartsWith("Exec", StringComparison.Ordinal) && !LeftOut.Contains(one.Key)
            && one.Value.AsSpan().IndexOfAny('\n', '\r') < 0))
        {
            text.Append(one.Key).Append('=').Append(one.Value).Append('\n');
        }
        return text.ToString();
    }
}

/// <summary>Asks a tool of the host, bounded in time and output; a tool that is not there says nothing.</summary>
internal static class ToolRun
{
    private const int CharactersMax = 256 * 1024;
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(5);

    /// <summary>What the tool printed; null when it is missing, fails, is too slow or prints too much.</summary>
    public static async Task<string?> AskAsync(string tool, string[] words, CancellationToken stop)
    {
        var start = new ProcessStartInfo(tool)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (var word in words) start.ArgumentList.Add(word);
        // Output is read by programs here: no colours, no translation.
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["SYSTEMD_COLORS"] = "0";
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Within);
        Process? process = null;
        try
        {
            process = Process.Start(start);
            if (process is null) return null;
            process.StandardInput.Close();
            var complaints = process.StandardError.BaseStream.CopyToAsync(Stream.Null, patience.Token);
            var said = await ReadAsync(process.StandardOutput, patience.Token);
            await complaints;
            await process.WaitForExitAsync(patience.Token);
            return process.ExitCode == 0 ? said : null;
        }
        catch (Exception error) when (error is Win32Exception or IOException or OperationCanceledException)
        {
            stop.ThrowIfCancellationRequested();
            return null;
        }
        finally
        {
            if (process is { HasExited: false }) process.Kill(entireProcessTree: true);
            process?.Dispose();
        }
    }

    private static async Task<string?> ReadAsync(StreamReader output, CancellationToken stop)
    {
        var buffer = new char[CharactersMax + 1];
        var length = await output.ReadBlockAsync(buffer.AsMemory(), stop);
        return length > CharactersMax ? null : new string(buffer, 0, length);
    }
}
