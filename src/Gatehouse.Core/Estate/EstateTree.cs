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
