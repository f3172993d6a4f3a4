namespace Gatehouse.Core.Estate;

/// <summary>What the owner of a job says that it can do.</summary>
public sealed record JobAbilities
{
    /// <summary>All questions unanswered.</summary>
    public static JobAbilities Unanswered { get; } = new();

    /// <summary>Can it alter data?</summary>
    public YesNo AlterData { get; init; }

    /// <summary>Can it send messages to people or systems outside?</summary>
    public YesNo SendExternally { get; init; }

    /// <summary>Does it get feedback from outside (replies, votes, corrections) that it acts on?</summary>
    public YesNo ReceiveFeedback { get; init; }

    /// <summary>Can it change its own configuration, or retrain?</summary>
    public YesNo ChangeItself { get; init; }
}
