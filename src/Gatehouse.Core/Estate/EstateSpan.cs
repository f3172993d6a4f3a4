using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Gatehouse.Core.Estate;

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
