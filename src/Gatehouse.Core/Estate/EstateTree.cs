using System.Globalization;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Gatehouse.Core.Estate;

/// <summary>
/// Turns YAML text into nodes. Built from the parser's events and not from its own document model, because that one
/// stops at the first duplicate key, recurses without a bound and resolves aliases; here every bound is explicit.
/// </summary>
internal sealed class EstateTree
{
    private const int DepthMax = 16; // Levels; the deepest key of the format lies at 6.
    private const int NodesMax = 200_000; // Nodes; 1,000 full jobs take about 60,000.

    private readonly Parser _parser;
    private readonly EstateProblems _problems;
    private readonly int _lines;
    private readonly Stack<Open> _open = new();
    private EstateNode? _root;
    private bool _isBroken;
    private int _nodes;

    private EstateTree(string yaml, EstateProblems problems)
    {
        _parser = new Parser(new StringReader(yaml));
        _problems = problems;
        _lines = 1 + yaml.AsSpan().Count('\n');
    }

    /// <summary>Parses one document.</summary>
    /// <returns>Its root, or null when a problem made it unreadable.</returns>
    public static EstateNode? Parse(string yaml, EstateProblems problems) => new EstateTree(yaml, problems).Read();

    private EstateNode? Read()
    {
        var documents = 0;
        while (MoveNext())
        {
            var current = _parser.Current!;
            if (current is DocumentStart && ++documents > 1)
                return Refuse(current, "a second document starts here: the estate is one document");
            if (current is NodeEvent node && !Accept(node))
                return null;
            if (current is AnchorAlias)
                return Refuse(current, "aliases (`*name`) are not accepted: write the value out, or quote the `*`");
            if (current is MappingEnd or SequenceEnd)
                _open.Pop();
        }
        return _isBroken ? null : _root;
    }

    private bool MoveNext()
    {
        try
        {
            return _parser.MoveNext();
        }
        catch (YamlException error)
        {
            Break(error.Start, $"is not YAML: {DisplayText.Of(error.Message)}");
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or FormatException
            or OverflowException or IndexOutOfRangeException or NullReferenceException)
        {
            // The parser of YamlDotNet 18.1 gives up like this on stray document marks and odd tags (by fuzzing).
            Break(_parser.Current?.End ?? Mark.Empty, "is not YAML from here on");
        }
        return false;
    }

    private void Break(Mark mark, string message)
    {
        _isBroken = true;
        // At the end of a file the parser counts a line that no editor shows.
        _problems.ErrorAt(Math.Min(Number(mark.Line), _lines), Number(mark.Column), message);
    }

    private bool Accept(NodeEvent parsed)
    {
        if (++_nodes > NodesMax)
            return Refuse(parsed, $"the file holds more than {NodesMax} values") is not null;
        if (!parsed.Anchor.IsEmpty)
            return Refuse(parsed, "anchors (`&name`) are not accepted: write the value out") is not null;
        if (!parsed.Tag.IsEmpty && !parsed.Tag.IsNonSpecific)
            return Refuse(parsed, "tags (`!name`) are not accepted: write the plain value") is not null;
        var (line, column) = (Number(parsed.Start.Line), Number(parsed.Start.Column));
        EstateNode node = parsed switch
        {
            YamlDotNet.Core.Events.Scalar scalar =>
                new EstateNode.Scalar(line, column, scalar.Value, scalar.Style == ScalarStyle.Plain),
            SequenceStart => new EstateNode.Sequence(line, column),
            _ => new EstateNode.Mapping(line, column),
        };
        Attach(node);
        if (node is not EstateNode.Scalar)
        {
            if (_open.Count == DepthMax)
                return Refuse(parsed, $"the file nests deeper than {DepthMax} levels") is not null;
            _open.Push(new Open(node));
        }
        return true;
    }

    private void Attach(EstateNode node)
    {
        if (_open.Count == 0)
            _root ??= node;
        else
            _open.Peek().Add(node, _problems);
    }

    private EstateNode? Refuse(ParsingEvent at, string message)
    {
        _problems.ErrorAt(Number(at.Start.Line), Number(at.Start.Column), message);
        return null;
    }

    private static int Number(long mark) => (int)Math.Clamp(mark, 1, int.MaxValue);

    /// <summary>A sequence or mapping whose end has not been read yet.</summary>
    private sealed class Open(EstateNode node)
    {
        private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
        private EstateNode? _key;

        public void Add(EstateNode child, EstateProblems problems)
        {
            if (node is EstateNode.Sequence sequence)
                sequence.Items.Add(child);
            else if (_key is null)
                _key = child;
            else
                AddEntry((EstateNode.Mapping)node, child, problems);
        }

        private void AddEntry(EstateNode.Mapping mapping, EstateNode value, EstateProblems problems)
        {
            var key = _key!;
            _key = null;
            if (key is not EstateNode.Scalar name)
                problems.Error(key, "", "a key must be a single word, not " + key.Kind);
            else if (!_keys.Add(name.Text))
                problems.Error(key, "", $"the key {DisplayText.Quote(name.Text)} appears twice in the same mapping");
            else
                mapping.Entries.Add(new(name, value));
        }
    }
}

/// <summary>One node of a parsed estate file with the place where it starts (line and column from 1).</summary>
internal abstract class EstateNode(int line, int column)
{
    public int Line { get; } = line;

