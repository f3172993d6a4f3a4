using System.Text.Json;
using Gatehouse.Core.Syntax;

namespace Gatehouse.Core.Discovery.Trees;

/// <summary>Reads JSON of other programs.</summary>
internal static class JsonTree
{
    private const int DepthMax = 64; // Levels, which the parser checks; exports of flows reach about 15.
    private const int NodesMax = 500_000; // Values; an installation with 500 flows has about 100,000.

    private static readonly JsonDocumentOptions Options = new()
    {
        MaxDepth = DepthMax,
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    public static TreeReading Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text.TrimStart('\uFEFF'), Options);
            var left = NodesMax;
            var root = ToNode(document.RootElement, ref left);
            return left > 0 ? new TreeReading(root, null) : new TreeReading(null, "holds more values than are read");
        }
        catch (JsonException error)
        {
            return new TreeReading(null, $"is not JSON at line {error.LineNumber + 1}");
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            // Half a surrogate pair, written as an escape or as it is, has no text.
            return new TreeReading(null, "holds text that is no Unicode");
        }
    }

    private static TreeNode ToNode(JsonElement element, ref int left)
    {
        if (--left <= 0)
            return TreeNode.Opaque;
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var entries = new List<(string, TreeNode)>();
                foreach (var property in element.EnumerateObject())
                    entries.Add((property.Name, ToNode(property.Value, ref left)));
                return TreeNode.OfEntries(entries);
            case JsonValueKind.Array:
                var items = new List<TreeNode>();
                foreach (var item in element.EnumerateArray())
                    items.Add(ToNode(item, ref left));
                return TreeNode.OfItems(items);
            case JsonValueKind.String:
                return TreeNode.Of(element.GetString() ?? "");
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                return TreeNode.Of(element.GetRawText());
            default:
                return TreeNode.Opaque;
        }
    }
}

/// <summary>
/// One value of a YAML or JSON file of another program. Tags are not resolved: a <c>!secret</c> or <c>!include</c>
/// keeps nothing of its text.
/// </summary>
internal sealed class TreeNode
{
    private TreeNode(string? text, List<TreeNode>? items, List<(string Key, TreeNode Value)>? entries)
        => (Text, Items, Entries) = (text, items ?? [], entries ?? []);

    /// <summary>The text of a plain value; null for lists, maps and values with a tag of their own.</summary>
    public string? Text { get; }

    /// <summary>The values of a list.</summary>
    public List<TreeNode> Items { get; }

    /// <summary>The entries of a map, in their order; a key may stand there twice.</summary>
    public List<(string Key, TreeNode Value)> Entries { get; }

    public static TreeNode Opaque { get; } = new(null, null, null);

    public static TreeNode Of(string text) => new(text, null, null);

    public static TreeNode OfItems(List<TreeNode> items) => new(null, items, null);

    public static TreeNode OfEntries(List<(string Key, TreeNode Value)> entries) => new(null, null, entries);

    /// <summary>The value of a key; null when this is no map or does not have it.</summary>
    public TreeNode? this[string key]
    {
        get
        {
            foreach (var (name, value) in Entries)
            {
                if (name == key)
                    return value;
            }
            return null;
        }
    }

    /// <summary>The text of the first of these keys that has one.</summary>
    public string? TextOf(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (this[key]?.Text is { Length: > 0 } text)
                return text;
        }
        return null;
    }

    /// <summary>The value of a key as a list: its items, or itself when it is a single value.</summary>
    public IReadOnlyList<TreeNode> ListOf(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (this[key] is { } value)
            {
                return value.Items.Count > 0
                    ? value.Items : value.Text is null && value.Entries.Count == 0 ? [] : [value];
            }
        }
        return [];
    }

    /// <summary>This value and everything below it.</summary>
    public IEnumerable<TreeNode> All()
    {
        var left = new Stack<TreeNode>();
        left.Push(this);
        while (left.TryPop(out var next))
        {
            yield return next;
            for (var at = next.Items.Count - 1; at >= 0; at--)
                left.Push(next.Items[at]);
            for (var at = next.Entries.Count - 1; at >= 0; at--)
                left.Push(next.Entries[at].Value);
        }
    }

    /// <summary>Every text below this value with the key nearest above it.</summary>
    public IEnumerable<(string Key, string Text)> Texts()
    {
        var left = new Stack<(string Key, TreeNode Node)>();
        left.Push(("", this));
        while (left.TryPop(out var next))
        {
            if (next.Node.Text is { } text)
                yield return (next.Key, text);
            for (var at = next.Node.Items.Count - 1; at >= 0; at--)
                left.Push((next.Key, next.Node.Items[at]));
            for (var at = next.Node.Entries.Count - 1; at >= 0; at--)
                left.Push(next.Node.Entries[at]);
        }
    }
}

/// <summary>A file read into a tree, or why it could not be.</summary>
/// <param name="Root">The tree; null when the file could not be read.</param>
/// <param name="Problem">What was wrong, in words, without any of its values; null when nothing was.</param>
internal sealed record TreeReading(TreeNode? Root, string? Problem);

/// <summary>
/// Reads YAML of other programs as far as it can be read: unknown tags make a value opaque, an alias gives the value
/// once more but never so often that it grows without a bound, and only the first document counts.
/// </summary>
internal sealed class YamlTree
{
    private static readonly YamlRules Rules = new()
    {
        DepthMax = 40, // Levels; nested choices of a home automation reach about 20.
        NodesMax = 200_000, // Values, those that aliases repeat counted each time.
        DocumentsMax = 1,
    };

    private readonly Dictionary<YamlNode, TreeNode> _shared = [];

    public static TreeReading Read(string text)
    {
        var reading = YamlReader.Read(text, Rules);
        return reading.Problem is { } problem
            ? new TreeReading(null, problem switch
            {
                { Fault: YamlFault.TooManyNodes or YamlFault.TooDeep }
                    => "holds more values, or deeper ones, than are read",
                { Words: "" } => "is not YAML",
                _ => $"is not YAML at line {problem.Line}",
            })
            : new TreeReading(
                reading.Roots.Count == 0 ? TreeNode.Opaque : new YamlTree().ToNode(reading.Roots[0]), null);
    }

    private TreeNode ToNode(YamlNode node)
    {
        if (node.Kind == YamlKind.UnknownAlias
            || (node.Tag is { } tag && !tag.StartsWith("tag:yaml.org", StringComparison.Ordinal)))
        {
            return TreeNode.Opaque;
        }
        if (node.Kind == YamlKind.Scalar) return TreeNode.Of(node.Text);
        if (_shared.TryGetValue(node, out var known)) return known;
        return _shared[node] = node.Kind == YamlKind.Sequence
            ? TreeNode.OfItems([.. node.Items.Select(ToNode)]) : TreeNode.OfEntries(Entries(node));
    }

    private List<(string, TreeNode)> Entries(YamlNode mapping)
    {
        var entries = new List<(string, TreeNode)>();
        foreach (var (name, content) in mapping.Entries)
        {
            var (key, value) = (ToNode(name), ToNode(content));
            if (key.Text == "<<")
                entries.AddRange(value.Entries.Concat(value.Items.SelectMany(static item => item.Entries)));
            else
                entries.Add((key.Text ?? "", value));
        }
        return entries;
    }
}
