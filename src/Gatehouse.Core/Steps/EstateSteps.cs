using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Steps;

/// <summary>Steps that make the estate say more, or let less through.</summary>
internal static class EstateSteps
{
    public static IEnumerable<NextStep> Of(StepScene scene)
    {
        // Without an estate nothing is declared and nothing is on record: the rest can only follow.
        if (scene.NotSeen.Contains(StepSource.Estate)) return [];
        if (scene.Plan is not { } plan) return [NoEstate()];
        var jobs = plan.Jobs.Values.OrderBy(static job => job.Key, StringComparer.Ordinal).ToArray();
        return
        [
            .. scene.Undeclared.Select(Undeclared), .. jobs.SelectMany(Unknown), .. Credentials(plan),
            .. jobs.Where(static job => job.Limits == JobLimits.None).Select(NoLimits),
            .. jobs.Where(static job => job.Mode == JobMode.Observe).Select(Observed),
        ];
    }

    private static NextStep NoEstate() => new()
    {
        Key = "estate missing",
        Rank = StepRank.NoEstate,
        Title = "Write an estate.",
        Why = "Until the jobs of this house are declared, none of their calls is identified, limited or on record.",
        Read = "there is no gatehouse.yaml in the home",
        Command = "gatehouse init",
        Undo = "rm gatehouse.yaml estate.schema.json, in the home",
        Check = "the home has an estate that loads",
        Source = StepSource.Estate,
    };

    private static NextStep Undeclared(UndeclaredApp app) => new()
    {
        Key = $"undeclared {app.Kind} {app.Name}",
        Rank = StepRank.Undeclared,
        Title = $"Put {app.Kind} {app.Name} on record.",
        Why = "It calls models and is no job of the estate: its calls are under no limit, and no stop "
            + "button reaches them.",
        Read = $"{app.Kind} {app.Name}",
        Command = $"{StepCommand.Program} adopt {StepCommand.Quote(app.Target)}",
        Undo = $"{StepCommand.Program} adopt --undo",
        Check = "a job of the estate has its name or its network",
        Source = StepSource.Engine,
    };

    private static IEnumerable<NextStep> Unknown(JobPlan job)
    {
        (string Key, Answer Answer, string Question)[] questions =
        [
            ("change-itself", job.Can.ChangeItself, "change its own configuration, or retrain"),
            ("alter-data", job.Can.AlterData, "alter data"),
            ("send-externally", job.Can.SendExternally, "send messages outside"),
            ("receive-feedback", job.Can.ReceiveFeedback, "get feedback from outside"),
        ];
        foreach (var (key, answer, question) in questions)
        {
            if (answer != Answer.Unknown) continue;
            yield return new NextStep
            {
                Key = $"unknown {job.Key} {key}",
                Rank = StepRank.UnknownAnswer,
                Title = $"Say whether job {job.Key} can {question}.",
                Why = "A question that nobody answered counts as yes, so the job's risk is shown higher "
                    + "than it may be, "
                    + "and the list of risky jobs says less.",
                Read = $"jobs.{job.Key}.can.{key}: unknown",
                Command =
                    $"In gatehouse.yaml: jobs: {job.Key}: can: {{ {key}: false }} (or true), then {StepCommand.Reload}",
                Undo = $"Take {key} out again, then {StepCommand.Reload}",
                Check = "the estate answers it",
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

    private static NextStep NoLimits(JobPlan job) => new()
    {
        Key = $"limits {job.Key}",
        Rank = StepRank.NoLimits,
        Title = $"Give job {job.Key} a limit.",
        Why = "A job that runs in a circle calls the model without end, and its payloads fill the disk of the house.",
        Read = $"jobs.{job.Key}.limits: none, and none in defaults:",
        Command =
            $"In gatehouse.yaml: jobs: {job.Key}: limits: {{ requests-per-minute: 60, bytes-per-day: 1GiB }}, then "
            + StepCommand.Reload,
        Undo = $"Take limits out again, then {StepCommand.Reload}",
        Check = "the estate limits it",
        Source = StepSource.Estate,
    };

    private static NextStep Observed(JobPlan job) => new()
    {
        Key = $"observe {job.Key}",
        Rank = StepRank.Observed,
        Title = $"Let guards act on job {job.Key}.",
        Why = "It is only watched: what a guard would stop goes out.",
        Read = $"jobs.{job.Key}.mode: observe",
        Command = $"In gatehouse.yaml: jobs: {job.Key}: mode: enforce, then {StepCommand.Reload}",
        Undo = $"Write mode: observe, then {StepCommand.Reload}",
        Check = "the estate says enforce",
        Source = StepSource.Estate,
    };
}
