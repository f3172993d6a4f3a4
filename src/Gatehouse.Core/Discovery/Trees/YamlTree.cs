using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Gatehouse.Core.Discovery.Trees;

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
            throw new YamlException("an end stands where a value belongs"); // The parser lets a few such texts pass.
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
