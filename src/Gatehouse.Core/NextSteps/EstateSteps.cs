using Gatehouse.Core.Estate;

namespace Gatehouse.Core.NextSteps;

/// <summary>Steps that make the estate say more, or let less through.</summary>
internal static class EstateSteps
{
    public static IEnumerable<NextStep> Of(StepScene scene)
    {
        // Without an estate nothing is declared and nothing is on record: the rest can only follow.
        if (scene.NotSeen.Contains(StepSource.Estate)) return [];
        if (scene.Plan is not { } plan) return [NoEstate(scene)];
        var jobs = plan.Jobs.Values.OrderBy(static job => job.Key, StringComparer.Ordinal).ToArray();
        return
        [
            .. scene.Undeclared.GroupBy(static app => app.Target).Select(apps => Undeclared([.. apps], scene)),
            .. Unknown(jobs), .. Credentials(plan),
            .. NoLimits([.. jobs.Where(static job => job.Limits == JobLimits.None)]),
            .. Observed([.. jobs.Where(static job => job.Mode == JobMode.Observe)]),
        ];
    }

    private static NextStep NoEstate(StepScene scene) => new()
    {
        Key = "estate missing",
        Rank = StepRank.NoEstate,
        Title = "Write an estate.",
        Why = "Until the jobs of this host are declared, none of their calls is identified, limited or on record.",
        Read = "there is no gatehouse.yaml in the home",
        Command = $"{StepCommand.Program} init{scene.HomeOption}",
        Undo = "rm gatehouse.yaml estate.schema.json, in the home",
        Check = "the home has an estate that loads",
        Source = StepSource.Estate,
    };

    /// <summary>All that one adoption takes together, as the containers of a Compose project.</summary>
    private static NextStep Undeclared(UndeclaredApp[] apps, StepScene scene)
    {
        var names = Words([.. apps.Select(static app => $"{app.Kind} {app.Name}")]);
        var step = new NextStep
        {
            Key = $"undeclared {apps[0].Kind} {apps[0].Name}",
            Rank = StepRank.Undeclared,
            Title = $"Put {names} on record.",
            Why = (apps.Length == 1 ? "It calls models and is no job" : "They call models and are no jobs")
                + " of the estate: these calls are under no limit, and no stop button reaches them.",
            Read = names,
            Command = StepCommand.Adopt(scene, apps[0].Target),
            Undo = StepCommand.UndoAdoption(scene),
            Check = "a job of the estate has the name or the network",
            Adopts = apps[0].Target,
            Source = StepSource.Engine,
        };
        if (!scene.NotAdoptable.TryGetValue(apps[0].Target, out var why)) return step;
        return step with
        {
            Title = $"Declare {names}.",
            Read = $"{names}. To adopt is not possible: {why}",
            Command = $"{StepCommand.Program} discover --write{scene.Options}, then {StepCommand.Reload}. To send the "
                + "calls through the gate, set the model URL that gatehouse connect prints.",
            Undo = $"Take the job out of gatehouse.yaml again, then {StepCommand.Reload}",
            Adopts = null,
        };
    }

    /// <summary>Each question once, for all jobs that leave it open.</summary>
    private static IEnumerable<NextStep> Unknown(JobPlan[] jobs)
    {
        (string Key, Func<JobPlan, YesNo> Answer, string Question)[] questions =
        [
            ("change-itself", static job => job.Can.ChangeItself, "change its own configuration, or retrain"),
            ("alter-data", static job => job.Can.AlterData, "alter data"),
            ("send-externally", static job => job.Can.SendExternally, "send messages outside"),
            ("receive-feedback", static job => job.Can.ReceiveFeedback, "get feedback from outside"),
        ];
        foreach (var (key, answer, question) in questions)
        {
            string[] open = [.. jobs.Where(job => answer(job) == YesNo.Unknown).Select(static job => job.Key)];
            if (open.Length == 0) continue;
            yield return new NextStep
            {
                Key = $"unknown {key}",
                Rank = StepRank.UnknownAnswer,
                Title = open.Length == 1 ? $"Say whether job {open[0]} can {question}."
                    : $"Say of {open.Length} jobs whether each can {question}.",
                Why = "A question that nobody answered counts as yes, so the job's risk is shown higher than it may "
                    + "be, and the list of risky jobs says less.",
                Read = $"jobs.NAME.can.{key} is unknown for {Words(open)}",
                Command = $"In gatehouse.yaml, under {Words([.. open.Select(static job => $"jobs.{job}")])}: "
                    + $"can: {{ {key}: false }} (or true), then {StepCommand.Reload}",
                Undo = $"Take {key} out again, then {StepCommand.Reload}",
                Check = open.Length == 1 ? "the estate answers it" : "the estate answers it for each of them",
                Source = StepSource.Estate,
            };
        }
    }

