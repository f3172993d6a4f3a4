using System.CommandLine;
using System.Text;
using System.Text.Json;
using Gatehouse.Actions;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Estate;
using Gatehouse.Discovery;
using Gatehouse.Estate;
using Gatehouse.Storage;

namespace Gatehouse.Cli;

/// <summary><c>gatehouse discover</c>: the AI jobs and model servers of this host, compared with the estate.</summary>
internal static class DiscoverCommand
{
    private const int Unusable = 2; // Exit code: an estate file that cannot be read or added to.

    public static Command Create()
    {
        var paths = new Option<string[]>("--path")
        {
            Description = "A further folder with Compose files or exports of flows; may be given several times",
            HelpName = "DIR",
            DefaultValueFactory = static _ => [],
        };
        var write = new Option<bool>("--write") { Description = "Add the proposed entries to gatehouse.yaml" };
        var command = new Command("discover", """
            Find the AI jobs and model servers of this host, and compare them with the estate. Reads only.

            Exit codes: 0 looked, 2 the estate file cannot be used.

            Examples:
              sudo gatehouse discover
              sudo gatehouse discover --write
              gatehouse discover --path ~/stacks --json
            """) { HomeOption.Create(), EngineOption.Create(), paths, write, JsonOption.Create() };
        command.SetAction((result, stop) => RunAsync(result, new HostSearch
        {
            Docker = result.GetValue<string?>("--docker"),
            Folders = result.GetValue(paths) ?? [],
        }, result.GetValue(write), stop));
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult result, HostSearch search, bool write, CancellationToken stop)
    {
        var (output, error) = (result.InvocationConfiguration.Output, result.InvocationConfiguration.Error);
        var home = HomeOption.Resolve(result);
        var estate = ReadEstate(home, error, out var isUsable);
        if (!isUsable) return Unusable;
        var searched = await search.ScanAsync(estate, stop);
        var discoveries = Classifier.Find(searched.Observations);
        if (JsonOption.IsSet(result)) DiscoverJson.Write(discoveries, searched, output);
        else DiscoverText.Write(discoveries, searched, output);
        var entries = Classifier.EntriesOf(discoveries);
        if (!write)
        {
            if (!JsonOption.IsSet(result)) Suggest(entries, home, estate is null, output);
            return ExitCodes.Done;
        }
        return Write(home, entries, JsonOption.IsSet(result) ? error : output, error);
    }

    /// <summary>The estate; null when there is none yet, which is no fault.</summary>
    private static EstatePlan? ReadEstate(string home, TextWriter error, out bool isUsable)
    {
        isUsable = true;
        if (!File.Exists(EstateFile.PathIn(home))) return null;
        var reading = EstateFile.Read(home);
        if (reading.Plan is null) EstateProblemText.Write(reading, error);
        isUsable = reading.Plan is not null;
        return reading.Plan;
    }

    private static void Suggest(EstateDraft entries, string home, bool isNew, TextWriter output)
    {
        if (entries.IsEmpty) return;
        var count = entries.Jobs.Length;
        output.WriteLine();
        output.WriteLine($"Next: `gatehouse discover --write` {(isNew ? "makes" : "adds to")} {EstateFile.PathIn(home)}"
            + $"{(isNew ? " with" : "")} {count} {(count == 1 ? "job" : "jobs")}.");
    }

