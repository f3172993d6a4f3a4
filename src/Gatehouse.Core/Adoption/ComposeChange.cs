namespace Gatehouse.Core.Adoption;

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
