namespace Gatehouse.Core.Compose;

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
