using Gatehouse.Core.Discovery.Scanning;
using Gatehouse.Core.Discovery.Trees;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery.Hooks;

/// <summary>
/// Reads the hooks of the <c>webhook</c> program (adnanh/webhook), as JSON or YAML: each hook is an address that
/// starts a command.
/// </summary>
public static class HooksReader
{
    private const int HooksMax = 200; // Of one file.

    private const string CommandKey = "execute-command";

    /// <summary>Reads a file of hooks.</summary>
    /// <param name="path">Where it lies; its end tells JSON from YAML.</param>
    /// <param name="text">The content of the file.</param>
    /// <param name="scripts">The scripts that the hooks start.</param>
    public static ObservationReading Read(string path, string text, ScriptCache scripts)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(scripts);
        if (!text.Contains(CommandKey, StringComparison.Ordinal))
            return ObservationReading.Nothing;
        var tree = path.EndsWith(".json", StringComparison.Ordinal) ? JsonTree.Read(text) : YamlTree.Read(text);
        if (tree.Root is not { } root)
            return ObservationReading.Broken(tree.Problem!);
        var observations =
            root.Items.Where(static hook => hook.TextOf("id") is not null && hook.TextOf(CommandKey) is not null)
            .Take(HooksMax).Select(hook => ObservationOf(path, hook, scripts));
        return new ObservationReading([.. observations], null);
    }

    private static Observation ObservationOf(string path, TreeNode hook, ScriptCache scripts)
    {
        var id = hook.TextOf("id")!;
        var command = hook.TextOf(CommandKey)!;
        var bag = new EvidenceBag();
        bag.Add(EvidenceKind.Webhook, "id", $"/hooks/{id}");
        if (hook["trigger-rule"] is null)
            bag.Add(EvidenceKind.Power, "trigger-rule", "can be started by anybody who reaches it: it has no rule");
        var constants = hook.ListOf("pass-arguments-to-command")
            .Where(static one => one.TextOf("source") == "string").Select(static one => one.TextOf("name") ?? "");
        bag.AddRange(EvidenceText.FindInArguments(CommandKey, [command, .. constants]));
        foreach (var script in ScriptPaths.Of(command, hook.TextOf("command-working-directory"), null))
            bag.AddRange(scripts.Evidence(script));
        return new Observation
        {
            Kind = ObservationKind.Webhook,
            Place = $"{DisplayWord.Path(path)} hook {DisplayWord.Of(id)}",
            Name = DisplayWord.Of(id),
            Trigger = TriggerKind.Webhook,
            Evidence = bag.ToImmutable(),
        };
    }
}
