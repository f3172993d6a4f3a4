using System.CommandLine;
using Gatehouse.Core.Estate;
using Gatehouse.Estate;

namespace Gatehouse.Cli;

/// <summary><c>gatehouse jobs</c>: what the estate declares, with the risk of each job and every reason.</summary>
internal static class JobsCommand
{
    private const int UnusableEstate = 2; // Exit code; 1 is left to failures of the program itself.

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON object a line, riskiest job first" };
        var command = new Command("jobs", """
            Check the estate and show every job with its risk and the reasons.

            Examples:
              gatehouse jobs
              gatehouse jobs --home /srv/gatehouse --json
            """) { HomeOption.Create(), json };
        command.SetAction(result => Run(
            HomeOption.Resolve(result), result.GetValue(json),
            result.InvocationConfiguration.Output, result.InvocationConfiguration.Error));
        return command;
    }

    private static int Run(string home, bool json, TextWriter output, TextWriter error)
    {
        var reading = EstateFile.Read(home);
        EstateProblemText.Write(reading, error);
        if (reading.Plan is not { } plan)
            return UnusableEstate;
        var jobs = plan.Jobs.Values
            .Select(job => new ClassifiedJob(job, JobRisk.Assess(job, plan)))
            .OrderByDescending(judged => judged.Risk.Score).ThenBy(judged => judged.Job.Key, StringComparer.Ordinal)
            .ToArray();
        if (json)
            JobsJson.Write(jobs, output);
        else
            JobsTable.Write(jobs, output);
        return 0;
    }
}
