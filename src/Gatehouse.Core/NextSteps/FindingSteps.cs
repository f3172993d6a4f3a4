using System.Globalization;
using Gatehouse.Core.Inspection;

namespace Gatehouse.Core.NextSteps;

/// <summary>Steps that fix a finding of the inspection.</summary>
internal static class FindingSteps
{
    /// <summary>Among findings of one severity these come first, in this order; the others follow by id.</summary>
    private static readonly string[] First =
    [
        "GH-MNT-001", "GH-GTE-001", "GH-UNT-006", "GH-PRV-001", "GH-MNT-010", "GH-CAP-001", "GH-GTE-002", "GH-NET-003",
        "GH-PRT-001", "GH-PRC-001", "GH-PRV-002", "GH-UNT-001", "GH-SEC-001", "GH-UNT-004",
    ];

    /// <summary>Facts that a person reads and weighs; nobody has to act on one of them alone.</summary>
    private const Severity Least = Severity.Low;

    public static IEnumerable<NextStep> Of(StepScene scene) => scene.Findings
        .Where(static finding => finding.Severity >= Least).Select(finding => Step(finding, scene));

    private static NextStep Step(Finding finding, StepScene scene)
    {
        if (finding.Adopts is not { } target) return Step(finding);
        if (!scene.NotAdoptable.TryGetValue(target, out var why))
        {
            return Step(finding) with
            {
                Command = StepCommand.Adopt(scene, target),
                Undo = StepCommand.UndoAdoption(scene),
                Adopts = target,
            };
        }
        return Step(finding) with
        {
            Read = $"{finding.What}. Adopting it is not possible: {why}",
            Command = $"Set its model URL to the gate (gatehouse connect prints it), then put it and "
                + $"{finding.Key} into different networks in the Compose file and run docker compose up -d.",
            Undo = "Put the networks and the URL back into the Compose file, then docker compose up -d.",
        };
    }

    private static NextStep Step(Finding finding) => new()
    {
        Key = string.Join(' ', "finding", finding.Rule.Id, SarifWriter.Fingerprint(finding)),
        Rank = RankOf(finding),
        Title = $"{finding.Subject}: {finding.Rule.Title}",
        Why = finding.Rule.Why,
        Read = finding.What,
        Command = finding.Fix,
        Undo = UndoOf(finding),
        Check = $"the same inspection of {finding.Subject} no longer finds {finding.Rule.Id}",
        Source = finding.Subject.Kind is SubjectKind.Container or SubjectKind.Engine
            ? StepSource.Engine : StepSource.Host,
    };

    private static int RankOf(Finding finding)
    {
        var place = Array.IndexOf(First, finding.Rule.Id);
        return (place < 0 ? First.Length : place) + finding.Severity switch
        {
            Severity.Critical => StepRank.CriticalFinding,
            Severity.High => StepRank.HighFinding,
            Severity.Medium => StepRank.MediumFinding,
            _ => StepRank.LowFinding,
        };
    }

    private static string UndoOf(Finding finding) => finding.Subject.Kind switch
    {
        SubjectKind.Container => "Put the setting back into the Compose file (or docker network connect what was "
            + "disconnected), then docker compose up -d.",
        SubjectKind.Engine => "Put the setting back into /etc/docker/daemon.json, then restart the engine.",
        SubjectKind.Unit => $"systemctl revert {StepCommand.Quote(finding.Subject.Name)}, then systemctl restart "
            + $"{StepCommand.Quote(finding.Subject.Name)}",
        _ => "Start it as before.",
    };
}

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
