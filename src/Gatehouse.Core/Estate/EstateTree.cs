using System.Globalization;
using System.Text;
using Gatehouse.Core.Syntax;

namespace Gatehouse.Core.Estate;

/// <summary>
/// Makes an estate's nodes of YAML, and says what an estate file does not accept: anchors, aliases, tags, a second
/// document, and a key that is there twice.
/// </summary>
internal static class EstateTree
{
    private const int DepthMax = 16; // Levels; the deepest key of the format lies at 6.
    private const int NodesMax = 200_000; // Nodes; 1,000 full jobs take about 60,000.

    /// <summary>What every reader of an estate's text holds to.</summary>
    public static YamlRules Rules { get; } = new()
    {
        DepthMax = DepthMax,
        NodesMax = NodesMax,
        Refuse = static part => part switch
        {
            YamlPart.SecondDocument => "a second document starts here: the estate is one document",
            YamlPart.Anchor => "anchors (`&name`) are not accepted: write the value out",
            YamlPart.Alias => "aliases (`*name`) are not accepted: write the value out, or quote the `*`",
            _ => "tags (`!name`) are not accepted: write the plain value",
        },
    };

    /// <summary>Parses one document.</summary>
    /// <returns>Its root, or null when a problem made it unreadable.</returns>
    public static EstateNode? Parse(string yaml, EstateProblems problems)
    {
        var reading = YamlReader.Read(yaml, Rules);
        // What came before a problem is looked at too, so that a person sees all that is wrong.
        var root = reading.Roots.Count == 0 ? null : ToNode(reading.Roots[0], problems);
        if (reading.Problem is not { } problem) return root;
        problems.ErrorAt(problem.Line, problem.Column, problem.Fault switch
        {
            YamlFault.NotYaml when problem.Words.Length > 0 => $"is not YAML: {DisplayText.Of(problem.Words)}",
            YamlFault.NotYaml => "is not YAML from here on",
            YamlFault.TooManyNodes => $"the file holds more than {NodesMax} values",
            YamlFault.TooDeep => $"the file nests deeper than {DepthMax} levels",
            _ => problem.Words,
        });
        return null;
    }

    private static EstateNode ToNode(YamlNode node, EstateProblems problems)
    {
        switch (node.Kind)
        {
            case YamlKind.Sequence:
                var sequence = new EstateNode.Sequence(node.Line, node.Column);
                sequence.Items.AddRange(node.Items.Select(item => ToNode(item, problems)));
                return sequence;
            case YamlKind.Mapping:
                var mapping = new EstateNode.Mapping(node.Line, node.Column);
                var keys = new HashSet<string>(StringComparer.Ordinal);
                foreach (var (key, value) in node.Entries)
                {
                    var (name, entry) = (ToNode(key, problems), ToNode(value, problems));
                    if (name is not EstateNode.Scalar word)
                    {
                        problems.Error(name, "", "a key must be a single word, not " + name.Kind);
                    }
                    else if (!keys.Add(word.Text))
                    {
                        problems.Error(
                            name, "", $"the key {DisplayText.Quote(word.Text)} appears twice in the same mapping");
                    }
                    else
                    {
                        mapping.Entries.Add(new(word, entry));
                    }
                }
                return mapping;
            default:
                return new EstateNode.Scalar(node.Line, node.Column, node.Text, node.IsPlain);
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
