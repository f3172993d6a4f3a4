namespace Gatehouse.Core.Inspection;

/// <summary>Paths of the host as texts: no link is followed but the fixed ones that every Linux has.</summary>
internal static class HostPath
{
    /// <summary>One spelling for a path: no dots, no double or last slash, <c>/var/run</c> as <c>/run</c>.</summary>
    public static string Normalize(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part == ".." && parts.Count > 0) parts.RemoveAt(parts.Count - 1);
            else if (part is not ("" or "." or "..")) parts.Add(part);
        }
        var clean = "/" + string.Join('/', parts);
        return clean == "/var/run" ? "/run"
            : clean.StartsWith("/var/run/", StringComparison.Ordinal) ? clean["/var".Length..] : clean;
    }

    /// <summary>Whether a path is another or lies below it. Both are normal.</summary>
    public static bool IsWithin(string path, string parent) => path == parent || parent == "/"
        || (path.Length > parent.Length && path[parent.Length] == '/'
            && path.StartsWith(parent, StringComparison.Ordinal));
}
