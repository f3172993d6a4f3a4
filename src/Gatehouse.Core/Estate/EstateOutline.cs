using Gatehouse.Core.Syntax;

namespace Gatehouse.Core.Estate;

/// <summary>
/// Where the sections of an estate file stand in its text, so that entries can be added without touching anything
/// else. Only for text that the reader accepted.
/// </summary>
internal sealed class EstateOutline
{
    private EstateOutline(YamlNode root, int? documentEndLine)
    {
        (Root, IsFlow, Column) = (root, root.IsFlow, root.Column - 1);
        Sections = [.. root.Entries.Select(static entry => new Section(entry.Key, entry.Value))];
        LastValueEnd = root.Entries.Count == 0 ? 0 : root.Entries[^1].Value.End;
        DocumentEndLine = documentEndLine;
    }

    public YamlNode Root { get; }

    /// <summary>Whether the whole file stands between braces.</summary>
    public bool IsFlow { get; }

    /// <summary>Column of the top-level keys, from 0.</summary>
    public int Column { get; }

    /// <summary>Index behind the last value of a file between braces.</summary>
    public int LastValueEnd { get; }

    /// <summary>Line of an explicit end of the document, from 0; null when it ends with the file.</summary>
    public int? DocumentEndLine { get; }

    /// <summary>The sections in the order of the file.</summary>
    public List<Section> Sections { get; }

    /// <exception cref="ArgumentException">The text is none that the reader accepts.</exception>
    public static EstateOutline Read(string yaml)
        => YamlReader.Read(yaml, EstateTree.Rules) is { Problem: null, Roots: [var root] } reading
            ? new EstateOutline(root, reading.EndLine)
            : throw new ArgumentException("The text is not an estate.", nameof(yaml));

    /// <summary>One top-level key with its value.</summary>
    internal sealed class Section(YamlNode key, YamlNode value)
    {
        private readonly YamlNode? _firstChild
            = value.Kind == YamlKind.Sequence ? value.Items.FirstOrDefault() : value.Entries.FirstOrDefault().Key;

        private readonly YamlNode? _lastChild
            = value.Kind == YamlKind.Sequence ? value.Items.LastOrDefault() : value.Entries.LastOrDefault().Value;

        public string Name { get; } = key.Text;

        /// <summary>Line of the key, from 0.</summary>
        public int Line { get; } = key.Line - 1;

        /// <summary>Index at which the value starts.</summary>
        public int Start { get; } = value.Start;

        /// <summary>Index behind the value; without meaning for a block.</summary>
        public int End { get; } = value.End;

        /// <summary>Whether the value stands between braces.</summary>
        public bool IsFlow { get; } = value is { Kind: YamlKind.Mapping, IsFlow: true };

        /// <summary>Whether it holds no entry.</summary>
        public bool IsEmpty => _firstChild is null;

        /// <summary>Column of the entries, from 0.</summary>
        public int EntryColumn => (_firstChild?.Column ?? 1) - 1;

        /// <summary>Index behind the last entry; exact between braces only.</summary>
        public int LastEntryEnd => _lastChild?.End ?? 0;
    }
}