    private static IEnumerable<NextStep> Credentials(EstatePlan plan)
    {
        var models = plan.Models.Values.Select(static one => ($"models.{one.Key}", one.Credential));
        var sinks = plan.Sinks.Values.Select(static one => ($"sinks.{one.Key}", one.Credential));
        var sources = plan.Jobs.Values.Select(static one => ($"jobs.{one.Key}.source", one.Source.Credential));
        foreach (var (place, credential) in models.Concat(sinks).Concat(sources))
        {
            var why = credential switch
            {
                CredentialReference.Env => "Every process of the same user reads the variables of the gate.",
                CredentialReference.File => "The file holds the secret in clear text, and so does every backup of it.",
                _ => null,
            };
            if (why is null) continue;
            yield return new NextStep
            {
                Key = $"credential {place}",
                Rank = StepRank.Credential,
                Title = $"Move the credential of {place} into a vault.",
                Why = why,
                Read = $"{place}.credential: {credential}",
                Command =
                    $"pass insert {StepCommand.Quote(place)}, then in gatehouse.yaml: {place}.credential: "
                    + $"pass:{place}, "
                    + $"then {StepCommand.Reload}",
                Undo = $"Write {credential} back, then {StepCommand.Reload}",
                Check = "the estate names pass: or systemd: there",
                Source = StepSource.Estate,
            };
        }
    }

    private static IEnumerable<NextStep> NoLimits(JobPlan[] jobs)
    {
        if (jobs.Length == 0) yield break;
        const string Limits = "limits: { requests-per-minute: 60, bytes-per-day: 1GiB }";
        var names = Words([.. jobs.Select(static job => job.Key)]);
        yield return new NextStep
        {
            Key = "limits",
            Rank = StepRank.NoLimits,
            Title = jobs.Length == 1 ? $"Give job {names} a limit." : $"Give the jobs {names} a limit.",
            Why = "A job that runs in a circle calls the model without end, and its payloads fill the disk.",
            Read = $"limits: missing in {Words([.. jobs.Select(static job => $"jobs.{job.Key}")])}, and in defaults:",
            Command = jobs.Length == 1 ? $"In gatehouse.yaml: jobs: {names}: {Limits}, then {StepCommand.Reload}"
                : $"In gatehouse.yaml: defaults: {{ {Limits} }}, for each job that has none, then {StepCommand.Reload}",
            Undo = $"Take limits out again, then {StepCommand.Reload}",
            Check = "the estate limits each job",
            Source = StepSource.Estate,
        };
    }

    private static IEnumerable<NextStep> Observed(JobPlan[] jobs)
    {
        if (jobs.Length == 0) yield break;
        var places = Words([.. jobs.Select(static job => $"jobs.{job.Key}.mode")]);
        var names = Words([.. jobs.Select(static job => job.Key)]);
        yield return new NextStep
        {
            Key = "observe",
            Rank = StepRank.Observed,
            Title = jobs.Length == 1 ? $"Let guards act on job {names}." : $"Let guards act on the jobs {names}.",
            Why = "What a guard would stop is only watched, and goes out.",
            Read = $"{places}: observe",
            Command = $"In gatehouse.yaml: {places}: enforce, then {StepCommand.Reload}",
            Undo = $"Write mode: observe, then {StepCommand.Reload}",
            Check = "the estate says enforce",
            Source = StepSource.Estate,
        };
    }

    private static string Words(string[] names) => names.Length == 1 ? names[0]
        : $"{string.Join(", ", names[..^1])} and {names[^1]}";
}
