using System.Globalization;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Syntax;

namespace Gatehouse.Core.Compose;

/// <summary>Reads a command, which a file writes as one text or as a list of words.</summary>
internal static class CommandText
{
    /// <summary>The words of a command in either form.</summary>
    public static IEnumerable<string> Words(ComposeNode? node) => node switch
    {
        ComposeNode.Sequence list => list.Items.Select(item => item.Text).OfType<string>(),
        { Text: { } text } => ShellWords.Split(text),
        _ => [],
    };
}

/// <summary>Reads the ports of a service, in their short form and their long one.</summary>
internal static class PortText
{
    private const int RangeMax = 256; // Ports of one range that are written out.
    private const string Everywhere = "0.0.0.0"; // What the engine takes when no address is said.

    /// <summary>Reads one item of <c>ports:</c>; null when it is none.</summary>
    public static IReadOnlyList<PortFact>? Read(ComposeNode node)
    {
        if (node.Text is { } text) return Short(text);
        if (node is not ComposeNode.Mapping map || Range(map["target"]?.Text) is not { } target) return null;
        var published = map["published"]?.Text is { Length: > 0 } said ? Range(said) : (0, 0);
        if (published is not { } host) return null;
        return Pair(map["host_ip"]?.Text ?? "", host, target, map["protocol"]?.Text ?? "tcp");
    }

    /// <summary>Reads the short form, as <c>127.0.0.1:8080:80</c>; null when it is none.</summary>
    public static List<PortFact>? Short(string text)
    {
        var slash = text.LastIndexOf('/');
        var protocol = slash < 0 ? "tcp" : text[(slash + 1)..];
        var rest = slash < 0 ? text : text[..slash];
        var cut = rest.LastIndexOf(':');
        if (Range(rest[(cut + 1)..]) is not { } target) return null;
        if (cut < 0) return Pair("", (0, 0), target, protocol);
        var left = rest[..cut];
        // What stands before the host port may be an IPv6 address in brackets.
        var before = left.LastIndexOf(':');
        var isAddressOnly = left.EndsWith(']');
        var said = isAddressOnly ? "" : left[(before + 1)..];
        var address = isAddressOnly ? left : before < 0 ? "" : left[..before];
        var published = said.Length == 0 ? (0, 0) : Range(said);
        return published is { } host ? Pair(address, host, target, protocol) : null;
    }

    private static List<PortFact> Pair(
        string address, (int From, int To) host, (int From, int To) target, string protocol)
    {
        var shown = address.Trim('[', ']') is { Length: > 0 } said ? said : Everywhere;
        var count = Math.Min(target.To - target.From + 1, RangeMax);
        // One port inside with a range outside: the engine picks one of the range.
        var step = host.To - host.From == target.To - target.From ? 1 : 0;
        return [.. Enumerable.Range(0, count).Select(i =>
            new PortFact(target.From + i, protocol, shown, host.From == 0 ? 0 : host.From + (i * step)))];
    }

    private static (int From, int To)? Range(string? text)
    {
        if (text is null) return null;
        var cut = text.IndexOf('-', StringComparison.Ordinal);
        if (!Port(cut < 0 ? text : text[..cut], out var from)) return null;
        if (cut < 0) return (from, from);
        return Port(text[(cut + 1)..], out var to) && to >= from ? (from, to) : null;
    }

    private static bool Port(string text, out int port)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= 65535;
}

/// <summary>Reads the volumes of a service, in their short form and their long one.</summary>
internal static class VolumeText
{
    /// <summary>The path inside, of a volume in its short form.</summary>
    public static string TargetOf(string text) => Parts(text) is [_, var target, ..] ? target : text;

    /// <summary>Reads one volume; null when it says no path inside.</summary>
    public static MountFact? Read(ComposeNode node)
    {
        if (node.Text is { } text) return Short(text, node.Source.Directory);
        if (node is not ComposeNode.Mapping map || map["target"]?.Text is not { } target) return null;
        var kind = map["type"]?.Text ?? "volume";
        var source = map["source"]?.Text ?? "";
        var path = kind == "bind" ? OnHost(source, node.Source.Directory) : "";
        return new MountFact(kind, path, target, map["read_only"]?.Text != "true",
            (map["bind"] as ComposeNode.Mapping)?["propagation"]?.Text ?? "", kind == "volume" ? source : "");
    }

    /// <summary>Reads the short form, as <c>./data:/data:ro</c>.</summary>
    public static MountFact Short(string text, string directory)
    {
        var parts = Parts(text);
        if (parts is [var only]) return new MountFact("volume", "", only, true, "", "");
        var modes = parts.Length > 2 ? parts[2].Split(',') : [];
        var isBind = parts[0] is ['.' or '/' or '~', ..];
        var propagation = modes.FirstOrDefault(static mode => mode.EndsWith("shared", StringComparison.Ordinal)
            || mode.EndsWith("slave", StringComparison.Ordinal)
            || mode.EndsWith("private", StringComparison.Ordinal)) ?? "";
        return new MountFact(isBind ? "bind" : "volume", isBind ? OnHost(parts[0], directory) : "", parts[1],
            !modes.Contains("ro"), propagation, isBind ? "" : parts[0]);
    }

    private static string[] Parts(string text) => text.Split(':', 3);

    // Whose home a tilde means only the shell of the caller knows.
    private static string OnHost(string path, string directory)
        => path.StartsWith('~') ? path : ComposePath.Join(directory, path);
}
