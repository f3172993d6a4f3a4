namespace Gatehouse.Core.Estate;

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
