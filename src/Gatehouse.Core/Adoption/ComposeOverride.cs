using System.Text;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Adoption;

/// <summary>
/// The text of a Compose file that, merged over a project's own, makes the same of it as the adoption made of its
/// containers, so that `docker compose up` does not take it back. Needs Compose 2.24.4, which knows `!override` and
/// `!reset` (Compose Specification, "Merge").
/// </summary>
public static class ComposeOverride
{
    /// <summary>The oldest Compose that can say it.</summary>
    public static Version Oldest { get; } = new(2, 24, 4);

    /// <summary>How such a file begins.</summary>
    public const string Header = "# Written by `gatehouse adopt`";

    /// <summary>The text for one project; null when none of its services takes part.</summary>
    /// <param name="project">Name of the project.</param>
    /// <param name="layout">What was decided.</param>
    /// <param name="view">The engine's networks, for their labels.</param>
    public static string? Text(string project, AdoptionLayout layout, EngineView view)
    {
        var models = layout.Models.Where(model => model.Container.ComposeProject == project).ToArray();
        var apps = layout.Apps.Where(app => app.Containers.Any(one => one.ComposeProject == project)).ToArray();
        if (models.Length + apps.Length == 0) return null;
        var text = new StringBuilder();
        text.Append(Header).Append("; `gatehouse adopt --undo` takes it away. Compose merges it over this\n");
        text.Append("# project's own file: apps meet the gate in networks of their own, models meet nobody else.\n");
        text.Append("services:\n");
        foreach (var model in models.OrderBy(static model => model.Container.ComposeService, StringComparer.Ordinal))
            AddModel(text, model, project, view);
        foreach (var app in apps) AddApp(text, app, project, view);
        text.Append("networks:\n");
        foreach (var network in models.Select(static model => model.Network)
            .Concat(models.SelectMany(static model => model.Keeps).Select(static kept => kept.Network)
                .Where(name => KeyIn(view.Network(name), project) is null))
            .Concat(apps.Select(static app => app.Network)).Distinct(StringComparer.Ordinal))
        {
            text.Append("  ").Append(Quoted(network)).Append(":\n    external: true\n");
        }
        return text.ToString();
    }

    private static void AddModel(StringBuilder text, AdoptedServer model, string project, EngineView view)
    {
        text.Append("  ").Append(Quoted(model.Container.ComposeService!)).Append(":\n");
        if (model.GivesPorts) text.Append("    ports: !reset []\n");
        text.Append("    networks: !override\n      ").Append(model.Network).Append(":\n");
        text.Append("        aliases: [").Append(model.Alias).Append("]\n");
        text.Append("        ipv4_address: ").Append(model.Subnet.Model).Append('\n');
        foreach (var kept in model.Keeps)
        {
            var key = KeyIn(view.Network(kept.Network), project) ?? kept.Network;
            text.Append("      ").Append(Quoted(key)).Append(":\n");
            text.Append("        aliases: [").AppendJoin(", ", kept.Aliases.Select(Quoted)).Append("]\n");
            if (kept.Address is { } address) text.Append("        ipv4_address: ").Append(address).Append('\n');
        }
    }

    /// <summary>The key of a project's own network in its files; null for any other.</summary>
    private static string? KeyIn(NetworkFacts? network, string project)
        => network?.Labels.GetValueOrDefault("com.docker.compose.project") == project
            ? network.Labels.GetValueOrDefault("com.docker.compose.network") : null;

    /// <summary>
    /// A service that names no networks is in its project's default one; naming another would take it out of there, so
    /// the default is named too.
    /// </summary>
    private static void AddApp(StringBuilder text, AppPlace app, string project, EngineView view)
    {
        var container = app.Containers.First(one => one.ComposeProject == project);
        text.Append("  ").Append(Quoted(container.ComposeService!)).Append(":\n    networks:\n");
        if (container.Endpoints.Any(endpoint => IsDefault(view.Network(endpoint.Network), project)))
            text.Append("      default: {}\n");
        text.Append("      ").Append(app.Network).Append(": {}\n");
    }

    private static bool IsDefault(NetworkFacts? network, string project)
        => KeyIn(network, project) == "default";

    /// <summary>
    /// Service names are letters, digits and <c>. _ -</c>, but may look like a number or a word of YAML.
    /// </summary>
    private static string Quoted(string name) => $"\"{name}\"";
}

/// <summary>Where a project's override goes.</summary>
/// <param name="Path">The file to write.</param>
/// <param name="EnvironmentText">The new text of the project's <c>.env</c>, which names that file; null when Compose
/// finds it by itself.</param>
/// <param name="Note">What the person has to do by hand; null when nothing.</param>
public sealed record ComposeChange(string Path, string? EnvironmentText, string? Note)
{
    private const string Variable = "COMPOSE_FILE";

    private static readonly string[] Usual =
        ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

    /// <summary>
    /// Decides it. Compose reads an override of its own accord only beside one of its usual files and under a usual
    /// name; where a person has such an override already, <c>COMPOSE_FILE</c> in <c>.env</c> names all of them.
    /// </summary>
    /// <param name="folder">The project's folder.</param>
    /// <param name="files">The files that it was made from, as its label lists them.</param>
    /// <param name="environment">Text of the project's <c>.env</c>; null when there is none.</param>
    public static ComposeChange Of(string folder, IReadOnlyList<string> files, string? environment)
    {
        var names = files.Select(file => System.IO.Path.GetRelativePath(folder, file)).ToArray();
        if (names.Length == 1 && Usual.Contains(names[0]) && ValueOf(environment) is null)
        {
            var ending = System.IO.Path.GetExtension(names[0]);
            return new ComposeChange(
                System.IO.Path.Combine(folder, names[0][..^ending.Length] + ".override" + ending), null, null);
        }
        var own = System.IO.Path.Combine(folder, "gatehouse.compose.yaml");
        var isFound = ValueOf(environment) is not null || names.All(IsFoundByItself);
        if (!isFound)
        {
            return new ComposeChange(own, null,
                $"Add `-f {own}` to your docker compose command for {folder}: its files are named on the command "
                    + "line.");
        }
        var all = string.Join(':', (ValueOf(environment)?.Split(':') ?? names).Append("gatehouse.compose.yaml"));
        return new ComposeChange(own, WithValue(environment, all), null);
    }

    private static bool IsFoundByItself(string name)
        => Usual.Contains(name.Replace(".override.", ".", StringComparison.Ordinal));

    private static string? ValueOf(string? environment)
        => environment?.Split('\n').Select(static line => line.Trim())
            .LastOrDefault(static line => line.StartsWith(Variable + "=", StringComparison.Ordinal))?
            [(Variable.Length + 1)..].Trim('"', '\'');

    private static string WithValue(string? environment, string value)
    {
        var line = $"{Variable}={value}";
        if (environment is null) return line + "\n";
        var lines = environment.Split('\n').ToList();
        var at = lines.FindLastIndex(static one => one.Trim().StartsWith(Variable + "=", StringComparison.Ordinal));
        if (at >= 0) lines[at] = line;
        else lines.Insert(lines[^1].Length == 0 ? lines.Count - 1 : lines.Count, line);
        var text = string.Join('\n', lines);
        return text.EndsWith('\n') ? text : text + "\n";
    }
}
