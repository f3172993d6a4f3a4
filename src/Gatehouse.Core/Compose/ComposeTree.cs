using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Gatehouse.Core.Compose;

/// <summary>
/// Turns YAML text into nodes, with anchors, aliases and merge keys. Built from the parser's events, because every
/// bound has to be explicit: an alias shares the node that it names, and what would be written out is counted.
/// </summary>
internal sealed class ComposeTree
{
    private const int DepthMax = 40; // Levels; the deepest key of the format lies at about 9.
    private const int NodesMax = 100_000; // Nodes with aliases written out; large stacks have about 5,000.

    private readonly Dictionary<string, ComposeNode> _anchors = new(StringComparer.Ordinal);
    private readonly Stack<ComposeTreeOpen> _open = new();
    private readonly List<ComposeNode.Mapping> _documents = [];
    private readonly ComposeSource _source;
    private readonly ComposeProblems _problems;
    private readonly Parser _parser;
    private int _nodes;

    private ComposeTree(string yaml, ComposeSource source, ComposeProblems problems)
    {
        (_source, _problems) = (source, problems);
        _parser = new Parser(new StringReader(yaml));
    }

    /// <summary>Parses a file's documents; null when a problem made it unreadable.</summary>
    public static IReadOnlyList<ComposeNode.Mapping>? Parse(string yaml, ComposeSource source, ComposeProblems problems)
    {
        var tree = new ComposeTree(yaml, source, problems);
        return tree.Read() ? tree._documents : null;
    }

    private bool Read()
    {
        while (MoveNext() is { } moved)
        {
            if (!moved) return true;
            var now = _parser.Current!;
            var isFine = now switch
            {
                DocumentStart => Start(),
                AnchorAlias alias => TakeAlias(alias),
                YamlDotNet.Core.Events.Scalar scalar => TakeScalar(scalar),
                MappingStart or SequenceStart => Open((NodeEvent)now),
                MappingEnd or SequenceEnd => Close(),
                _ => true,
            };
            if (!isFine) return false;
        }
        return false;
    }

    private bool? MoveNext()
    {
        try
        {
            return _parser.MoveNext();
        }
        catch (YamlException error)
        {
            return Refuse(Line(error.Start), "is not YAML: " + Shown(error.Message)) ? null : null;
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or FormatException
            or OverflowException or IndexOutOfRangeException or NullReferenceException)
        {
            // The parser gives up like this on stray document marks and odd tags.
            return Refuse(Line(_parser.Current?.End ?? Mark.Empty), "is not YAML from here on") ? null : null;
        }
    }

    private bool Start()
    {
        _anchors.Clear();
        return true;
    }

    private bool TakeScalar(YamlDotNet.Core.Events.Scalar scalar)
    {
        var isNull = scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" or "Null" or "NULL";
        return Take(scalar.Anchor, new ComposeNode.Scalar(_source, Line(scalar.Start), scalar.Value,
            isNull && scalar.Style == ScalarStyle.Plain, TagOf(scalar)));
    }

    private bool TakeAlias(AnchorAlias alias) => _anchors.TryGetValue(alias.Value.Value, out var node)
        ? Take(AnchorName.Empty, node)
        : Refuse(Line(alias.Start), $"the alias *{Shown(alias.Value.Value)} names no anchor above it");

    private bool Open(NodeEvent node)
    {
        if (_open.Count == DepthMax) return Refuse(Line(node.Start), $"nests deeper than {DepthMax} levels");
        // A person looks for the key; what belongs to it starts a line below.
        var line = (_open.Count == 0 ? null : _open.Peek().KeyLine) ?? Line(node.Start);
        _open.Push(new ComposeTreeOpen(node is MappingStart, line, node.Anchor, TagOf(node)));
        return true;
    }

    private bool Close()
    {
        var open = _open.Pop();
        var node = open.Finish(_source, message => Refuse(open.Line, message));
        return node is not null && Take(open.Anchor, node);
    }

    private bool Take(AnchorName anchor, ComposeNode node)
    {
        _nodes++;
        if (_nodes > NodesMax || node.Size > NodesMax)
            return Refuse(node.Line, $"holds more than {NodesMax} values with its aliases written out");
        if (node.Depth > DepthMax) return Refuse(node.Line, $"nests deeper than {DepthMax} levels");
        if (!anchor.IsEmpty) _anchors[anchor.Value] = node;
        if (_open.Count != 0) return _open.Peek().Add(node) || Refuse(node.Line, "has a key that is not a single word");
        if (node is ComposeNode.Mapping document) _documents.Add(document);
        else if (node is not ComposeNode.Scalar { IsNull: true }) return Refuse(node.Line, "is not a mapping of keys");
        return true;
    }

    private static ComposeTag TagOf(NodeEvent node) => node.Tag.IsEmpty || node.Tag.IsNonSpecific ? ComposeTag.None
        : node.Tag.Value switch
        {
            "!reset" => ComposeTag.Reset,
            "!override" => ComposeTag.Override,
            _ => ComposeTag.None
        };

    private bool Refuse(int line, string message)
    {
        _problems.Add(_source.File, line, message);
        return false;
    }

    private static int Line(Mark mark) => (int)Math.Clamp(mark.Line, 1, int.MaxValue);

    private static string Shown(string text)
        => new([.. text.Take(120).Select(sign => char.IsControl(sign) ? '?' : sign)]);
}
