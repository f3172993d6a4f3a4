namespace Gatehouse.Tests.Tidy;

/// <summary>
/// The one table of what may use what. A new folder needs a line here; ARCHITECTURE.md shows the same table with the
/// reasons.
/// </summary>
internal static class FolderTable
{
    private static readonly string[] Core = ["Core.Estate", "Core.Traffic", "Core.Ledger"];

    /// <summary>Where everything is wired; it alone may see all, and nothing but the program sees it.</summary>
    public const string Root = "Cli";

    public static IReadOnlyDictionary<string, string[]> MayUse { get; } = new Dictionary<string, string[]>
    {
        ["Core.Syntax"] = [],
        ["Core.Estate"] = ["Core.Traffic", "Core.Syntax"],
        ["Core.Traffic"] = [],
        ["Core.Ledger"] = [],
        ["Core.Approvals"] = [],
        ["Core.Guards"] = [],
        ["Core.Engine"] = [],
        ["Core.Compose"] = ["Core.Engine", "Core.Syntax"],
        ["Core.Systemd"] = ["Core.Syntax"],
        ["Core.Discovery"] = ["Core.Engine", "Core.Estate", "Core.Compose", "Core.Systemd", "Core.Syntax"],
        ["Core.Inspection"] = ["Core.Engine", "Core.Estate", "Core.Systemd"],
        ["Core.NextSteps"] = ["Core.Estate", "Core.Inspection"],
        ["Inspection"] =
        [
            "Core.Engine", "Core.Estate", "Core.Inspection", "Core.NextSteps", "Core.Systemd", "Core.Discovery",
            "Discovery", "Docker", "Estate", "Linux",
        ],
        ["Core.Adoption"] = ["Core.Engine", "Core.Estate", "Core.Systemd"],
        ["Outbound"] = ["Linux", "Telemetry"],
        ["Demo"] = ["Outbound"],
        ["Discovery"] =
        [
            "Core.Adoption", "Core.Compose", "Core.Discovery", "Core.Engine", "Core.Estate", "Core.Systemd", "Docker",
            "Linux", "Outbound",
        ],
        ["Linux"] = [],
        ["Listening"] = ["Linux"],
        ["Telemetry"] = [],
        ["Storage"] = ["Core.Approvals", "Core.Ledger", "Linux"],
        ["Estate"] = ["Core.Estate", "Linux", "Storage"],
        ["Docker"] = ["Core.Engine", "Linux", "Outbound"],
        ["Adoption"] =
        [
            "Core.Adoption", "Core.Discovery", "Core.Engine", "Core.Estate", "Core.Systemd", "Discovery", "Docker",
            "Estate", "Inspection", "Linux", "Storage",
        ],
        ["NextSteps"] =
        [
            "Core.Adoption", "Core.Discovery", "Core.Engine", "Core.Estate", "Core.Inspection", "Core.NextSteps",
            "Adoption", "Docker", "Inspection", "Storage",
        ],
        ["Credentials"] = ["Core.Estate"],
        ["Gate"] = [.. Core, "Core.Approvals", "Core.Guards", "Storage", "Telemetry", "Outbound"],
        ["Actions"] = [.. Core, "Storage", "Gate"],
        ["ControlRoom"] = ["Core.Estate", "Storage", "Telemetry", "Actions", "Linux"],
        ["Server"] =
        [
            .. Core, "Storage", "Telemetry", "Listening", "Linux", "Actions", "ControlRoom", "Gate", "Credentials",
            "Estate", "Outbound",
        ],
        ["Cli"] =
        [
            .. Core, "Core.Engine", "Core.Compose", "Core.Systemd", "Core.Discovery", "Core.Inspection",
            "Core.NextSteps", "Core.Adoption", "Core.Guards",
            "Storage", "Telemetry", "Listening", "Linux", "Actions", "ControlRoom", "Demo", "Gate", "Credentials",
            "Docker", "Discovery", "Inspection", "Adoption", "NextSteps", "Estate", "Server", "Outbound",
        ],
        ["Program"] = ["Cli"],
    };
}