    private static int Write(string home, EstateDraft entries, TextWriter output, TextWriter error)
    {
        if (entries.IsEmpty)
        {
            output.WriteLine("Nothing to add: the estate has every job whose models could be determined.");
            return ExitCodes.Done;
        }
        EstateFit fit;
        try
        {
            (var edit, fit) = EstateAppend.WriteWhatFits(home, entries);
            if (edit is EstateEdit.Refused refused)
            {
                foreach (var problem in refused.Problems) error.WriteLine(EstateProblemText.Line(problem, "error"));
                error.WriteLine("Nothing was written. To add by hand:");
                error.WriteLine(refused.Snippet);
                return Unusable;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or HomeException
            or DecoderFallbackException)
        {
            error.WriteLine($"error: {EstateFile.PathIn(home)} cannot be written: {failure.Message}");
            return Unusable;
        }
        foreach (var (job, problem) in fit.Left)
            error.WriteLine($"Left out {job}: {problem.Message}. Write its entry by hand.");
        output.WriteLine(
            $"Added {string.Join(", ", fit.Draft.Jobs.Select(job => job.Key))} to {EstateFile.PathIn(home)}.");
        output.WriteLine("Read the new entries, then apply them: `gatehouse jobs`, `gatehouse reload`.");
        return ExitCodes.Done;
    }
}

/// <summary>Prints discovered items as JSON, one object a line; docs/discover.md names every field.</summary>
internal static class DiscoverJson
{
    public static void Write(IEnumerable<DiscoveredItem> discoveries, HostSearchResult searched, TextWriter output)
    {
        foreach (var discovered in discoveries) JsonLines.Write(output, json => WriteFind(json, discovered));
        foreach (var changed in searched.Changed) JsonLines.Write(output, json => WriteNote(json, "changed", changed));
        foreach (var looked in searched.Looked) JsonLines.Write(output, json => WriteNote(json, "looked", looked));
        foreach (var skipped in searched.Skipped) JsonLines.Write(output, json => WriteNote(json, "skipped", skipped));
    }

    private static void WriteNote(Utf8JsonWriter json, string kind, string text)
    {
        json.WriteString("kind", kind);
        json.WriteString("text", text);
    }

    private static void WriteFind(Utf8JsonWriter json, DiscoveredItem discovered)
    {
        json.WriteString("kind", discovered.Kind switch
        {
            DiscoveredKind.Job => "job",
            DiscoveredKind.Server => "server",
            DiscoveredKind.Bypass => "bypass",
            _ => throw new InvalidOperationException($"The kind {discovered.Kind} has no word."),
        });
        json.WriteString("name", discovered.Name);
        json.WriteString("software", discovered.Software);
        json.WriteString("estate", Words.Of(discovered.State));
        if (discovered.IsRunning is { } running) json.WriteBoolean("running", running);
        Texts(json, "places", discovered.Places);
        Texts(json, "addresses", discovered.Addresses);
        if (discovered.Provider is { } provider) json.WriteString("provider", Words.Of(provider));
        json.WriteStartArray("evidence");
        foreach (var piece in discovered.Evidence)
        {
            json.WriteStartObject();
            json.WriteString("kind", JsonNamingPolicy.KebabCaseLower.ConvertName(piece.Kind.ToString()));
            json.WriteString("where", piece.Where);
            json.WriteString("value", piece.Value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        Texts(json, "notes", discovered.Notes);
        WriteRisk(json, discovered.Risk);
        WriteEntry(json, discovered);
    }

    private static void WriteRisk(Utf8JsonWriter json, RiskAssessment? risk)
    {
        if (risk is null) return;
        json.WriteStartObject("risk");
        json.WriteString("level", Words.Of(risk.Level));
        json.WriteNumber("score", risk.Score);
        json.WriteBoolean("flagged", risk.IsFlagged);
        Texts(json, "reasons", risk.Reasons.Select(reason => reason.Sentence));
        json.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter json, DiscoveredItem discovered)
    {
        if (discovered.Job is not { } job) return;
        json.WriteStartObject("entry");
        json.WriteString("owner", job.Owner);
        Texts(json, "models", job.Models);
        json.WriteString("trigger", Words.Of(job.Trigger));
        if (job.TriggerDetail is { } detail) json.WriteString("trigger-detail", detail);
        json.WriteString("source", Words.Of(job.Source.Kind));
        json.WriteString("sink", job.Sink);
        json.WriteString("yaml", EstateEditor.Snippet(Classifier.EntriesOf([discovered])));
        json.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
