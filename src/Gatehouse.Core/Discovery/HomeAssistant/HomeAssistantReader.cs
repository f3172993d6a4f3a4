using System.Collections.Immutable;
using Gatehouse.Core.Discovery.Scanning;
using Gatehouse.Core.Discovery.Trees;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery.HomeAssistant;

/// <summary>
/// Reads the files of one Home Assistant: agents, and the automations and scripts that have to do with models. All
/// files come together, because an automation names commands that another file defines. A <c>!secret</c> is never
/// followed.
/// </summary>
public sealed class HomeAssistantReader
{
    private const int TextsMax = 2_000; // Texts of one automation that are looked at.
    private const int RunsMax = 5_000; // Automations and scripts of one installation.

    private readonly ImmutableArray<Observation>.Builder _observations = ImmutableArray.CreateBuilder<Observation>();
    private readonly ImmutableArray<(string, string)>.Builder _problems =
        ImmutableArray.CreateBuilder<(string, string)>();
    private readonly Dictionary<string, TreeNode> _commands = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _places = new(StringComparer.Ordinal);
    private readonly List<(string Path, string? Key, TreeNode Node)> _runs = [];
    private readonly List<(Observation Agent, string[] Words)> _agents = [];

    private HomeAssistantReader()
    {
    }

    /// <summary>Reads the files.</summary>
    /// <param name="files">All of them, in any order.</param>
    public static HomeReading Read(IEnumerable<HomeFile> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var reader = new HomeAssistantReader();
        foreach (var file in files)
            reader.Take(file);
        foreach (var run in reader._runs)
            reader.Classify(run.Path, run.Key, run.Node);
        reader.AddUnusedCommands();
        return new HomeReading(reader._observations.ToImmutable(), reader._problems.ToImmutable());
    }

    private void Take(HomeFile file)
    {
        var isEntries = file.Path.EndsWith("core.config_entries", StringComparison.Ordinal);
        var tree = isEntries ? JsonTree.Read(file.Text) : YamlTree.Read(file.Text);
        if (tree.Root is not { } root)
            _problems.Add((DisplayWord.Of(file.Path), tree.Problem!));
        else if (isEntries)
            TakeAgents(file.Path, root);
        else if (file.Section is { } included)
            TakeIncluded(file, included, root);
        else if (root.Items.Count > 0)
            TakeAutomations(file.Path, root);
        else if (CommandsIn(file.Path) is { } section)
            TakeCommands(section, file.Path, root);
        else
            TakeMap(file.Path, root, mayHoldPackages: true);
    }

    /// <summary>A file whose section stands in the file that takes it in.</summary>
    private void TakeIncluded(HomeFile file, string section, TreeNode root)
    {
        var stem = file.Path[(file.Path.LastIndexOf('/') + 1)..].Split('.')[0];
        // Where each file is one entry, its name is the entry's key.
        var entries = file.IsOneEntry ? TreeNode.OfEntries([(stem, root)]) : root;
        if (section == "automation")
            TakeAutomations(file.Path, root);
        else if (section == "script")
            TakeScripts(file.Path, entries);
        else if (section != "packages")
            TakeCommands(section, file.Path, entries);
        foreach (var (_, package) in section == "packages" ? entries.Entries : [])
            TakeMap(file.Path, package, mayHoldPackages: false);
    }

    private void TakeAgents(string path, TreeNode root)
    {
        foreach (var agent in HomeAgents.Of(path, root))
        {
            _observations.Add(agent.Agent);
            _agents.Add(agent);
        }
    }

    /// <summary>
    /// What is known of the agent that a run names: by the whole of its name, else by the beginning of it where only
    /// one agent has that.
    /// </summary>
    private IEnumerable<Evidence> EvidenceOfAgents(TreeNode node) => node.Texts().Take(TextsMax)
        .Select(static one => HomeActions.AgentIn(one.Key, one.Text) ?? HomeAgents.DomainIn(one.Key, one.Text))
        .OfType<string>().Distinct()
        .SelectMany(name => AgentOf(name)?.Evidence ?? [])
        .Where(static piece => piece.Kind is EvidenceKind.ModelUrl or EvidenceKind.ModelName or EvidenceKind.ModelKey);

    private Observation? AgentOf(string name)
    {
        var named = _agents.Where(agent => agent.Words.Contains(name)).ToArray();
        if (named.Length == 0)
        {
            named = [.. _agents.Where(agent => agent.Words.Any(word
                => name.StartsWith($"{word}_", StringComparison.Ordinal)))];
        }
        return named is [var only] ? only.Agent : null;
    }

