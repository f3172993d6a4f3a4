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

/// <summary>A sequence or mapping whose end has not been read yet.</summary>
internal sealed class ComposeTreeOpen(bool isMapping, int line, AnchorName anchor, ComposeTag tag)
{
    private readonly List<ComposeNode> _items = [];
    private readonly List<KeyValuePair<string, ComposeNode>> _entries = [];
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private readonly List<ComposeNode> _merged = [];
    private string? _key;
    private string? _twice;

    public int Line { get; } = line;

    public AnchorName Anchor { get; } = anchor;

    /// <summary>Line of a key whose value has not come yet; null when there is none.</summary>
    public int? KeyLine { get; private set; }

    /// <summary>Takes an item, a key or a value; false for a key that is no scalar.</summary>
    public bool Add(ComposeNode node)
    {
        if (!isMapping)
        {
            _items.Add(node);
        }
        else if (_key is null)
        {
            if (node is not ComposeNode.Scalar key) return false;
            (_key, KeyLine) = (key.Value, key.Line);
        }
        else
        {
            if (_key == "<<") _merged.Add(node);
            else if (_keys.Add(_key)) _entries.Add(new(_key, node));
            else _twice ??= _key;
            (_key, KeyLine) = (null, null);
        }
        return true;
    }

    /// <summary>The finished node; null when a problem was told.</summary>
    public ComposeNode? Finish(ComposeSource source, Func<string, bool> refuse)
    {
        if (!isMapping) return new ComposeNode.Sequence(source, Line, _items, tag);
        if (_twice is not null)
        {
            refuse($"the key `{new string([.. _twice.Take(60).Where(sign => !char.IsControl(sign))])}` appears twice "
                + "in the same mapping");
            return null;
        }
        // Keys that stand here win over merged ones, and earlier merged ones over later.
        foreach (var one in _merged.SelectMany(node => node is ComposeNode.Sequence list ? list.Items : [node]))
        {
            if (one is not ComposeNode.Mapping other)
            {
                refuse("the merge key `<<` has a value that is no mapping");
                return null;
            }
            _entries.AddRange(other.Entries.Where(entry => _keys.Add(entry.Key)));
        }
        return new ComposeNode.Mapping(source, Line, _entries, tag);
    }
}

/// <summary>
/// One node of a Compose file. Nodes never change, so that aliases share them; <see cref="Size"/> and
/// <see cref="Depth"/> count what they would be written out, and bound every later walk.
/// </summary>
internal abstract class ComposeNode(ComposeSource source, int line, ComposeTag tag)
{
    public ComposeSource Source { get; } = source;

    public int Line { get; } = line;

    public ComposeTag Tag { get; } = tag;

    /// <summary>Nodes in it, itself included, aliases written out.</summary>
    public abstract int Size { get; }

    /// <summary>Levels in it, itself included.</summary>
    public abstract int Depth { get; }

    /// <summary>The text of a scalar that holds one; null for everything else.</summary>
    public string? Text => this is Scalar { IsNull: false } scalar ? scalar.Value : null;

    public abstract ComposeNode WithTag(ComposeTag tag);

    internal sealed class Scalar(ComposeSource source, int line, string value, bool isNull, ComposeTag tag = default)
        : ComposeNode(source, line, tag)
    {
        public string Value { get; } = value;

        public bool IsNull { get; } = isNull;

        public override int Size => 1;

        public override int Depth => 1;

        public override ComposeNode WithTag(ComposeTag tag) => new Scalar(Source, Line, Value, IsNull, tag);
    }

    internal sealed class Sequence(
        ComposeSource source, int line, IReadOnlyList<ComposeNode> items, ComposeTag tag = default)
        : ComposeNode(source, line, tag)
    {
        public IReadOnlyList<ComposeNode> Items { get; } = items;

        public override int Size { get; } = Sum(items);

        public override int Depth { get; } = 1 + items.Select(item => item.Depth).DefaultIfEmpty().Max();

        public override ComposeNode WithTag(ComposeTag tag) => new Sequence(Source, Line, Items, tag);
    }

    internal sealed class Mapping : ComposeNode
    {
        private readonly Dictionary<string, ComposeNode> _byKey;

        public Mapping(ComposeSource source, int line, IReadOnlyList<KeyValuePair<string, ComposeNode>> entries,
            ComposeTag tag = default) : base(source, line, tag)
        {
            Entries = entries;
            _byKey = new Dictionary<string, ComposeNode>(entries, StringComparer.Ordinal);
            Size = Sum(entries.Select(entry => entry.Value));
            Depth = 1 + entries.Select(entry => entry.Value.Depth).DefaultIfEmpty().Max();
        }

        public IReadOnlyList<KeyValuePair<string, ComposeNode>> Entries { get; }

        public override int Size { get; }

        public override int Depth { get; }

        public ComposeNode? this[string key] => _byKey.GetValueOrDefault(key);

        public override ComposeNode WithTag(ComposeTag tag) => new Mapping(Source, Line, Entries, tag);

        /// <summary>The same mapping with one entry more, or another value in its place; null takes it out.</summary>
        public Mapping With(string key, ComposeNode? value)
        {
            var entries = Entries.Where(entry => entry.Key != key || value is not null)
                .Select(entry => entry.Key == key ? new(key, value!) : entry).ToList();
            if (value is not null && !_byKey.ContainsKey(key)) entries.Add(new(key, value));
            return new Mapping(Source, Line, entries, Tag);
        }
    }

    private static int Sum(IEnumerable<ComposeNode> nodes)
    {
        var sum = 1L;
        foreach (var node in nodes) sum += node.Size;
        return (int)Math.Min(sum, int.MaxValue / 2);
    }
}

/// <summary>How a value meets the one that it overrides.</summary>
internal enum ComposeTag
{
    /// <summary>By the rules of its key.</summary>
    None,

    /// <summary><c>!reset</c>: both are dropped.</summary>
    Reset,

    /// <summary><c>!override</c>: it takes the other's place whole.</summary>
    Override,
}
