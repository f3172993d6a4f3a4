using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

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
    private const int DepthMax = 40; // Levels; nested choices of a home automation reach about 20.
    private const int NodesMax = 200_000; // Values, those that aliases repeat counted each time.

    private readonly Parser _parser;
    private readonly Dictionary<string, (TreeNode Node, int Size)> _anchors = new(StringComparer.Ordinal);
    private int _nodes;

    private YamlTree(string text) => _parser = new Parser(new StringReader(text));

    public static TreeReading Read(string text)
    {
        try
        {
            return new YamlTree(text).ReadDocument();
        }
        catch (YamlException error)
        {
            return new TreeReading(null, $"is not YAML at line {error.Start.Line}");
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or FormatException
            or OverflowException or IndexOutOfRangeException or NullReferenceException)
        {
            // The parser of YamlDotNet 18.1 gives up like this on stray document marks and odd tags (by fuzzing).
            return new TreeReading(null, "is not YAML");
        }
    }

    private TreeReading ReadDocument()
    {
        while (_parser.MoveNext())
        {
            if (_parser.Current is NodeEvent)
                return ReadNode(0) is { } root ? new TreeReading(root, null) : TooLarge();
            if (_parser.Current is DocumentEnd)
                break;
        }
        return new TreeReading(TreeNode.Opaque, null);
    }

    private static TreeReading TooLarge() => new(null, "holds more values, or deeper ones, than are read");

    /// <summary>Reads the value at which the parser stands, to its end. Null when a bound is passed.</summary>
    private TreeNode? ReadNode(int depth)
    {
        if (++_nodes > NodesMax || depth > DepthMax)
            return null;
        if (_parser.Current is AnchorAlias alias)
            return Repeat(alias);
        if (_parser.Current is not NodeEvent start)
            throw new YamlException("an end is where a value belongs"); // The parser lets a few such texts pass.
        var before = _nodes;
        var node = start switch
        {
            Scalar scalar => TreeNode.Of(scalar.Value),
            SequenceStart => ReadSequence(depth),
            _ => ReadMapping(depth),
        };
        if (node is null)
            return null;
        if (!start.Tag.IsEmpty && !start.Tag.IsNonSpecific
            && !start.Tag.Value.StartsWith("tag:yaml.org", StringComparison.Ordinal))
        {
            node = TreeNode.Opaque;
        }
        if (!start.Anchor.IsEmpty)
            _anchors[start.Anchor.Value] = (node, 1 + _nodes - before);
        return node;
    }

    private TreeNode? Repeat(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value.Value, out var known))
            return TreeNode.Opaque;
        _nodes += known.Size;
        return _nodes > NodesMax ? null : known.Node;
    }

    private TreeNode? ReadSequence(int depth)
    {
        var items = new List<TreeNode>();
        while (_parser.MoveNext() && _parser.Current is not SequenceEnd)
        {
            if (ReadNode(depth + 1) is not { } item)
                return null;
            items.Add(item);
        }
        return TreeNode.OfItems(items);
    }

    private TreeNode? ReadMapping(int depth)
    {
        var entries = new List<(string, TreeNode)>();
        while (_parser.MoveNext() && _parser.Current is not MappingEnd)
        {
            if (ReadNode(depth + 1) is not { } key || !_parser.MoveNext() || ReadNode(depth + 1) is not { } value)
                return null;
            if (key.Text == "<<")
                entries.AddRange(value.Entries.Concat(value.Items.SelectMany(static item => item.Entries)));
            else
                entries.Add((key.Text ?? "", value));
        }
        return TreeNode.OfEntries(entries);
    }
}
