using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Compose;

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
