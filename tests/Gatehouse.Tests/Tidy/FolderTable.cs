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
        ["Core.Units"] = [],
        ["Core.Discovery"] = ["Core.Engine", "Core.Estate", "Core.Compose", "Core.Units"],
        ["Core.Inspection"] = ["Core.Engine", "Core.Estate", "Core.Units"],
        ["Core.Steps"] = ["Core.Estate", "Core.Inspection"],
        ["Inspecting"] = ["Core.Engine", "Core.Inspection", "Core.Units"],
        ["Core.Adoption"] = ["Core.Engine", "Core.Estate", "Core.Units"],
        ["Demo"] = [],
        ["Discovery"] =
            ["Core.Compose", "Core.Discovery", "Core.Engine", "Core.Estate", "Core.Units", "Listening"],
        ["Listening"] = [],
        ["Watching"] = [],
        ["Storage"] = ["Core.Ledger"],
        ["Docker"] = ["Core.Engine", "Listening"],
        ["Walls"] = [],
        ["Adoption"] =
            ["Core.Adoption", "Core.Engine", "Core.Estate", "Core.Units", "Docker", "Walls", "Listening", "Storage"],
        ["Vault"] = ["Core.Estate"],
        ["Gate"] = [.. Core, "Storage", "Watching", "Listening"],
        ["Acts"] = [.. Core, "Storage", "Gate"],
        ["ControlRoom"] = ["Core.Estate", "Storage", "Watching", "Listening", "Acts"],
        ["Cli"] =
        [
            .. Core, "Core.Engine", "Core.Compose", "Core.Units", "Core.Discovery", "Core.Inspection", "Core.Steps",
            "Core.Adoption",
            "Storage", "Watching", "Listening", "Acts", "ControlRoom", "Demo", "Gate", "Vault", "Docker", "Walls",
            "Discovery", "Inspecting", "Adoption",
        ],
        ["Program"] = ["Cli"],
    };
}
