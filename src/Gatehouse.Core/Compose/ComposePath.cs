namespace Gatehouse.Core.Compose;

/// <summary>Paths as text; the disk is not asked.</summary>
internal static class ComposePath
{
    /// <summary>An absolute path without dots: the path itself, or below a directory.</summary>
    public static string Join(string directory, string path)
    {
        var parts = new List<string>();
        var whole = path.StartsWith('/') ? path : directory + "/" + path;
        foreach (var part in whole.Split('/'))
        {
            if (part == ".." && parts.Count != 0) parts.RemoveAt(parts.Count - 1);
            else if (part is not ("" or "." or "..")) parts.Add(part);
        }
        return "/" + string.Join('/', parts);
    }

    public static string DirectoryOf(string path)
    {
        var cut = path.LastIndexOf('/');
        return cut <= 0 ? "/" : path[..cut];
    }

    public static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>Whether a path names something that has to be fetched.</summary>
    public static bool IsRemote(string path) => path.Contains("://", StringComparison.Ordinal)
        || path.StartsWith("git@", StringComparison.Ordinal)
        || path.StartsWith("github.com/", StringComparison.Ordinal);
}
