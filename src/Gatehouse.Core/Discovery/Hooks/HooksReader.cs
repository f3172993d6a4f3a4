using Gatehouse.Core.Discovery.Clues;
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
    /// <param name="text">What stands in it.</param>
    /// <param name="scripts">The scripts that the hooks start.</param>
    public static SightReading Read(string path, string text, ScriptShelf scripts)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(scripts);
        if (!text.Contains(CommandKey, StringComparison.Ordinal))
            return SightReading.Nothing;
        var tree = path.EndsWith(".json", StringComparison.Ordinal) ? JsonTree.Read(text) : YamlTree.Read(text);
        if (tree.Root is not { } root)
            return SightReading.Broken(tree.Problem!);
        var sights =
            root.Items.Where(static hook => hook.TextOf("id") is not null && hook.TextOf(CommandKey) is not null)
            .Take(HooksMax).Select(hook => SightOf(path, hook, scripts));
        return new SightReading([.. sights], null);
    }

    private static Sight SightOf(string path, TreeNode hook, ScriptShelf scripts)
    {
        var id = hook.TextOf("id")!;
        var command = hook.TextOf(CommandKey)!;
        var bag = new ClueBag();
        bag.Add(ClueKind.Webhook, "id", $"/hooks/{id}");
        if (hook["trigger-rule"] is null)
            bag.Add(ClueKind.Power, "trigger-rule", "can be started by anybody who reaches it: it has no rule");
        var constants = hook.ListOf("pass-arguments-to-command")
            .Where(static one => one.TextOf("source") == "string").Select(static one => one.TextOf("name") ?? "");
        bag.AddRange(ClueText.FindInArguments(CommandKey, [command, .. constants]));
        foreach (var script in ScriptPaths.Of(command, hook.TextOf("command-working-directory"), null))
            bag.AddRange(scripts.Clues(script));
        return new Sight
        {
            Kind = SightKind.Webhook,
            Place = $"{ShownWord.Path(path)} hook {ShownWord.Of(id)}",
            Name = ShownWord.Of(id),
            Trigger = TriggerKind.Webhook,
            Clues = bag.ToImmutable(),
        };
    }
}
