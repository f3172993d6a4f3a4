using System.Collections.Immutable;
using System.Text;
using Gatehouse.Core.Syntax;

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
        if (EstateAmendment.Cuts(text, draft, outline) is not { } cuts) return null;
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

/// <summary>What came of an edit of an estate file's text.</summary>
public abstract record EstateEdit
{
    private EstateEdit()
    {
    }

    /// <summary>The new text, which was read again and holds the old entries unchanged.</summary>
    /// <param name="Text">The new text.</param>
    /// <param name="Plan">What it declares.</param>
    public sealed record Done(string Text, EstatePlan Plan) : EstateEdit;

    /// <summary>Nothing was changed.</summary>
    /// <param name="Problems">Why.</param>
    /// <param name="Snippet">What was to be added, for a person to paste.</param>
    public sealed record Refused(ImmutableArray<EstateProblem> Problems, string Snippet) : EstateEdit;
}

/// <summary>
/// Changes to entries that an estate file has already: as cuts of its text, and as what the text must say after them.
/// </summary>
internal static class EstateAmendment
{
    /// <summary>The cuts; null when an entry is written in a form that this does not know.</summary>
    public static List<TextCut>? Cuts(string yaml, EstateDraft draft, EstateOutline outline)
    {
        if (draft.JobChanges.IsEmpty && draft.ModelMoves.IsEmpty) return [];
        var (root, lines, cuts) = (outline.Root, new TextLines(yaml), new List<TextCut>());
        foreach (var move in draft.ModelMoves)
        {
            if (root["models"]?[move.Key]?["url"] is not { Kind: YamlKind.Scalar } url) return null;
            cuts.Add(new TextCut(url.Start, url.End - url.Start, YamlScalar.Of(move.Url)));
        }
        var end = outline.DocumentEndLine ?? lines.Count;
        foreach (var change in draft.JobChanges)
        {
            if (root["jobs"] is not { } jobs || jobs[change.Key] is not { Entries.Count: > 0 } job) return null;
            var limit = Limit(jobs, change.Key, Limit(root, "jobs", end));
            if (!change.AlsoModels.IsEmpty && !AddModels(cuts, job, change, (lines, limit))) return null;
            var more = change.More.Where(pair => job[pair.Key] is null).Select(pair => $"{pair.Key}: {pair.Value}")
                .ToArray();
            if (more.Length == 0) continue;
            cuts.Add(job.IsFlow
                ? new TextCut(job.Entries[^1].Value.End, 0, ", " + string.Join(", ", more))
                : lines.InsertAt(lines.AfterBlock(job.Line - 1, limit, job.Column - 1),
                    string.Concat(more.Select(line => new string(' ', job.Column - 1) + line + lines.End))));
        }
        return cuts;
    }

    /// <summary>Makes of the parsed old file what the changed file must say.</summary>
    public static bool Expect(EstateNode.Mapping estate, EstateDraft draft)
        => draft.ModelMoves.All(move => Set(Entry(estate, "models", move.Key), "url", move.Url))
            && draft.JobChanges.All(change => Expect(Entry(estate, "jobs", change.Key), change));

    private static bool AddModels(
        List<TextCut> cuts, YamlNode job, JobChange change, (TextLines Lines, int Limit) text)
    {
        if (job["models"] is { Items.Count: > 0 } list)
        {
            var words = change.AlsoModels.Select(YamlScalar.Of);
            cuts.Add(list.IsFlow
                ? new TextCut(list.Items[^1].End, 0, ", " + string.Join(", ", words))
                : text.Lines.InsertAt(
                    text.Lines.AfterBlock(list.Line - 1, Limit(job, "models", text.Limit), list.Column - 1),
                    string.Concat(words.Select(
                        word => $"{new string(' ', list.Column - 1)}- {word}{text.Lines.End}"))));
            return true;
        }
        var (key, only) = job.Entries.Find(static entry => entry.Key.Text == "model");
        if (only is not { Kind: YamlKind.Scalar, Text: var first }) return false;
        cuts.Add(new TextCut(key.Start, key.End - key.Start, "models"));
        cuts.Add(new TextCut(only.Start, only.End - only.Start, YamlScalar.ListOf([first, .. change.AlsoModels])));
        return true;
    }

    /// <summary>The line of what follows an entry.</summary>
    private static int Limit(YamlNode parent, string key, int otherwise)
    {
        var index = parent.Entries.FindIndex(entry => entry.Key.Text == key);
        return index + 1 < parent.Entries.Count ? parent.Entries[index + 1].Key.Line - 1 : otherwise;
    }

    private static EstateNode.Mapping? Entry(EstateNode.Mapping estate, string section, string key)
        => Value(Value(estate, section) as EstateNode.Mapping, key) as EstateNode.Mapping;

    private static EstateNode? Value(EstateNode.Mapping? mapping, string key)
        => mapping?.Entries.Find(entry => entry.Key.Text == key).Value;

    private static bool Set(EstateNode.Mapping? entry, string key, string text)
    {
        var index = entry?.Entries.FindIndex(pair => pair.Key.Text == key) ?? -1;
        if (index < 0) return false;
        entry!.Entries[index] = new(entry.Entries[index].Key, Plain(text));
        return true;
    }

    private static bool Expect(EstateNode.Mapping? job, JobChange change)
    {
        if (job is null) return false;
        if (!change.AlsoModels.IsEmpty)
        {
            var index = job.Entries.FindIndex(static pair => pair.Key.Text is "model" or "models");
            if (index < 0) return false;
            var list = new EstateNode.Sequence(0, 0);
            if (job.Entries[index].Value is EstateNode.Sequence had) list.Items.AddRange(had.Items);
            else list.Items.Add(job.Entries[index].Value);
            list.Items.AddRange(change.AlsoModels.Select(Plain));
            job.Entries[index] = new(Plain("models"), list);
        }
        foreach (var (key, value) in change.More)
        {
            if (Value(job, key) is not null) continue;
            var problems = new EstateProblems("");
            if (EstateTree.Parse(value, problems) is not { } parsed) return false;
            job.Entries.Add(new(Plain(key), parsed));
        }
        return true;
    }

    private static EstateNode.Scalar Plain(string text) => new(0, 0, text, true);
}
