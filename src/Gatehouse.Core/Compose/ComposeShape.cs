namespace Gatehouse.Core.Compose;

/// <summary>
/// Brings the two forms that many keys have, a list and a mapping, to one, so that merging and reading know only one.
/// </summary>
internal static class ComposeShape
{
    /// <summary>Keys of a service that may be lists of <c>NAME=value</c> and become mappings.</summary>
    private static readonly string[] Assigned = ["environment", "labels", "annotations", "sysctls"];

    /// <summary>Keys of a service that may be lists of names and become mappings.</summary>
    private static readonly string[] Named = ["networks", "depends_on", "models"];

    /// <summary>Keys of a service that may be one text and become lists.</summary>
    private static readonly string[] Listed = ["env_file", "dns", "dns_search", "tmpfs", "profiles", "label_file"];

    /// <summary>A document with the one form of everything; other keys stay as they are.</summary>
    public static ComposeNode.Mapping Of(ComposeNode.Mapping document, ComposeProblems problems)
    {
        if (document["services"] is not { } all) return document;
        if (all is not ComposeNode.Mapping services)
        {
            if (all.Text is not null || all is ComposeNode.Sequence)
                problems.Add(all, "`services` is not a mapping of names");
            return document.With("services", null);
        }
        var entries = new List<KeyValuePair<string, ComposeNode>>();
        foreach (var (name, node) in services.Entries)
        {
            if (node is ComposeNode.Mapping service) entries.Add(new(name, Service(service)));
            else if (node.Text is null && node is not ComposeNode.Sequence)
                entries.Add(new(name, new ComposeNode.Mapping(node.Source, node.Line, [], node.Tag)));
            else problems.Add(node, $"the service {Shown(name)} is not a mapping of keys");
        }
        return document.With(
            "services", new ComposeNode.Mapping(services.Source, services.Line, entries, services.Tag));
    }

    /// <summary>A name as messages may show it.</summary>
    public static string Shown(string name)
        => $"`{new string([.. name.Take(60).Select(sign => char.IsControl(sign) || sign == '`' ? '?' : sign)])}`";

    private static ComposeNode.Mapping Service(ComposeNode.Mapping service)
    {
        var entries =
            service.Entries.Select(entry => new KeyValuePair<string, ComposeNode>(entry.Key, entry.Value switch
            {
                ComposeNode.Sequence list when Assigned.Contains(entry.Key) => FromAssignments(list),
                ComposeNode.Sequence list when Named.Contains(entry.Key) => FromNames(list),
                ComposeNode.Scalar { IsNull: false } one when Listed.Contains(entry.Key) =>
                    new ComposeNode.Sequence(one.Source, one.Line, [one], one.Tag),
                var other => other,
            }));
        return new ComposeNode.Mapping(service.Source, service.Line, [.. entries], service.Tag);
    }

    private static ComposeNode.Mapping FromAssignments(ComposeNode.Sequence list) => Unique(list, item =>
    {
        var text = item.Text!;
        var cut = text.IndexOf('=', StringComparison.Ordinal);
        return cut < 0 ? new(text, new ComposeNode.Scalar(item.Source, item.Line, "", true))
            : new(text[..cut], new ComposeNode.Scalar(item.Source, item.Line, text[(cut + 1)..], false));
    });

    private static ComposeNode.Mapping FromNames(ComposeNode.Sequence list) => Unique(list,
        item => new(item.Text!, new ComposeNode.Scalar(item.Source, item.Line, "", true)));

    private static ComposeNode.Mapping Unique(
        ComposeNode.Sequence list, Func<ComposeNode, KeyValuePair<string, ComposeNode>> read)
    {
        var entries = new Dictionary<string, ComposeNode>(StringComparer.Ordinal);
        foreach (var item in list.Items.Where(item => item.Text is not null))
        {
            var (key, value) = read(item);
            entries[key] = value;
        }
        return new ComposeNode.Mapping(list.Source, list.Line, [.. entries], list.Tag);
    }
}

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
