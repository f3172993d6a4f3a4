using System.Globalization;
using System.Text;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Inspection;

namespace Gatehouse.Inspection;

/// <summary>
/// Reads the processes that belong to no container and no service, values that may be secrets dropped.
/// </summary>
internal static class ProcessScan
{
    /// <summary>Programs that only run others: the script behind them says what it is.</summary>
    private static readonly string[] Interpreters =
        ["python", "node", "ruby", "perl", "bash", "sh", "dash", "bun", "deno"];

    public static IReadOnlyList<ProcessFacts> Bare() =>
        [.. Directory.EnumerateDirectories("/proc").Select(static path => Path.GetFileName(path))
            .Select(static name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                ? id : 0)
            .Where(static id => id > 0 && id != Environment.ProcessId).Order()
            .Select(Read).OfType<ProcessFacts>()];

    private static ProcessFacts? Read(int id)
    {
        if (ProcessText.Text(id, "cgroup") is not { } groups || IsHeld(groups)) return null;
        // A thread of the kernel has no command line.
        if (ProcessText.Text(id, "cmdline") is not { Length: > 0 } line) return null;
        var status = ProcessText.Text(id, "status") ?? "";
        var arguments = line.Split('\0', StringSplitOptions.RemoveEmptyEntries);
        if (arguments.Length == 0) return null;
        return new ProcessFacts
        {
            Id = id,
            Program = ProgramOf(arguments),
            Uid = Number(status, "Uid:"),
            MayGainPrivileges = Number(status, "NoNewPrivs:") is { } set ? set == 0 : null,
            NetworkNamespace = ProcessText.Link(id, "ns/net"),
            SecretNames = [.. (ProcessText.Text(id, "environ") ?? "").Split('\0', StringSplitOptions.RemoveEmptyEntries)
                .Select(EnvironmentFact.Parse).Where(static variable => variable.IsSecret)
                .Select(static variable => variable.Name).Distinct().Order(StringComparer.Ordinal)],
            HasSecretArgument = SecretArguments.HoldAny(arguments),
        };
    }

    /// <summary>A container's or a service's control group; a session's and a login's hold nothing back.</summary>
    private static bool IsHeld(string groups) => groups.Split('\n').Any(static line =>
        line.Contains("docker", StringComparison.Ordinal) || line.Contains("libpod", StringComparison.Ordinal)
        || line.Contains("containerd", StringComparison.Ordinal) || line.Contains("kubepods", StringComparison.Ordinal)
        || (line.EndsWith(".service", StringComparison.Ordinal) && !line.Contains("/user@", StringComparison.Ordinal))
        || (line.EndsWith(".service", StringComparison.Ordinal)
        && line.Contains("/app.slice/", StringComparison.Ordinal)));

    private static string ProgramOf(string[] arguments)
    {
        var program = Path.GetFileName(arguments[0]);
        if (!Interpreters.Any(name => program.StartsWith(name, StringComparison.Ordinal))) return program;
        var script = arguments.Skip(1).FirstOrDefault(static word => !word.StartsWith('-'));
        return script is null || script.Length > 200 ? program : Path.GetFileName(script);
    }

    private static long? Number(string status, string name)
    {
        var line = status.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        var words = line?[name.Length..].Split((char[])['\t', ' '], StringSplitOptions.RemoveEmptyEntries);
        // The second number of Uid is the effective one; other lines have one number.
        var word = words is null or [] ? null : words.Length > 1 ? words[1] : words[0];
        return long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}

/// <summary>Small files below /proc. A process that is gone, or another user's, gives nothing.</summary>
internal static class ProcessText
{
    private const int BytesMax = 128 * 1024; // Linux lets arguments and environment grow to megabytes; this is enough.

    public static string? Link(int process, string name)
    {
        try
        {
            return new FileInfo(PathOf(process, name)).LinkTarget;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static string? Text(int process, string name)
    {
        try
        {
            using var file = File.OpenRead(PathOf(process, name));
            var bytes = new byte[BytesMax];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return Encoding.UTF8.GetString(bytes, 0, length);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string PathOf(int process, string name)
        => string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/{name}");
}
