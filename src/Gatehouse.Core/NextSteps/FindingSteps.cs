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
