using System.CommandLine;
using System.Text;
using Gatehouse.Actions;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Estate;
using Gatehouse.Discovery;
using Gatehouse.Estate;
using Gatehouse.Storage;

namespace Gatehouse.Cli;

/// <summary><c>gatehouse discover</c>: the AI jobs and model servers of this host, held against the estate.</summary>
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
            Find the AI jobs and model servers of this host, and hold them against the estate. Reads only.

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
            output.WriteLine("Nothing to add: the estate has every job whose models were seen.");
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
