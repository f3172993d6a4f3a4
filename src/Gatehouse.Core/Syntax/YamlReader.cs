using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Gatehouse.Core.Syntax;

/// <summary>What a kind of file may hold, and how much of it.</summary>
internal sealed record YamlRules
{
    /// <summary>Mappings and lists inside each other.</summary>
    public required int DepthMax { get; init; }

    /// <summary>Values, those that aliases repeat counted each time.</summary>
    public required int NodesMax { get; init; }

    /// <summary>Documents that are read; what follows them is not looked at.</summary>
    public int DocumentsMax { get; init; } = int.MaxValue;

    /// <summary>Refuses what this kind of file does not accept; the words say why.</summary>
    public Func<YamlPart, string?> Refuse { get; init; } = static _ => null;
}

/// <summary>What the reader meets besides plain values, for a kind of file that does not accept it.</summary>
internal enum YamlPart
{
    SecondDocument,
    Anchor,
    Alias,
    Tag,
}

/// <summary>Why a text was not read to its end.</summary>
internal enum YamlFault
{
    /// <summary>The parser does not understand it; the words are the parser's, or empty where it gave up.</summary>
    NotYaml,

    /// <summary>The rules do not accept it; the words are theirs.</summary>
    NotAccepted,

    TooManyNodes,

    TooDeep,
}

/// <summary>What was wrong, and where (line and column from 1).</summary>
internal readonly record struct YamlProblem(YamlFault Fault, string Words, int Line, int Column);

/// <summary>What was read of a text.</summary>
/// <param name="Roots">
/// The root of each document that holds one. After a problem the last one has what came before the problem.
/// </param>
/// <param name="Problem">What ended the reading early; null when nothing did.</param>
internal sealed record YamlReading(IReadOnlyList<YamlNode> Roots, YamlProblem? Problem)
{
    /// <summary>
    /// Line of an explicit end of the last document (<c>...</c>), from 0; null when the text ends it.
    /// </summary>
    public int? EndLine { get; init; }
}

/// <summary>
/// The one reader of YAML. It is built from the parser's events and not from its document model, because that one
/// stops at the first duplicate key, recurses without a bound and resolves aliases without counting. Here every bound
/// is explicit; what a file may mean is decided by who asked for it.
/// </summary>
internal sealed class YamlReader
{
    private readonly YamlRules _rules;
    private readonly Parser _parser;
    private readonly string _text;
    private readonly int _lines;
    private readonly List<YamlNode> _roots = [];
    private readonly Stack<YamlNode> _open = new();
    private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);
    private YamlProblem? _problem;
    private int? _endLine;
    private int _documents;
    private int _nodes;

    private YamlReader(string text, YamlRules rules)
    {
        (_text, _rules, _parser) = (text, rules, new Parser(new StringReader(text)));
        _lines = 1 + text.AsSpan().Count('\n');
    }

    public static YamlReading Read(string text, YamlRules rules)
    {
        var reader = new YamlReader(text, rules);
        while (reader._problem is null && reader.MoveNext() && reader.Take(reader._parser.Current!))
        {
            // Each event is taken as it comes.
        }
        return new YamlReading(reader._roots, reader._problem) { EndLine = reader._endLine };
    }

    private bool MoveNext()
    {
        try
        {
            return _parser.MoveNext();
        }
        catch (YamlException error)
        {
            return Stop(YamlFault.NotYaml, error.Message, error.Start);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or FormatException
            or OverflowException or IndexOutOfRangeException or NullReferenceException)
        {
            // The parser of YamlDotNet 18.1 gives up like this on stray document marks and odd tags (by fuzzing).
            return Stop(YamlFault.NotYaml, "", _parser.Current?.End ?? Mark.Empty);
        }
    }

    /// <summary>Takes one event; false when nothing more is to be read.</summary>
    private bool Take(ParsingEvent now)
    {
        switch (now)
        {
            case DocumentStart:
                _anchors.Clear();
                return ++_documents == 1 || Accepts(YamlPart.SecondDocument, now);
            case DocumentEnd end:
                if (!end.IsImplicit) _endLine = (int)now.Start.Line - 1;
                return _documents < _rules.DocumentsMax;
            case AnchorAlias alias:
                return Accepts(YamlPart.Alias, now) && Attach(Repeated(alias), now);
            case NodeEvent node:
                return Open(node);
            case MappingEnd or SequenceEnd:
                // The parser lets a few texts pass in which an end is where a value belongs.
                return _open.TryPeek(out var open) && !open.AwaitsValue
                    ? Close(now) : Stop(YamlFault.NotYaml, "", now.Start);
            default:
                return true;
        }
    }

    private bool Open(NodeEvent now)
    {
        if (!now.Anchor.IsEmpty && !Accepts(YamlPart.Anchor, now)) return false;
        var hasTag = !now.Tag.IsEmpty && !now.Tag.IsNonSpecific;
        if (hasTag && !Accepts(YamlPart.Tag, now)) return false;
        var node = new YamlNode(now switch
        {
            Scalar => YamlKind.Scalar,
            SequenceStart => YamlKind.Sequence,
            _ => YamlKind.Mapping,
        })
        {
            Text = (now as Scalar)?.Value ?? "",
            IsPlain = now is Scalar { Style: ScalarStyle.Plain },
            IsFlow = now is MappingStart { Style: MappingStyle.Flow } or SequenceStart { Style: SequenceStyle.Flow },
            Tag = hasTag ? now.Tag.Value : null,
            Anchor = now.Anchor.IsEmpty ? null : now.Anchor.Value,
            Line = Number(now.Start.Line),
            Column = Number(now.Start.Column),
            Start = (int)now.Start.Index,
            End = (int)now.End.Index,
        };
        if (!Attach(node, now)) return false;
        if (node.Kind == YamlKind.Scalar)
        {
            // A scalar is whole at once; what an alias may repeat is known from here on.
            if (node.Anchor is { } name) _anchors[name] = node;
            return true;
        }
        if (_open.Count == _rules.DepthMax) return Stop(YamlFault.TooDeep, "", now.Start);
        _open.Push(node);
        return true;
    }

    private bool Close(ParsingEvent now)
    {
        var node = _open.Pop();
        // The parser gives the place of a closing brace, not the one behind it.
        var index = (int)now.Start.Index;
        node.End = index < _text.Length && _text[index] is '}' or ']' ? index + 1 : index;
        if (node.Anchor is { } name) _anchors[name] = node;
        if (_open.TryPeek(out var parent)) parent.Grow(node);
        return true;
    }

    /// <summary>The node that an alias names, shared; one that names nothing is a node of its own.</summary>
    private YamlNode Repeated(AnchorAlias alias) => _anchors.TryGetValue(alias.Value.Value, out var known) ? known
        : new YamlNode(YamlKind.UnknownAlias)
        {
            Text = alias.Value.Value,
            Line = Number(alias.Start.Line),
            Column = Number(alias.Start.Column),
        };

    /// <summary>Puts a node where it belongs, unless it is too much.</summary>
    private bool Attach(YamlNode node, ParsingEvent now)
    {
        _nodes += node.Size;
        if (_nodes > _rules.NodesMax) return Stop(YamlFault.TooManyNodes, "", now.Start);
        if (_open.Count + node.Depth - 1 > _rules.DepthMax) return Stop(YamlFault.TooDeep, "", now.Start);
        if (_open.TryPeek(out var parent)) parent.Add(node);
        else _roots.Add(node);
        return true;
    }

    private bool Accepts(YamlPart part, ParsingEvent now)
        => _rules.Refuse(part) is not { } words || Stop(YamlFault.NotAccepted, words, now.Start);

    // At the end of a file the parser counts a line that no editor shows.
    private bool Stop(YamlFault fault, string words, Mark mark)
    {
        _problem = new YamlProblem(fault, words, Math.Min(Number(mark.Line), _lines), Number(mark.Column));
        return false;
    }

    private static int Number(long mark) => (int)Math.Clamp(mark, 1, int.MaxValue);
}

