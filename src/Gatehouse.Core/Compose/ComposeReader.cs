using System.Collections.Immutable;
using System.Text;

namespace Gatehouse.Core.Compose;

/// <summary>
/// Reads Compose projects as the Compose Specification says: several files, <c>extends</c>, <c>include</c>,
/// <c>profiles</c>, variables, anchors, <c>!reset</c> and <c>!override</c>. No file makes it throw, and a file that
/// cannot be used does not keep it from the others.
/// </summary>
public static class ComposeReader
{
    private const string EnvironmentFile = ".env";

    // Compose's own variables, by its documentation.
    private const string Project = "COMPOSE_PROJECT_NAME";
    private const string Files = "COMPOSE_FILE";
    private const string Profiles = "COMPOSE_PROFILES";

    /// <summary>Reads a project.</summary>
    /// <param name="request">Which one.</param>
    /// <param name="read">Gives the text of a file.</param>
    public static ComposeReading Read(ComposeRequest request, ReadFile read)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(read);
        var problems = new ComposeProblems();
        var files = new ComposeFileSet(read, problems);
        var shell = new ComposeVariables(null, request.Environment);
        var directory = request.Directory
            ?? (request.Files is [var first, ..] ? ComposePath.DirectoryOf(first) : "/");
        var own = new Dictionary<string, string>(StringComparer.Ordinal);
        ImmutableArray<string> environmentFiles = request.EnvironmentFiles.IsEmpty
            ? [ComposePath.Join(directory, EnvironmentFile)] : request.EnvironmentFiles;
        foreach (var path in environmentFiles)
        {
            foreach (var (key, value) in files.Variables(path, shell.Find)) own[key] = value;
        }
        var variables = new ComposeVariables(shell, own);
        var paths = PathsOf(request, directory, variables, files);
        var document = new ComposeLoader(files, problems).Load(paths, directory, variables);
        if (document is null) return new ComposeReading(null, [.. problems.All]);
        var name = NameText(request.Name ?? variables.Find(Project) ?? document["name"]?.Text
            ?? ComposePath.NameOf(directory));
        var profiles = request.Profiles.Concat(variables.Find(Profiles)?.Split(',') ?? [])
            .Select(profile => profile.Trim()).ToHashSet(StringComparer.Ordinal);
        var assembly = new ComposeAssembly(document, name, files, variables, problems);
        var project = assembly.Build(directory, paths, profiles);
        return new ComposeReading(project, [.. problems.All]);
    }

    private static ImmutableArray<string> PathsOf(
        ComposeRequest request, string directory, ComposeVariables variables, ComposeFileSet files)
    {
        if (!request.Files.IsEmpty) return request.Files;
        return variables.Find(Files) is { Length: > 0 } said
            ? [.. said.Split(variables.Find("COMPOSE_PATH_SEPARATOR") ?? ":")
            .Select(path => ComposePath.Join(directory, path))]
            : ComposeFiles.In(directory, path => files.Text(path) is not null);
    }

    /// <summary>
    /// Compose's own rule: lower case, letters, digits, dashes and underscores, starting with no sign.
    /// </summary>
    private static string NameText(string text)
    {
        var name = new StringBuilder();
        foreach (var letter in text.ToLowerInvariant())
        {
            var isSign = letter is '-' or '_';
            if (char.IsAsciiLetterOrDigit(letter) || (isSign && name.Length != 0)) name.Append(letter);
        }
        return name.ToString();
    }
}
