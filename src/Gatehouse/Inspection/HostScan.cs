using System.Collections.Immutable;
using System.Globalization;
using Gatehouse.Core.Inspection;

namespace Gatehouse.Inspection;

/// <summary>Reads what the host says of itself. What cannot be read stays unknown.</summary>
internal static class HostScan
{
    private const string ListenState = "0A"; // TCP_LISTEN in /proc/net/tcp (kernel documentation, proc_net_tcp).
    private const string EngineGroup = "docker";
    private const int LinesMax = 100_000; // Of /proc/net/tcp; a host with more sockets has other worries.

    /// <summary>Looks at the host.</summary>
    /// <param name="processes">The first processes of the containers, to compare their network namespaces.</param>
    /// <param name="stop">Ends the look.</param>
    public static async Task<HostFacts> ReadAsync(IEnumerable<int> processes, CancellationToken stop)
    {
        var spaces = ImmutableDictionary.CreateBuilder<int, string>();
        foreach (var process in processes.Where(static id => id > 0).Distinct())
        {
            if (ProcessText.Link(process, "ns/net") is { } space) spaces[process] = space;
        }
        return new HostFacts
        {
            OpenPorts = [.. OpenPorts("/proc/net/tcp").Concat(OpenPorts("/proc/net/tcp6")).Distinct().Order()],
            IsUfwActive = IsUfwActive(),
            NetworkNamespace = ProcessText.Link(1, "ns/net") ?? ProcessText.Link(Environment.ProcessId, "ns/net"),
            NetworkNamespaces = spaces.ToImmutable(),
            EngineUsers = [.. EngineUsers()],
            NvidiaToolkit = await ToolkitAsync(stop),
        };
    }

    private static IEnumerable<int> OpenPorts(string path)
    {
        foreach (var line in Lines(path).Skip(1).Take(LinesMax))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 4 || fields[3] != ListenState || fields[1].Split(':') is not [var address, var port])
                continue;
            if (address.All(static digit => digit == '0')
                && int.TryParse(port, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var number))
            {
                yield return number;
            }
        }
    }

    private static bool? IsUfwActive()
    {
        var setting = Lines("/etc/ufw/ufw.conf")
            .LastOrDefault(static line => line.StartsWith("ENABLED=", StringComparison.Ordinal));
        return setting is null ? null : setting["ENABLED=".Length..].Trim().Trim('"') == "yes";
    }

    private static IEnumerable<string> EngineUsers() => Lines("/etc/group")
        .Select(static line => line.Split(':')).Where(static fields => fields.Length == 4 && fields[0] == EngineGroup)
        .SelectMany(static fields => fields[3].Split(',', StringSplitOptions.RemoveEmptyEntries));

    private static async Task<string?> ToolkitAsync(CancellationToken stop)
    {
        const string Said = "NVIDIA Container Toolkit CLI version ";
        if (await ToolRun.AskAsync("nvidia-ctk", ["--version"], stop) is not { } text) return null;
        var start = text.IndexOf(Said, StringComparison.Ordinal);
        return start < 0 ? null : text[(start + Said.Length)..].Split('\n')[0].Trim();
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
