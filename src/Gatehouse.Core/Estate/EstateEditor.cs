using System.Text;

namespace Gatehouse.Core.Estate;

/// <summary>
/// Adds entries to an estate file's text, and adds to those that it has. Everything else that stands there stays byte
/// for byte: comments, order, line ends. The result is read again and compared with the old file, so that a form of
/// YAML which this class does not
/// foresee leads to a refusal and never to a broken file.
/// </summary>
public static class EstateEditor
{
    private const string DefaultIndent = "  ";

    /// <summary>Text of an estate without models and jobs, to which entries can be added.</summary>
    /// <param name="name">Name of the estate.</param>
    /// <param name="timeZone">IANA name of the zone in which schedules are meant.</param>
    public static string BareText(string name, string timeZone)
    {
        var whole = StarterEstate.Text(name, timeZone);
        return string.Concat(
            whole.AsSpan(0, whole.IndexOf("models:\n", StringComparison.Ordinal)), "models: {}\n\njobs: {}\n");
    }

    /// <summary>Adds entries.</summary>
    /// <param name="text">The file's text, which must be a usable estate.</param>
    /// <param name="draft">What to add; keys of its entries must be new, those of its changes must be there.</param>
    /// <param name="fileName">The name that problems carry.</param>
    public static EstateEdit Add(string text, EstateDraft draft, string fileName)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(draft);
        var sections = SectionsOf(draft);
        var mark = text.StartsWith('\uFEFF') ? "\uFEFF" : "";
        var old = text[mark.Length..];
        var before = EstateReader.Read(old, fileName);
        if (before.Plan is null) return new EstateEdit.Refused(before.Problems, SnippetOf(sections));
        if (Apply(old, sections, draft) is not { } edited)
            return new EstateEdit.Refused([NotUnderstood(fileName)], SnippetOf(sections));
        var after = EstateReader.Read(edited, fileName);
        if (after.Plan is null) return new EstateEdit.Refused(after.Problems, SnippetOf(sections));
        return IsOnlyGrown(old, edited, sections, draft)
            ? new EstateEdit.Done(mark + edited, after.Plan)
            : new EstateEdit.Refused([NotUnderstood(fileName)], SnippetOf(sections));
    }

    /// <summary>The entries as a person would write them into a file.</summary>
    /// <param name="draft">The entries.</param>
    public static string Snippet(EstateDraft draft)
    {
        ArgumentNullException.ThrowIfNull(draft);
        return SnippetOf(SectionsOf(draft));
    }

    private static (string Name, DraftText[] Entries)[] SectionsOf(EstateDraft draft)
    {
        (string Name, DraftText[] Entries)[] all =
        [
            ("models", [.. draft.Models.Select(DraftText.Of)]),
            ("sinks", [.. draft.Sinks.Select(DraftText.Of)]),
            ("jobs", [.. draft.Jobs.Select(DraftText.Of)]),
        ];
        return [.. all.Where(section => section.Entries.Length != 0)];
    }

    private static string? Apply(string text, (string Name, DraftText[] Entries)[] sections, EstateDraft draft)
    {
        var outline = EstateOutline.Read(text);
        var lines = new TextLines(text);
        if (EstateAmendment.Cuts(text, draft, outline.DocumentEndLine) is not { } cuts) return null;
        var fresh = new StringBuilder();
        foreach (var (name, entries) in sections)
        {
            var index = outline.Sections.FindIndex(section => section.Name == name);
            if (index >= 0)
                cuts.AddRange(Into(outline, index, entries, lines));
            else if (outline.IsFlow)
                cuts.Add(new TextCut(outline.LastValueEnd, 0, $", {name}: {Braces(entries)}"));
            else
                fresh.Append(lines.End).Append(Block(new string(' ', outline.Column), name, entries, lines.End));
        }
        if (fresh.Length != 0) cuts.Add(lines.InsertAt(outline.DocumentEndLine ?? lines.Count, fresh.ToString()));
        // Cuts at the same place keep their order.
        foreach (var cut in cuts.Index().OrderByDescending(one => one.Item.At).ThenByDescending(one => one.Index))
        {
            text = string.Concat(
                text.AsSpan(0, cut.Item.At), cut.Item.Text, text.AsSpan(cut.Item.At + cut.Item.Length));
        }
        return text;
    }

    private static IEnumerable<TextCut> Into(EstateOutline outline, int index, DraftText[] entries, TextLines lines)
    {
        var section = outline.Sections[index];
        var inline = string.Join(", ", entries.Select(entry => entry.Inline));
        if (section.IsFlow && !section.IsEmpty)
        {
            yield return new TextCut(section.LastEntryEnd, 0, ", " + inline);
            yield break;
        }
        if (outline.IsFlow)
        {
            yield return new TextCut(section.Start, section.End - section.Start, $" {Braces(entries)}");
            yield break;
        }
        var column = section.IsEmpty ? outline.Column + DefaultIndent.Length : section.EntryColumn;
        // An empty value, written as braces or as nothing, makes room for the block.
        if (section.IsEmpty) yield return lines.Without(section.Start, section.End);
        var limit = index + 1 < outline.Sections.Count ? outline.Sections[index + 1].Line
            : outline.DocumentEndLine ?? lines.Count;
        var at = section.IsEmpty ? lines.LineOf(section.End) + 1 : lines.AfterBlock(section.Line, limit, column);
        var block = string.Concat(entries.Select(entry => entry.Lines(new string(' ', column), lines.End)));
        yield return lines.InsertAt(at, block);
    }

    private static string Braces(DraftText[] entries) =>
        $"{{ {string.Join(", ", entries.Select(entry => entry.Inline))} }}";

    private static string Block(string indent, string name, DraftText[] entries, string lineEnd) =>
        $"{indent}{name}:{lineEnd}"
            + string.Concat(entries.Select(entry => entry.Lines(indent + DefaultIndent, lineEnd)));

    private static string SnippetOf((string Name, DraftText[] Entries)[] sections) =>
        string.Join('\n', sections.Select(section => Block("", section.Name, section.Entries, "\n")));

    /// <summary>Whether the new file says what the old one said, and the new entries beside it.</summary>
    private static bool IsOnlyGrown(
        string old, string edited, (string Name, DraftText[] Entries)[] sections, EstateDraft draft)
    {
        var problems = new EstateProblems("");
        var (before, after) = (EstateTree.Parse(old, problems), EstateTree.Parse(edited, problems));
        return before is EstateNode.Mapping was && after is EstateNode.Mapping now && !problems.HasErrors
            && EstateAmendment.Expect(was, draft) && EstateGrowth.IsGrown(was, now, sections.ToDictionary(
                section => section.Name, section => section.Entries.Select(entry => entry.Key).ToHashSet()));
    }

    private static EstateProblem NotUnderstood(string fileName) => new()
    {
        File = fileName,
        Line = 1,
        Column = 1,
        Message = "the file is written in a form that cannot be added to safely; paste the entries by hand",
    };
}
