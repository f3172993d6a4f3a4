using System.Collections.Immutable;

namespace Gatehouse.Core.Estate;

/// <summary>
/// Rates how risky a job is from what the estate declares. The points are a convention of this program: they order
/// jobs, so that a person looks at the right one first, and measure nothing.
/// </summary>
public static class JobRisk
{
    // Services; a chain of more is hard to follow by eye when something goes wrong.
    private const int PipelineCalmMax = 5;

    // Score from which a level begins. A yes to any of the three questions (2 points) is never low.
    private const int MediumFrom = 2;
    private const int HighFrom = 6;
    private const int CriticalFrom = 10;

    /// <summary>Rates a job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="estate">The estate that it belongs to.</param>
    /// <returns>Level, score and every reason.</returns>
    public static RiskAssessment Assess(JobPlan job, EstatePlan estate)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(estate);
        var reasons = new List<RiskReason>();
        AskQuestions(job, reasons);
        var isFlagged = reasons.Count != 0;
        LookAtModels(job, reasons);
        LookAtWays(job, reasons);
        LookAtRights(job, reasons);
        var score = reasons.Sum(reason => reason.Points);
        var level = score >= CriticalFrom ? RiskLevel.Critical
            : score >= HighFrom ? RiskLevel.High
            : score >= MediumFrom ? RiskLevel.Medium : RiskLevel.Low;
        return new RiskAssessment(level, score, isFlagged, [.. reasons.OrderByDescending(reason => reason.Points)]);
    }

    private static void AskQuestions(JobPlan job, List<RiskReason> reasons)
    {
        Ask(job.Can.AlterData, 2, "alter data", reasons);
        if (job.Can.SendExternally == YesNo.Unknown && job.Sink.SendsExternally)
            reasons.Add(new RiskReason(2, $"It sends messages outside: its sink is {Describe(job.Sink)}."));
        else
            Ask(job.Can.SendExternally, 2, "send messages outside", reasons);
        Ask(job.Can.ReceiveFeedback, 2, "get feedback from outside", reasons);
        Ask(job.Can.ChangeItself, 3, "change its own configuration or retrain", reasons);
    }

    private static void Ask(YesNo answer, int points, string what, List<RiskReason> reasons)
    {
        if (answer == YesNo.Yes)
        {
            reasons.Add(new RiskReason(points, $"It can {what}."));
        }
        else if (answer == YesNo.Unknown)
        {
            reasons.Add(new RiskReason(points, $"Nobody said whether it can {what}, which counts as yes.")
            {
                OpenQuestion = what,
            });
        }
    }

    private static void LookAtModels(JobPlan job, List<RiskReason> reasons)
    {
        var outside = job.Models.Where(model => model.Zone == Zone.External).Select(model => model.Key).ToArray();
        if (outside.Length != 0)
            reasons.Add(new RiskReason(1, $"Its prompts leave the local network, to {string.Join(", ", outside)}."));
    }

    private static void LookAtWays(JobPlan job, List<RiskReason> reasons)
    {
        if (job.Sink.IsPublic)
            reasons.Add(new RiskReason(3, $"What it says becomes public: its sink is {Describe(job.Sink)}."));
        else if (job.Sink.SendsExternally)
            reasons.Add(new RiskReason(2, $"Its output leaves the local network: its sink is {Describe(job.Sink)}."));
        if (job.Trigger.IsUnattended && job.Sink.SendsExternally)
        {
            var start = job.Trigger.Kind == TriggerKind.Unknown
                ? "Nobody said what starts it" : $"It starts without a person ({Words.Of(job.Trigger.Kind)})";
            reasons.Add(new RiskReason(2, $"{start}, and sends outside."));
        }
        if (job.Source.IsUntrusted)
            reasons.Add(new RiskReason(2, $"Outsiders can write what it reads ({Words.Of(job.Source.Kind)})."));
    }

    private static void LookAtRights(JobPlan job, List<RiskReason> reasons)
    {
        if (job.MayManageModels)
            reasons.Add(new RiskReason(2, "It may pull, create and delete models."));
        if (job.ProviderTools.Count != 0)
        {
            var tools = string.Join(", ", job.ProviderTools.Order(StringComparer.Ordinal));
            reasons.Add(new RiskReason(2, $"Its provider may act for it where the gate does not see it: {tools}."));
        }
        if (job.PassCredential)
        {
            reasons.Add(new RiskReason(2,
                "It calls models with its own credential (pass-credential), which is as good without the gate."));
        }
        if (job.Opaque.Count != 0)
        {
            var routes = string.Join(", ", job.Opaque.Order(StringComparer.Ordinal));
            reasons.Add(new RiskReason(1, $"Some of its calls are not inspected: {routes}."));
        }
        if (job.Pipeline.Length > PipelineCalmMax)
            reasons.Add(new RiskReason(1, $"It chains {job.Pipeline.Length} services."));
    }

    private static string Describe(SinkPlan sink) =>
        sink.Key == Words.Of(sink.Kind) ? sink.Key : $"{sink.Key} ({Words.Of(sink.Kind)})";
}

/// <summary>The risk of a job and its reasons.</summary>
/// <param name="Level">The level that follows from the score.</param>
/// <param name="Score">Sum of the points of all reasons.</param>
/// <param name="IsFlagged">True when one of the three questions is answered yes, or not answered.</param>
/// <param name="Reasons">Every reason, the heaviest first.</param>
public sealed record RiskAssessment(
    RiskLevel Level, int Score, bool IsFlagged, ImmutableArray<RiskReason> Reasons);

/// <summary>How much could go wrong with a job before a person notices.</summary>
public enum RiskLevel
{
    /// <summary>Nothing that it does leaves a mark.</summary>
    Low,

    /// <summary>One reason deserves attention.</summary>
    Medium,

    /// <summary>Several reasons together deserve a review.</summary>
    High,

    /// <summary>It should not run without a person in the loop.</summary>
    Critical,
}

/// <summary>One reason for the risk of a job.</summary>
/// <param name="Points">What it adds to the score.</param>
/// <param name="Sentence">The reason in plain words.</param>
public sealed record RiskReason(int Points, string Sentence)
{
    /// <summary>What nobody said whether the job can do it, as <c>alter data</c>; null for any other reason.</summary>
    public string? OpenQuestion { get; init; }
}

/// <summary>The answer to a question about a job. The default is unknown, which counts as yes.</summary>
public enum YesNo
{
    /// <summary>Nobody answered.</summary>
    Unknown,

    /// <summary>The owner says no.</summary>
    No,

    /// <summary>The owner says yes.</summary>
    Yes,
}
