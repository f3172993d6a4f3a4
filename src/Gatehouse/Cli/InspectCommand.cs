using System.Collections.Immutable;
using System.CommandLine;
using Gatehouse.Actions;
using Gatehouse.Core.Inspection;
using Gatehouse.Docker;
using Gatehouse.Inspection;

namespace Gatehouse.Cli;

/// <summary><c>gatehouse inspect</c>: what holds each job, and what does not.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var job = new Argument<string?>("JOB")
        {
            Description = "A job, container, Compose service or unit, or engine (default: the engine, and all that "
                + "are jobs or look like AI)",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var sarif = new Option<bool>("--sarif") { Description = "Print one SARIF 2.1.0 document" };
        var all = new Option<bool>("--all") { Description = "Every container, whatever it looks like" };
        var failOn = new Option<string?>("--fail-on")
        {
            Description = "Exit with 1 when a finding is at least info, low, medium, high or critical "
                + "(default: 0, whatever is found)",
            HelpName = "SEVERITY",
        };
        failOn.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } word && SeverityWords.Parse(word) is null)
                result.AddError($"'{word}' is none of info, low, medium, high, critical.");
        });
        var command = new Command("inspect", """
            Show what confines each job's container, unit or process, and what does not; and how the container
            engine itself is set up. Changes nothing.

            Examples:
              gatehouse inspect
              gatehouse inspect open-webui --fail-on high
              gatehouse inspect --all --sarif > containment.sarif
            """) { job, sarif, all, failOn, EngineOption.Create(), HomeOption.Create(), JsonOption.Create() };
        command.Validators.Add(result =>
        {
            if (result.GetValue(sarif) && result.GetValue<bool>("--json")) result.AddError("Give --json or --sarif.");
            if (result.GetValue(all) && result.GetValue(job) is not null) result.AddError("Give JOB or --all.");
        });
        command.SetAction((result, stop) => RunAsync(
            result, new Asked(
                result.GetValue(job), result.GetValue(all), result.GetValue(sarif), result.GetValue(failOn)),
            stop));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult result, Asked asked, CancellationToken stop)
    {
        var (output, error) = (result.InvocationConfiguration.Output, result.InvocationConfiguration.Error);
        InspectionInput input;
        try
        {
            input = await InspectionInput.ScanAsync(HomeOption.Resolve(result), EngineOption.Value(result), stop);
        }
        catch (EngineException problem)
        {
            error.WriteLine($"gatehouse: {SafeText.OneLine(problem.Message)}");
            return ExitCodes.Unavailable;
        }
        var subjects = asked.Job is { } name
            ? await InspectionRun.NamedAsync(input, name, stop) : await InspectionRun.AnyAsync(input, asked.All, stop);
        if (asked.Job is not null && subjects.IsEmpty)
        {
            foreach (var sentence in input.NotSeen) error.WriteLine($"gatehouse: {SafeText.OneLine(sentence)}");
            error.WriteLine(
                $"gatehouse: Nothing on this host is '{SafeText.OneLine(asked.Job)}'. A job is found by its "
                + "name, the network at whose address it calls, or its run-as: user.");
            return ExitCodes.Failed;
        }
        if (asked.Sarif)
        {
            // A document for machines has no place for this, and a run that saw less must not look clean.
            foreach (var sentence in input.NotSeen) error.WriteLine($"gatehouse: {SafeText.OneLine(sentence)}");
            InspectJson.WriteSarif(subjects, output);
        }
        else if (JsonOption.IsSet(result))
        {
            InspectJson.Write(subjects, input.NotSeen, output);
        }
        else
        {
            InspectText.Write(subjects, input.NotSeen, output);
        }
        return ExitOf(asked.FailOn, subjects);
    }

    private static int ExitOf(string? failOn, ImmutableArray<InspectedSubject> subjects)
        => failOn is not null && SeverityWords.Parse(failOn) is { } least && subjects.Any(one => one.Worst >= least)
            ? ExitCodes.Failed : ExitCodes.Done;

    private sealed record Asked(string? Job, bool All, bool Sarif, string? FailOn);
}