    public int Column { get; } = column;

    /// <summary>What the node is, in the words of a person who looks at the file.</summary>
    public abstract string Kind { get; }

    internal sealed class Scalar(int line, int column, string text, bool isPlain) : EstateNode(line, column)
    {
        public string Text { get; } = text;

        /// <summary>True for a key without a value: <c>key:</c>, <c>key: ~</c> or <c>key: null</c>.</summary>
        public bool IsEmpty { get; } = isPlain && text is "" or "~" or "null";

        public override string Kind => IsEmpty ? "nothing" : "a single value";
    }

    internal sealed class Sequence(int line, int column) : EstateNode(line, column)
    {
        public List<EstateNode> Items { get; } = [];

        public override string Kind => "a list";
    }

    internal sealed class Mapping(int line, int column) : EstateNode(line, column)
    {
        /// <summary>Entries in the order of the file; a key that appears again is a problem and not kept.</summary>
        public List<KeyValuePair<Scalar, EstateNode>> Entries { get; } = [];

        public override string Kind => "a mapping of keys";
    }
}

/// <summary>
/// A value and where it stands in the text, down to every scalar. Only for text that the reader accepted, which bounds
/// its depth.
/// </summary>
internal sealed class EstateSpan
{
    private EstateSpan(NodeEvent node)
    {
        (Start, End) = ((int)node.Start.Index, (int)node.End.Index);
        (Line, Column) = ((int)node.Start.Line - 1, (int)node.Start.Column - 1);
        Text = (node as Scalar)?.Value;
        IsFlow = node is MappingStart { Style: MappingStyle.Flow } or SequenceStart { Style: SequenceStyle.Flow };
        IsSequence = node is SequenceStart;
    }

    /// <summary>Index at which it starts.</summary>
    public int Start { get; }

    /// <summary>Index behind it; without meaning for a block.</summary>
    public int End { get; }

    /// <summary>Line from 0.</summary>
    public int Line { get; }

    /// <summary>Column from 0.</summary>
    public int Column { get; }

    /// <summary>A scalar's text; null for anything else.</summary>
    public string? Text { get; }

    /// <summary>Whether it stands between braces or brackets.</summary>
    public bool IsFlow { get; }

    /// <summary>Whether it is a list.</summary>
    public bool IsSequence { get; }

    /// <summary>Keys with their values, or the items of a list as keys with themselves.</summary>
    public List<(EstateSpan Key, EstateSpan Value)> Entries { get; } = [];

    /// <summary>The value under a key; null where there is none.</summary>
    public EstateSpan? this[string key] => Entries.Find(entry => entry.Key.Text == key).Value;

    /// <summary>Index behind the last scalar in it: what a comma can follow.</summary>
    public int LastEnd(string yaml)
    {
        if (Text is not null) return End;
        var last = Entries.Count == 0 ? Start : Entries[^1].Value.LastEnd(yaml);
        if (!IsFlow) return last;
        var close = IsSequence ? ']' : '}';
        // Between the last value and the closing sign stand blanks, a comma and comments at most.
        while (last < yaml.Length && yaml[last] != close)
        {
            if (yaml[last] == '#')
                while (last < yaml.Length && yaml[last] is not ('\n' or '\r')) last++;
            else
                last++;
        }
        return Math.Min(last + 1, yaml.Length);
    }

    public static EstateSpan Read(string yaml)
    {
        var parser = new Parser(new StringReader(yaml));
        while (parser.MoveNext())
        {
            if (parser.Current is NodeEvent root) return Read(parser, root);
        }
        throw new ArgumentException("The text holds no value.", nameof(yaml));
    }

    private static EstateSpan Read(Parser parser, NodeEvent node)
    {
        var span = new EstateSpan(node);
        if (node is MappingStart)
        {
            while (Next(parser) is { } key) span.Entries.Add((Read(parser, key), Read(parser, Next(parser)!)));
        }
        else if (node is SequenceStart)
        {
            while (Next(parser) is { } item)
            {
                var one = Read(parser, item);
                span.Entries.Add((one, one));
            }
        }
        return span;
    }

    /// <summary>The next value; null at the end of the mapping or list.</summary>
    private static NodeEvent? Next(Parser parser) => parser.MoveNext() ? parser.Current as NodeEvent : null;
}

/// <summary>Writes a value so that YAML reads the same text again, in a block and between braces.</summary>
internal static class YamlScalar
{
    private const string PlainSigns = "._/@:-";

    public static string Of(string text) => IsPlain(text) ? text : Quoted(text);

    public static string ListOf(IEnumerable<string> items) => $"[{string.Join(", ", items.Select(Of))}]";

    private static bool IsPlain(string text) => text.Length != 0
        && (char.IsAsciiLetterOrDigit(text[0]) || text[0] == '/') && text[^1] != ':' && text is not "null"
        && text.All(sign => char.IsAsciiLetterOrDigit(sign) || PlainSigns.Contains(sign, StringComparison.Ordinal));

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var sign in text.EnumerateRunes())
        {
            if (sign.Value is '"' or '\\') quoted.Append('\\').Append(sign);
            else if (sign.Value is >= ' ' and <= '~' || Rune.IsLetter(sign)) quoted.Append(sign);
            else quoted.Append(CultureInfo.InvariantCulture, $"\\U{sign.Value:x8}");
        }
        return quoted.Append('"').ToString();
    }
}
