using System.Globalization;
using System.Text;

namespace Gatehouse.Discovery;

/// <summary>Lists processes from <c>/proc</c>. A process that ends meanwhile is left out.</summary>
internal static class LiveProcesses
{
    private const int ProcessesMax = 50_000; // Far above any house.
    private const int CommandBytesMax = 64 * 1024; // Of one command line.
    private const int IdLength = 64; // Hexadecimal digits of a container's id.

    /// <summary>Every process with a command line; threads of the kernel have none.</summary>
    /// <param name="root">The folder that stands for <c>/proc</c>.</param>
    public static IReadOnlyList<LiveProcess> Read(string root)
    {
        var found = new List<LiveProcess>();
        foreach (var folder in Directory.EnumerateDirectories(root).Take(ProcessesMax))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && One(id, folder) is { } process)
            {
                found.Add(process);
            }
        }
        return found;
    }

    private static LiveProcess? One(int id, string folder)
    {
        try
        {
            var words = Text(Path.Combine(folder, "cmdline"), CommandBytesMax)
                .Split('\0', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0) return null;
            var (container, unit) = Group(Text(Path.Combine(folder, "cgroup"), 16 * 1024));
            return new LiveProcess(id, [.. words], Uid(Path.Combine(folder, "status")),
                Namespace(Path.Combine(folder, "ns", "net")), container, unit);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static int Uid(string path)
    {
        foreach (var line in Text(path, 16 * 1024).Split('\n'))
        {
            if (line.StartsWith("Uid:", StringComparison.Ordinal)
                && line.Split('\t') is [_, var real, ..]
                && int.TryParse(real, CultureInfo.InvariantCulture, out var uid))
            {
                return uid;
            }
        }
        return -1;
    }

    /// <summary>
    /// The namespace's name, as <c>net:[4026531840]</c>; empty where another user's may not be asked.
    /// </summary>
    private static string Namespace(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget ?? "";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>
    /// The container or the service that a control group belongs to, by the names that engines and systemd give.
    /// </summary>
    private static (string? Container, string? Unit) Group(string text)
    {
        string? unit = null;
        foreach (var part in text.Split('\n').SelectMany(line => line.Split('/').Skip(1)))
        {
            var name = part.EndsWith(".scope", StringComparison.Ordinal) ? part[..^".scope".Length] : part;
            var id = name[(name.LastIndexOf('-') + 1)..];
            if (id.Length == IdLength && id.All(char.IsAsciiHexDigitLower)) return (id, null);
            if (part.EndsWith(".service", StringComparison.Ordinal)
                && !part.StartsWith("user@", StringComparison.Ordinal))
            {
                unit = part;
            }
        }
        return (null, unit);
    }

    private static string Text(string path, int bytesMax)
    {
        using var file = File.OpenRead(path);
        var bytes = new byte[bytesMax];
        return Encoding.UTF8.GetString(bytes, 0, file.ReadAtLeast(bytes, bytesMax, throwOnEndOfStream: false));
    }
}
