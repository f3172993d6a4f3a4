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
        ["Core.Estate"] = ["Core.Traffic"],
        ["Core.Traffic"] = [],
        ["Core.Ledger"] = [],
        ["Core.Engine"] = [],
        ["Core.Compose"] = ["Core.Engine"],
        ["Core.Systemd"] = [],
        ["Core.Discovery"] = ["Core.Engine", "Core.Estate", "Core.Compose", "Core.Systemd"],
        ["Core.Inspection"] = ["Core.Engine", "Core.Estate", "Core.Systemd"],
        ["Core.NextSteps"] = ["Core.Estate", "Core.Inspection"],
        ["Inspection"] = ["Core.Engine", "Core.Inspection", "Core.Systemd"],
        ["Core.Adoption"] = ["Core.Engine", "Core.Estate", "Core.Systemd"],
        ["Demo"] = [],
        ["Discovery"] =
            ["Core.Compose", "Core.Discovery", "Core.Engine", "Core.Estate", "Core.Systemd", "Listening"],
        ["Listening"] = [],
        ["Telemetry"] = [],
        ["Storage"] = ["Core.Ledger"],
        ["Docker"] = ["Core.Engine", "Listening"],
        ["NetworkNamespaces"] = [],
        ["Adoption"] =
            ["Core.Adoption", "Core.Engine", "Core.Estate", "Core.Systemd", "Docker", "NetworkNamespaces", "Listening",
                "Storage"],
        ["Credentials"] = ["Core.Estate"],
        ["Gate"] = [.. Core, "Storage", "Telemetry", "Listening"],
        ["Actions"] = [.. Core, "Storage", "Gate"],
        ["ControlRoom"] = ["Core.Estate", "Storage", "Telemetry", "Listening", "Actions"],
        ["Cli"] =
        [
            .. Core, "Core.Engine", "Core.Compose", "Core.Systemd", "Core.Discovery", "Core.Inspection",
                "Core.NextSteps",
            "Core.Adoption",
            "Storage", "Telemetry", "Listening", "Actions", "ControlRoom", "Demo", "Gate", "Credentials", "Docker",
                "NetworkNamespaces",
            "Discovery", "Inspection", "Adoption",
        ],
        ["Program"] = ["Cli"],
    };
}
