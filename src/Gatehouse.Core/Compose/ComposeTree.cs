using Gatehouse.Core.Syntax;

namespace Gatehouse.Core.Compose;

/// <summary>
/// Makes a Compose file's nodes of YAML, with merge keys and the tags that change how files are merged. An alias shares
/// the node that it names.
/// </summary>
internal sealed class ComposeTree
{
    private const int DepthMax = 40; // Levels; the deepest key of the format lies at about 9.
    private const int NodesMax = 100_000; // Nodes with aliases written out; large stacks have about 5,000.

    private static readonly YamlRules Rules = new() { DepthMax = DepthMax, NodesMax = NodesMax };

    private readonly Dictionary<YamlNode, ComposeNode> _shared = [];
    private readonly ComposeSource _source;
    private readonly ComposeProblems _problems;

    private ComposeTree(ComposeSource source, ComposeProblems problems) => (_source, _problems) = (source, problems);

    /// <summary>Parses a file's documents; null when a problem made it unreadable.</summary>
    public static IReadOnlyList<ComposeNode.Mapping>? Parse(string yaml, ComposeSource source, ComposeProblems problems)
    {
        var (tree, reading) = (new ComposeTree(source, problems), YamlReader.Read(yaml, Rules));
        if (reading.Problem is { } problem)
        {
            tree.Refuse(problem.Line, problem.Fault switch
            {
                YamlFault.TooManyNodes => $"holds more than {NodesMax} values with its aliases written out",
                YamlFault.TooDeep => $"nests deeper than {DepthMax} levels",
                _ => problem.Words.Length > 0 ? "is not YAML: " + Shown(problem.Words) : "is not YAML from here on",
            });
            return null;
        }
        var documents = new List<ComposeNode.Mapping>();
        foreach (var root in reading.Roots)
        {
            if (tree.ToNode(root, root.Line) is not { } node) return null;
            if (node is ComposeNode.Mapping document) documents.Add(document);
            else if (node is not ComposeNode.Scalar { IsNull: true }) return tree.RefuseAll(root);
        }
        return documents;
    }

    /// <summary>The node; null when a problem was told.</summary>
    /// <param name="node">What was read.</param>
    /// <param name="line">Where a person looks for it: at the key, if it is a collection below one.</param>
    private ComposeNode? ToNode(YamlNode node, int line)
    {
        if (_shared.TryGetValue(node, out var known)) return known;
        var made = node.Kind switch
        {
            YamlKind.Scalar => new ComposeNode.Scalar(_source, node.Line, node.Text,
                node.IsPlain && node.Text is "" or "~" or "null" or "Null" or "NULL", TagOf(node)),
            YamlKind.Sequence => ToSequence(node, line),
            YamlKind.Mapping => ToMapping(node, line),
            _ => Refuse(node.Line, $"the alias *{Shown(node.Text)} names no anchor above it"),
        };
        if (made is not null) _shared[node] = made;
        return made;
    }

    private ComposeNode.Sequence? ToSequence(YamlNode node, int line)
    {
        var items = new List<ComposeNode>();
        foreach (var item in node.Items)
        {
            if (ToNode(item, item.Line) is not { } made) return null;
            items.Add(made);
        }
        return new ComposeNode.Sequence(_source, line, items, TagOf(node));
    }

    private ComposeNode? ToMapping(YamlNode node, int line)
    {
        var entries = new List<KeyValuePair<string, ComposeNode>>();
        var (keys, merged) = (new HashSet<string>(StringComparer.Ordinal), new List<ComposeNode>());
        string? twice = null;
        foreach (var (name, content) in node.Entries)
        {
            if (ToNode(name, name.Line) is not { } word) return null;
            if (word is not ComposeNode.Scalar { Value: var key })
                return Refuse(name.Line, "has a key that is not a single word");
            if (ToNode(content, name.Line) is not { } value) return null;
            if (key == "<<") merged.Add(value);
            else if (keys.Add(key)) entries.Add(new(key, value));
            else twice ??= key;
        }
        if (twice is not null)
        {
            return Refuse(line, $"the key `{new string([.. twice.Take(60).Where(sign => !char.IsControl(sign))])}` "
                + "appears twice in the same mapping");
        }
        // Keys that stand here win over merged ones, and earlier merged ones over later.
        foreach (var one in merged.SelectMany(node => node is ComposeNode.Sequence list ? list.Items : [node]))
        {
            if (one is not ComposeNode.Mapping other)
                return Refuse(line, "the merge key `<<` has a value that is no mapping");
            entries.AddRange(other.Entries.Where(entry => keys.Add(entry.Key)));
        }
        return new ComposeNode.Mapping(_source, line, entries, TagOf(node));
    }

    private static ComposeTag TagOf(YamlNode node) => node.Tag switch
    {
        "!reset" => ComposeTag.Reset,
        "!override" => ComposeTag.Override,
        _ => ComposeTag.None,
    };

    private ComposeNode? Refuse(int line, string message)
    {
        _problems.Add(_source.File, line, message);
        return null;
    }

    private IReadOnlyList<ComposeNode.Mapping>? RefuseAll(YamlNode root)
    {
        Refuse(root.Line, "is not a mapping of keys");
        return null;
    }

    private static string Shown(string text)
        => new([.. text.Take(120).Select(sign => char.IsControl(sign) ? '?' : sign)]);
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