/// <summary>What a node is.</summary>
internal enum YamlKind
{
    Scalar,
    Sequence,
    Mapping,

    /// <summary>An alias that names no anchor above it.</summary>
    UnknownAlias,
}

/// <summary>One node and where it is. Aliases share the node that they name.</summary>
internal sealed class YamlNode(YamlKind kind)
{
    private YamlNode? _key;

    public YamlKind Kind { get; } = kind;

    /// <summary>The text of a scalar, or the name that an alias asked for; else empty.</summary>
    public string Text { get; init; } = "";

    /// <summary>Whether a scalar has no quotes and is no block.</summary>
    public bool IsPlain { get; init; }

    /// <summary>Whether a collection is between braces or brackets.</summary>
    public bool IsFlow { get; init; }

    /// <summary>Its tag, as it is written; null without one.</summary>
    public string? Tag { get; init; }

    /// <summary>The name by which aliases repeat it; null without one.</summary>
    public string? Anchor { get; init; }

    /// <summary>Line from 1.</summary>
    public int Line { get; init; }

    /// <summary>Column from 1.</summary>
    public int Column { get; init; }

    /// <summary>Index at which it starts.</summary>
    public int Start { get; init; }

    /// <summary>Index behind it. A block ends where the next thing starts.</summary>
    public int End { get; set; }

    /// <summary>The items of a list.</summary>
    public List<YamlNode> Items { get; } = [];

    /// <summary>The entries of a mapping in their order; a key may be there twice.</summary>
    public List<(YamlNode Key, YamlNode Value)> Entries { get; } = [];

    /// <summary>Nodes in it, itself included, aliases counted as if they were written out.</summary>
    public int Size { get; private set; } = 1;

    /// <summary>Levels in it, itself included.</summary>
    public int Depth { get; private set; } = 1;

    /// <summary>Whether a key has come and its value has not.</summary>
    public bool AwaitsValue => _key is not null;

    /// <summary>The first value under a key; null without one.</summary>
    public YamlNode? this[string key]
        => Entries.Find(entry => entry.Key.Kind == YamlKind.Scalar && entry.Key.Text == key).Value;

    /// <summary>Whether nothing is added to it any more, so that its size and depth are known.</summary>
    private bool IsWhole { get; set; }

    public void Add(YamlNode child)
    {
        if (Kind == YamlKind.Sequence)
        {
            Items.Add(child);
        }
        else if (_key is null)
        {
            _key = child;
        }
        else
        {
            Entries.Add((_key, child));
            _key = null;
        }
        // A collection is counted when it is whole.
        if (child.Kind is YamlKind.Scalar or YamlKind.UnknownAlias || child.IsWhole) Grow(child);
    }

    /// <summary>Counts a child that is whole now.</summary>
    public void Grow(YamlNode child)
    {
        child.IsWhole = true;
        Size = (int)Math.Min((long)Size + child.Size, int.MaxValue / 2);
        Depth = Math.Max(Depth, child.Depth + 1);
    }
}
