using System.Text;

namespace Gatehouse.Core.Compose;

/// <summary>Opens the files of one project, and no more of them than anyone has.</summary>
internal sealed class ComposeFileSet(ReadFile read, ComposeProblems problems)
{
    private const int FilesMax = 50; // Files of one project; large ones have about 20.
    private const int BytesMax = 1 << 20; // Bytes of one file; large ones have about 50 KiB.

    private readonly Dictionary<string, string?> _texts = new(StringComparer.Ordinal);

    /// <summary>Paths of the files that were read, in their order.</summary>
    public List<string> Opened { get; } = [];

    /// <summary>The text of a file; null when there is none.</summary>
    public string? Text(string path)
    {
        if (_texts.TryGetValue(path, out var known)) return known;
        if (_texts.Count == FilesMax) problems.Add(path, 0, $"is not read: the project has more than {FilesMax} files");
        if (_texts.Count >= FilesMax) return null;
        var text = read(path);
        if (text is not null && (text.Length > BytesMax || Encoding.UTF8.GetByteCount(text) > BytesMax))
        {
            problems.Add(path, 0, "is larger than 1 MiB");
            text = null;
        }
        if (text is not null) Opened.Add(path);
        return _texts[path] = text is ['\uFEFF', ..] ? text[1..] : text;
    }

    /// <summary>The documents of a Compose file; null when it cannot be used, which is told.</summary>
    public IReadOnlyList<ComposeNode.Mapping>? Documents(ComposeSource source)
    {
        if (Text(source.File) is { } text) return ComposeTree.Parse(text, source, problems);
        problems.Add(source.File, 0, "there is no such file, or it cannot be read");
        return null;
    }

    /// <summary>The variables of a file, empty when there is none.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="lookup">Variables from outside; null takes values as they are written.</param>
    public Dictionary<string, string> Variables(string path, Func<string, string?>? lookup) => Text(path) is { } text
        ? EnvironmentFileText.Read(text, lookup, (line, message) => problems.Add(path, line, message)) : [];
}
