using System.Globalization;

namespace Gatehouse.Core.NextSteps;

/// <summary>Steps that come back: keys grow old, and evidence has to be kept where the host cannot reach it.</summary>
internal static class KeepingSteps
{
    /// <summary>The key of the step that only a kept checkpoint can close.</summary>
    public const string CheckpointKey = "checkpoint";

    private const int TokenDaysMax = 30; // The usual rotation; the issue that Gatehouse was built from asks for it.
    private const int CheckpointDaysMax = 30; // What was taken from the ledger is noticed back to the last one kept.

    public static IEnumerable<NextStep> Of(StepScene scene)
    {
        foreach (var token in scene.Tokens.OrderBy(static token => token.Issued))
        {
            var days = (int)(scene.Now - token.Issued).TotalDays;
            if (days > TokenDaysMax) yield return OldToken(token, days, scene.HomeOption);
        }
        if (scene.HasLedger && !(scene.Now - scene.CheckpointSeen <= TimeSpan.FromDays(CheckpointDaysMax)))
            yield return Checkpoint(scene.CheckpointSeen, scene.HomeOption);
    }

    private static NextStep OldToken(TokenAge token, int days, string home) => new()
    {
        Key = $"token {token.Id}",
        Rank = StepRank.OldToken,
        Title = $"Give job {token.Job} a new token.",
        Why = "A token that nobody changes turns up sooner or later in a backup, a log or a screenshot, "
            + "and still works.",
        Read = string.Create(CultureInfo.InvariantCulture, $"token {token.Id}: issued {days} days ago"),
        Command =
            $"gatehouse token issue --job {StepCommand.Quote(token.Job)} --service{home}, give it to the app, "
            + $"then gatehouse token revoke {StepCommand.Quote(token.Id)}{home}",
        Undo = "None: a revoked token stays revoked. Until then the old one works beside the new one.",
        Check = "the old token is not good any more",
        Source = StepSource.Tokens,
    };

    private static NextStep Checkpoint(DateTimeOffset? seen, string home) => new()
    {
        Key = CheckpointKey,
        Rank = StepRank.Checkpoint,
        Title = "Keep a checkpoint of the ledger on another machine.",
        Why = "Anyone who controls this host can write a whole new ledger. Only a checkpoint kept elsewhere shows it.",
        Read = seen is { } time
            ? string.Create(CultureInfo.InvariantCulture,
                $"the last one kept elsewhere was compared on {time:yyyy-MM-dd}")
            : "no checkpoint kept elsewhere was ever compared",
        Command = $"gatehouse ledger checkpoint{home} > /mnt/usb/gatehouse.checkpoint",
        Undo = "None needed: a checkpoint holds no secret.",
        Check = "with --against and that file, the ledger is compared with it",
        Source = StepSource.Checkpoint,
    };
}
