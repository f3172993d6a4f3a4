using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Gatehouse.Core.Estate;

/// <summary>
/// Where the sections of an estate file stand in its text, so that entries can be added without touching anything
/// else. Only for text that the reader accepted: it holds one document and no anchors.
/// </summary>
internal sealed class EstateOutline
{
    private readonly Parser _parser;

    private readonly string _yaml;

    private EstateOutline(string yaml) => (_yaml, _parser) = (yaml, new Parser(new StringReader(yaml)));

    /// <summary>Whether the whole file stands between braces.</summary>
    public bool IsFlow { get; private set; }

    /// <summary>Column of the top-level keys, from 0.</summary>
    public int Column { get; private set; }

    /// <summary>Index behind the last value of a file between braces.</summary>
    public int LastValueEnd { get; private set; }

    /// <summary>Line of an explicit end of the document, from 0; null when it ends with the file.</summary>
    public int? DocumentEndLine { get; private set; }

    /// <summary>The sections in the order of the file.</summary>
    public List<Section> Sections { get; } = [];

    public static EstateOutline Read(string yaml)
    {
        var outline = new EstateOutline(yaml);
        outline.Walk();
        return outline;
    }

    private void Walk()
    {
        var depth = 0;
        Section? section = null;
        var isKey = true;
        while (_parser.MoveNext())
        {
            var now = _parser.Current!;
            if (now is DocumentEnd { IsImplicit: false }) DocumentEndLine = Line(now.Start);
            if (now is MappingEnd or SequenceEnd)
            {
                depth--;
                if (depth == 1) (isKey, section!.End, LastValueEnd) = (true, Behind(now), Behind(now));
                else if (depth == 2) section!.LastEntryEnd = Behind(now);
                continue;
            }
            if (now is not NodeEvent node) continue;
            if (depth == 0) StartRoot(node);
            else if (depth == 1 && isKey) Sections.Add(section = new Section((Scalar)node));
            else if (depth == 1) section!.Take(node);
            else if (depth == 2) section!.TakeChild(node);
            if (depth == 1 && node is Scalar && !isKey) LastValueEnd = Index(node.End);
            if (depth == 1) isKey = node is Scalar && !isKey;
            if (node is MappingStart or SequenceStart) depth++;
        }
    }

    private void StartRoot(NodeEvent node)
    {
        IsFlow = node is MappingStart { Style: MappingStyle.Flow };
        Column = (int)node.Start.Column - 1;
    }

    /// <summary>The parser gives the place of a closing brace, not the one behind it.</summary>
    private int Behind(ParsingEvent end)
    {
        var index = Index(end.Start);
        return index < _yaml.Length && _yaml[index] is '}' or ']' ? index + 1 : index;
    }

    private static int Index(Mark mark) => (int)mark.Index;

    private static int Line(Mark mark) => (int)mark.Line - 1;

    /// <summary>One top-level key with its value.</summary>
    internal sealed class Section(Scalar key)
    {
        public string Name { get; } = key.Value;

        /// <summary>Line of the key, from 0.</summary>
        public int Line { get; } = EstateOutline.Line(key.Start);

        /// <summary>Index behind the key.</summary>
        public int KeyEnd { get; } = Index(key.End);

        /// <summary>Index at which the value starts.</summary>
        public int Start { get; private set; }

        /// <summary>Index behind the value; without meaning for a block.</summary>
        public int End { get; set; }

        /// <summary>Whether the value stands between braces.</summary>
        public bool IsFlow { get; private set; }

        /// <summary>Whether it holds no entry.</summary>
        public bool IsEmpty { get; private set; } = true;

        /// <summary>Column of the entries, from 0.</summary>
        public int EntryColumn { get; private set; }

        /// <summary>Index behind the last entry; exact between braces only.</summary>
        public int LastEntryEnd { get; set; }

        public void Take(NodeEvent node)
        {
            (Start, End) = (Index(node.Start), Index(node.End));
            IsFlow = node is MappingStart { Style: MappingStyle.Flow };
        }

        public void TakeChild(NodeEvent node)
        {
            if (IsEmpty) EntryColumn = (int)node.Start.Column - 1;
            IsEmpty = false;
            LastEntryEnd = Index(node.End);
        }
    }
}
