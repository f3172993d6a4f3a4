using System.Globalization;
using System.Text.RegularExpressions;

namespace Gatehouse.Tests.Binary;

/// <summary>
/// One system call of a trace. <see cref="Began"/> and <see cref="Returned"/> are positions in the trace: what returned
/// at 5 was over before what began at 6.
/// </summary>
internal sealed partial record TracedCall(string Name, string Text, int Began, int Returned)
{
    public bool Succeeded { get; } = Result().Match(Text) is { Success: true } result
        && result.Groups[1].Value[0] != '-';

    public bool IsReceive => Name is "recvfrom" or "recvmsg" or "read" or "readv";

    public bool IsSend => Name is "sendto" or "sendmsg" or "write" or "writev" or "sendmmsg";

    public bool IsSync => Name is "fsync" or "fdatasync";

    /// <summary>Whether it is about the file of that name.</summary>
    public bool IsOnFile(string name) => File().Match(Text) is { Success: true } file
        && file.Groups[1].Value.EndsWith("/" + name, StringComparison.Ordinal);

    /// <summary>Whether it is about a TCP connection that was accepted on that port.</summary>
    public bool IsOfCallerAt(int port) => PortOf("local") == port;

    /// <summary>Whether it is about a TCP connection that was made to that port.</summary>
    public bool IsOfServerAt(int port) => PortOf("remote") == port;

    public bool Says(string text) => Text.Contains(text, StringComparison.Ordinal);

    /// <summary>Puts the two halves of calls together that other threads' calls interrupted in the trace.</summary>
    public static IReadOnlyList<TracedCall> Parse(IReadOnlyList<string> lines)
    {
        const string unfinished = "<unfinished ...>";
        var calls = new List<TracedCall>();
        var open = new Dictionary<string, (string Name, string Text, int Began)>();
        for (var at = 0; at < lines.Count; at++)
        {
            if (Resumed().Match(lines[at]) is { Success: true } rest)
            {
                if (!open.Remove(rest.Groups[1].Value, out var begun)) continue;
                calls.Add(new TracedCall(begun.Name, begun.Text + rest.Groups[2].Value, begun.Began, at));
            }
            else if (Whole().Match(lines[at]) is { Success: true } call)
            {
                var (pid, name, text) = (call.Groups[1].Value, call.Groups[2].Value, call.Groups[3].Value);
                if (text.EndsWith(unfinished, StringComparison.Ordinal))
                    open[pid] = (name, text[..^unfinished.Length], at);
                else calls.Add(new TracedCall(name, text, at, at));
            }
        }
        return [.. calls.OrderBy(call => call.Began)];
    }

    private int PortOf(string side) => Tcp().Match(Text) is { Success: true } ports
        ? int.Parse(ports.Groups[side].Value, CultureInfo.InvariantCulture)
        : -1;

    [GeneratedRegex(@"^(\d+) +(\w+)\((.*)$")]
    private static partial Regex Whole();

    [GeneratedRegex(@"^(\d+) +<\.\.\. \w+ resumed>(.*)$")]
    private static partial Regex Resumed();

    [GeneratedRegex(@"\) += (-?\d+)[^=]*$")]
    private static partial Regex Result();

    [GeneratedRegex(@"^\d+<(/[^>]*)>")]
    private static partial Regex File();

    [GeneratedRegex(@"^\d+<TCP(v6)?:\[[^>]*?:(?<local>\d+)->[^>]*:(?<remote>\d+)\]>")]
    private static partial Regex Tcp();
}