    private void TakeMap(string path, TreeNode root, bool mayHoldPackages)
    {
        foreach (var (key, value) in root.Entries)
        {
            var section = key.Split(' ')[0];
            if (section == "automation")
                TakeAutomations(path, value);
            else if (section == "script")
                TakeScripts(path, value);
            else if (section is "rest_command" or "shell_command")
                TakeCommands(section, path, value);
            else if (value["sequence"] is not null)
                AddRun(path, key, value);
            else if (section == "homeassistant" && mayHoldPackages)
                TakePackages(path, value);
        }
    }

    private void TakePackages(string path, TreeNode value)
    {
        foreach (var (_, package) in value["packages"]?.Entries ?? [])
            TakeMap(path, package, mayHoldPackages: false);
    }

    private void TakeAutomations(string path, TreeNode value)
    {
        foreach (var item in value.Items.Count > 0 ? value.Items : [value])
        {
            if (item["trigger"] is not null || item["triggers"] is not null || item["use_blueprint"] is not null)
                AddRun(path, null, item);
        }
    }

    private void TakeScripts(string path, TreeNode value)
    {
        foreach (var (key, script) in value.Entries)
        {
            if (script["sequence"] is not null)
                AddRun(path, key, script);
        }
    }

    /// <summary>The commands that a file holds which <c>!include</c> names; null for any other file.</summary>
    private static string? CommandsIn(string path) => path[(path.LastIndexOf('/') + 1)..] switch
    {
        "rest_command.yaml" or "rest_commands.yaml" => "rest_command",
        "shell_command.yaml" or "shell_commands.yaml" => "shell_command",
        _ => null,
    };

    private void TakeCommands(string section, string path, TreeNode value)
    {
        foreach (var (key, command) in value.Entries)
        {
            if (_commands.Count < RunsMax && _commands.TryAdd($"{section}.{key}", command))
                _places.Add($"{section}.{key}", path);
        }
    }

    /// <summary>A web request to a model that no automation here makes is made from the user interface.</summary>
    private void AddUnusedCommands()
    {
        var used = _runs.SelectMany(static run => run.Node.All())
            .Select(static node => node.TextOf("action", "service")).OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
        foreach (var (name, command) in _commands.Where(pair => !used.Contains(pair.Key)))
        {
            if (!name.StartsWith("rest_command.", StringComparison.Ordinal)) continue;
            var bag = new EvidenceBag();
            TreeEvidence.Add(bag, name, command, isModel: false);
            if (!bag.Has(EvidenceKind.ModelUrl)) continue;
            _observations.Add(new Observation
            {
                Kind = ObservationKind.Automation,
                Place = DisplayWord.Path($"{_places[name]} {name}"),
                Name = DisplayWord.Of(name["rest_command.".Length..]),
                Trigger = TriggerKind.Event,
                Evidence = bag.ToImmutable(),
            });
        }
    }

    private void AddRun(string path, string? key, TreeNode node)
    {
        if (_runs.Count < RunsMax)
            _runs.Add((path, key, node));
    }

    /// <summary>Hands on what has to do with models; an installation has many automations that do not.</summary>
    private void Classify(string path, string? key, TreeNode node)
    {
        var bag = new EvidenceBag();
        new HomeActions(_commands).Add(bag, node);
        if (!bag.Has(EvidenceKind.ModelClient, EvidenceKind.ModelUrl, EvidenceKind.ModelName, EvidenceKind.ModelKey))
            return;
        bag.AddRange(EvidenceOfAgents(node));
        var (trigger, cron) = HomeTriggers.Read(bag, node);
        var name = node.TextOf("alias") ?? key ?? node.TextOf("id") ?? "automation";
        _observations.Add(new Observation
        {
            Kind = ObservationKind.Automation,
            Place = $"{DisplayWord.Path(path)} {(key is null ? "automation" : "script")} {DisplayWord.Name(name)}",
            Name = DisplayWord.Name(name),
            Trigger = trigger,
            Cron = cron,
            Evidence = bag.ToImmutable(),
        });
    }
}

/// <summary>One file of a configuration of Home Assistant.</summary>
/// <param name="Path">Where it lies; its last part tells what it is.</param>
/// <param name="Text">The content of the file.</param>
public sealed record HomeFile(string Path, string Text)
{
    /// <summary>The section that it fills, where another file takes it in for that; null for any other.</summary>
    public string? Section { get; init; }

    /// <summary>Whether it is one entry of its section, and not several.</summary>
    public bool IsOneEntry { get; init; }
}

/// <summary>What was made of the files of one Home Assistant.</summary>
/// <param name="Observations">Agents, automations and scripts that have to do with models.</param>
/// <param name="Problems">Files that could not be read, by path, and why.</param>
public sealed record HomeReading(ImmutableArray<Observation> Observations,
    ImmutableArray<(string Path, string Why)> Problems);
