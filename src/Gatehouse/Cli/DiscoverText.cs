using Gatehouse.Core.Discovery;
using Gatehouse.Core.Estate;
using Gatehouse.Discovery;

namespace Gatehouse.Cli;

/// <summary>Prints discovered items for people: an overview, each item with its evidence, and what was read.</summary>
internal sealed class DiscoverText
{
    private const int EvidenceShown = 6; // Of one item; JSON has all of it.
    private const int LabelWidth = 8;

    private readonly TextWriter _output;

    private DiscoverText(TextWriter output) => _output = output;

    public static void Write(IReadOnlyList<DiscoveredItem> discoveries, HostSearchResult searched, TextWriter output)
    {
        var text = new DiscoverText(output);
        text.Line(Summary(discoveries));
        text.List("Changed since the adoption; `sudo gatehouse adopt` fixes it", searched.Changed);
        text.Jobs([.. discoveries.Where(discovered => discovered.Kind == DiscoveredKind.Job)]);
        text.Servers([.. discoveries.Where(discovered => discovered.Kind == DiscoveredKind.Server)]);
        text.Bypasses([.. discoveries.Where(discovered => discovered.Kind == DiscoveredKind.Bypass)]);
        text.List("Looked at", searched.Looked);
        text.List("Could not look at, or read only in part", searched.Skipped);
    }

    private static string Summary(IReadOnlyList<DiscoveredItem> discoveries)
    {
        var jobs = discoveries.Where(discovered => discovered.Kind == DiscoveredKind.Job
            && discovered.State != DiscoveredState.Missing).ToArray();
        var news = jobs.Count(discovered => discovered.State == DiscoveredState.New);
        return $"Found {Count(jobs.Length, "AI job")} ({(news == 0 ? "none" : $"{news}")} new to the estate), "
            + $"{Count(discoveries.Count(discovered => discovered.Kind == DiscoveredKind.Server), "model server")}, "
            + $"{Bypassed(discoveries.Count(static one => one.Kind == DiscoveredKind.Bypass))} of the gate.";
    }

    private void Jobs(DiscoveredItem[] jobs)
    {
        if (jobs.Length == 0) return;
        Line("");
        var overview = new TextTable(
            new("job"), new("estate"), new("risk"), new("software", ColumnKind.Words))
        { Indent = "  " };
        foreach (var job in jobs) overview.Add(job.Name, Words.Of(job.State), RiskOf(job), job.Software);
        overview.Write(_output);
        foreach (var job in jobs) Job(job);
    }

    private void Job(DiscoveredItem job)
    {
        Line("");
        Line($"{SafeText.OneLine(job.Name)}: {Words.Of(job.State)}, {RiskOf(job)}{Running(job)}");
        Field("seen in", string.Join(", ", job.Places));
        if (job.State == DiscoveredState.New) Evidence(job);
        if (job.Job is { } entry)
        {
            Field("models", string.Join(", ", entry.Models.Select(key => Model(job, key))));
            Field("path", $"{Words.Of(entry.Trigger)} → {Words.Of(entry.Source.Kind)} → {entry.Sink}");
            // The first line of the comment says where it was found, which is shown above.
            foreach (var open in entry.Comment.Skip(1)) Field("check", open);
        }
        foreach (var note in job.Notes) Field("note", note);
        if (job.State == DiscoveredState.New) Reasons(job.Risk?.Reasons ?? []);
    }

    private void Reasons(IReadOnlyList<RiskReason> reasons)
    {
        var open = reasons.Where(static reason => reason.OpenQuestion is not null).ToArray();
        foreach (var reason in reasons.Except(open)) Field($"+{reason.Points}", reason.Sentence);
        if (open.Length == 0) return;
        Field($"+{open.Sum(static reason => reason.Points)}",
            $"Nobody said whether it can {string.Join("; ", open.Select(static reason => reason.OpenQuestion))}.");
    }

    private void Evidence(DiscoveredItem discovered)
    {
        var shown = discovered.Evidence.Where(piece => piece.Kind != EvidenceKind.OpenPort).Select(Shown).Distinct()
            .ToArray();
        var more = shown.Length > EvidenceShown ? [$"{shown.Length - EvidenceShown} more"] : Array.Empty<string>();
        if (shown.Length != 0) Field("evidence", string.Join("; ", shown.Take(EvidenceShown).Concat(more)));
    }

    private static string Shown(Evidence piece) => piece.Kind switch
    {
        EvidenceKind.ModelKey or EvidenceKind.SinkKey => $"{piece.Value} holds a key",
        _ => $"{piece.Where} {piece.Value}",
    };

    private static string Model(DiscoveredItem job, string key)
        => job.Models.FirstOrDefault(model => model.Key == key) is { } model ? $"{key} at {model.Url}" : key;

    private void Servers(DiscoveredItem[] servers)
    {
        if (servers.Length == 0) return;
        Line("");
        Line("Model servers");
        foreach (var server in servers)
        {
            var addresses = server.Addresses.IsEmpty ? "" : $" at {string.Join(", ", server.Addresses)}";
            var dialect = server.Provider is null ? "; speaks no dialect of the gate" : "";
            Item($"{server.Name} ({server.Software}){addresses}: {Words.Of(server.State)}{Running(server)}{dialect}");
            foreach (var note in server.Notes) WrappedText.Write(_output, "    ", "", note);
        }
    }

    private void Bypasses(DiscoveredItem[] bypasses)
    {
        if (bypasses.Length == 0) return;
        Line("");
        Line("Bypasses of the gate");
        foreach (var one in bypasses) Item($"{one.Name}: {string.Join(' ', one.Notes)}");
    }

    private void List(string title, IReadOnlyList<string> items)
    {
        if (items.Count == 0) return;
        Line("");
        Line(title);
        foreach (var item in items) Item(item);
    }

    private void Item(string text) => WrappedText.Write(_output, "  ", "", text, hangingMin: 4);

    private void Field(string label, string text)
        => new TextTable(new("", WidthMin: LabelWidth), new("", ColumnKind.Words)) { Indent = "  " }
            .Add(label, text).Write(_output);

    private void Line(string text) => _output.WriteLine(text.TrimEnd());

    private static string RiskOf(DiscoveredItem discovered)
        => discovered.Risk is { } risk ? $"{Words.Of(risk.Level)} {risk.Score}" : "not rated";

    private static string Running(DiscoveredItem discovered) => discovered.IsRunning switch
    {
        true => ", running",
        false => ", stopped",
        null => "",
    };

    private static string Bypassed(int number) => number == 1 ? Count(number, "bypass") : $"{Number(number)} bypasses";

    private static string Count(int number, string what)
        => $"{Number(number)} {what}{(number == 1 ? "" : "s")}";

    private static string Number(int number) => number == 0 ? "no" : $"{number}";
}
