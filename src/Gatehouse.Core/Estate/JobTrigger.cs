namespace Gatehouse.Core.Estate;

/// <summary>What starts a job.</summary>
/// <param name="Kind">Which kind of trigger.</param>
/// <param name="Schedule">The schedule, only for <see cref="TriggerKind.Cron"/>.</param>
/// <param name="Detail">What the owner wrote beside a webhook or event, such as its name.</param>
public sealed record JobTrigger(TriggerKind Kind, CronSchedule? Schedule = null, string? Detail = null)
{
    /// <summary>The trigger of a job that declares none.</summary>
    public static JobTrigger Unknown { get; } = new(TriggerKind.Unknown);

    /// <summary>True when it starts without a person at hand; an unknown trigger counts as such.</summary>
    public bool IsUnattended => Kind is not (TriggerKind.Prompt or TriggerKind.Manual);

    /// <summary>The trigger in the words of the estate file, such as <c>cron 0 7 * * *</c>.</summary>
    public override string ToString()
    {
        var kind = Words.Of(Kind);
        return Schedule is not null ? $"{kind} {Schedule}" : Detail is not null ? $"{kind} {Detail}" : kind;
    }
}
