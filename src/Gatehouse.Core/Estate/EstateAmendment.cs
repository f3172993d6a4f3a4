namespace Gatehouse.Core.Estate;

/// <summary>
/// Changes to entries that an estate file has already: as cuts of its text, and as what the text must say after them.
/// </summary>
internal static class EstateAmendment
{
    /// <summary>The cuts; null when an entry is written in a form that this does not know.</summary>
    public static List<TextCut>? Cuts(string yaml, EstateDraft draft, int? documentEnd)
    {
        if (draft.JobChanges.IsEmpty && draft.ModelMoves.IsEmpty) return [];
        var (root, lines, cuts) = (EstateSpan.Read(yaml), new TextLines(yaml), new List<TextCut>());
        foreach (var move in draft.ModelMoves)
        {
            if (root["models"]?[move.Key]?["url"] is not { Text: not null } url) return null;
            cuts.Add(new TextCut(url.Start, url.End - url.Start, YamlScalar.Of(move.Url)));
        }
        var end = documentEnd ?? lines.Count;
        foreach (var change in draft.JobChanges)
        {
            if (root["jobs"] is not { } jobs || jobs[change.Key] is not { Entries.Count: > 0 } job) return null;
            var limit = Limit(jobs, change.Key, Limit(root, "jobs", end));
            if (!change.AlsoModels.IsEmpty && !AddModels(cuts, job, change, (yaml, lines, limit))) return null;
            var more = change.More.Where(pair => job[pair.Key] is null).Select(pair => $"{pair.Key}: {pair.Value}")
                .ToArray();
            if (more.Length == 0) continue;
            cuts.Add(job.IsFlow
                ? new TextCut(job.Entries[^1].Value.LastEnd(yaml), 0, ", " + string.Join(", ", more))
                : lines.InsertAt(lines.AfterBlock(job.Line, limit, job.Column),
                    string.Concat(more.Select(line => new string(' ', job.Column) + line + lines.End))));
        }
        return cuts;
    }

    /// <summary>Makes of the parsed old file what the changed file must say.</summary>
    public static bool Expect(EstateNode.Mapping estate, EstateDraft draft)
        => draft.ModelMoves.All(move => Set(Entry(estate, "models", move.Key), "url", move.Url))
            && draft.JobChanges.All(change => Expect(Entry(estate, "jobs", change.Key), change));

    private static bool AddModels(
        List<TextCut> cuts, EstateSpan job, JobChange change, (string Yaml, TextLines Lines, int Limit) text)
    {
        if (job["models"] is { IsSequence: true, Entries.Count: > 0 } list)
        {
            var words = change.AlsoModels.Select(YamlScalar.Of);
            cuts.Add(list.IsFlow
                ? new TextCut(list.Entries[^1].Value.End, 0, ", " + string.Join(", ", words))
                : text.Lines.InsertAt(
                    text.Lines.AfterBlock(list.Line, Limit(job, "models", text.Limit), list.Column),
                    string.Concat(words.Select(word => $"{new string(' ', list.Column)}- {word}{text.Lines.End}"))));
            return true;
        }
        var (key, only) = job.Entries.Find(static entry => entry.Key.Text == "model");
        if (only is not { Text: { } first }) return false;
        cuts.Add(new TextCut(key.Start, key.End - key.Start, "models"));
        cuts.Add(new TextCut(only.Start, only.End - only.Start, YamlScalar.ListOf([first, .. change.AlsoModels])));
        return true;
    }

    /// <summary>The line of what follows an entry.</summary>
    private static int Limit(EstateSpan parent, string key, int otherwise)
    {
        var index = parent.Entries.FindIndex(entry => entry.Key.Text == key);
        return index + 1 < parent.Entries.Count ? parent.Entries[index + 1].Key.Line : otherwise;
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
