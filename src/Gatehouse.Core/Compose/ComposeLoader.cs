using System.Collections.Immutable;
using System.Text;

namespace Gatehouse.Core.Compose;

/// <summary>Makes one document of a project's files: variables, extends, overrides, includes.</summary>
internal sealed class ComposeLoader(ComposeFileSet files, ComposeProblems problems)
{
    private const int IncludeDepthMax = 8; // Includes within includes; people write one.

    /// <summary>Sections whose entries an include brings along.</summary>
    private static readonly string[] Sections = ["services", "networks", "volumes", "configs", "secrets", "models"];

    private readonly Stack<string> _including = new();

    /// <summary>Loads files, the later ones over the earlier.</summary>
    /// <param name="paths">Absolute paths.</param>
    /// <param name="directory">The directory to which relative paths belong.</param>
    /// <param name="variables">Variables to put in.</param>
    /// <returns>The document; null when no file could be used.</returns>
    public ComposeNode.Mapping? Load(IEnumerable<string> paths, string directory, ComposeVariables variables)
    {
        var extends = new ExtendsChain(files, variables, problems);
        ComposeNode.Mapping? model = null;
        foreach (var path in paths)
        {
            foreach (var parsed in files.Documents(new ComposeSource(path, directory)) ?? [])
            {
                var shaped = ComposeShape.Of(ComposeInterpolation.Apply(parsed, variables, problems), problems);
                var complete = extends.Complete(shaped, model);
                model = model is null ? ComposeMerge.Alone(complete) : ComposeMerge.Merge(model, complete);
            }
        }
        return model is null ? null : Include(model, variables);
    }

    private ComposeNode.Mapping Include(ComposeNode.Mapping model, ComposeVariables variables)
    {
        if (model["include"] is not ComposeNode.Sequence includes) return model;
        foreach (var include in includes.Items)
        {
            var paths = Texts(include.Text is null ? (include as ComposeNode.Mapping)?["path"] : include).ToArray();
            if (paths.Length == 0 || paths.Any(ComposePath.IsRemote))
            {
                problems.Add(include, paths.Length == 0 ? "`include` names no file"
                    : "`include` names a file elsewhere, which is not fetched");
                continue;
            }
            model = Include(model, include, [.. paths.Select(path => ComposePath.Join(include.Source.Directory, path))],
                variables);
        }
        return model;
    }

    private ComposeNode.Mapping Include(
        ComposeNode.Mapping model, ComposeNode include, string[] paths, ComposeVariables variables)
    {
        if (_including.Contains(paths[0]) || _including.Count == IncludeDepthMax)
        {
            problems.Add(include, _including.Contains(paths[0]) ? "`include` goes in a circle"
                : $"`include` goes deeper than {IncludeDepthMax} files");
            return model;
        }
        var map = include as ComposeNode.Mapping;
        var directory = map?["project_directory"]?.Text is { } said
            ? ComposePath.Join(include.Source.Directory, said) : ComposePath.DirectoryOf(paths[0]);
        var own = new Dictionary<string, string>(StringComparer.Ordinal);
        var named = Texts(map?["env_file"]).Select(path => ComposePath.Join(include.Source.Directory, path));
        foreach (var path in named.DefaultIfEmpty(ComposePath.Join(directory, ".env")))
        {
            foreach (var (name, value) in files.Variables(path, variables.Find)) own[name] = value;
        }
        _including.Push(paths[0]);
        var other = Load(paths, directory, new ComposeVariables(variables, own));
        _including.Pop();
        return other is null
            ? model : Sections.Aggregate(model, (now, section) => Import(now, other, section, include));
    }

    private ComposeNode.Mapping Import(
        ComposeNode.Mapping model, ComposeNode.Mapping other, string section, ComposeNode include)
    {
        if (other[section] is not ComposeNode.Mapping fresh) return model;
        var entries = (model[section] as ComposeNode.Mapping)?.Entries.ToList() ?? [];
        var known = entries.Select(entry => entry.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in fresh.Entries)
        {
            if (known.Add(entry.Key)) entries.Add(entry);
            else if (section == "services" && !IsSamePlace(model, entry)) Tell(entry.Key);
        }
        return model.With(section, new ComposeNode.Mapping(fresh.Source, fresh.Line, entries));

        void Tell(string service)
            => problems.Add(include, $"`include` brings the service {ComposeShape.Shown(service)} a second time");
    }

    /// <summary>Whether a service came along twice from the same file: two includes may share a third.</summary>
    private static bool IsSamePlace(ComposeNode.Mapping model, KeyValuePair<string, ComposeNode> service)
        => (model["services"] as ComposeNode.Mapping)?[service.Key] is { } known
            && known.Source.File == service.Value.Source.File && known.Line == service.Value.Line;

    private static IEnumerable<string> Texts(ComposeNode? node) => node switch
    {
        ComposeNode.Sequence list => list.Items.Select(item => item.Text).OfType<string>(),
        { Text: { } text } => [text],
        _ => [],
    };
}

/// <summary>Builds the project from its merged document.</summary>
internal sealed class ComposeAssembly(
    ComposeNode.Mapping document, string name, ComposeFileSet files, ComposeVariables variables,
    ComposeProblems problems)
{
    private const string Default = "default";
    private const int ServicesMax = 1_000; // Services of one project; large ones have about 60.

    public ComposeProject Build(string directory, ImmutableArray<string> paths, HashSet<string> profiles)
    {
        var reader = new ServiceReader(files, variables, problems);
        var services = Entries("services").Take(ServicesMax).Where(entry => entry.Value is ComposeNode.Mapping)
            .Select(entry => reader.Read(entry.Key, (ComposeNode.Mapping)entry.Value))
            .Select(service => service with
            {
                IsEnabled = service.Profiles.IsEmpty || profiles.Contains("*")
                    || service.Profiles.Any(profiles.Contains),
            }).ToImmutableArray();
        if (services.IsEmpty) problems.Add(document, "holds no services");
        return new ComposeProject
        {
            Name = name,
            Directory = directory,
            Files = paths,
            FilesRead = [.. files.Opened],
            Services = WithProviders(services),
            Networks = Networks(services),
            ConfigFiles = Entries("configs").Where(static entry => FileOf(entry.Value) is not null)
                .ToImmutableSortedDictionary(static entry => entry.Key, static entry => FileOf(entry.Value)!,
                    StringComparer.Ordinal),
            Models = [.. Entries("models").Select(entry => new ComposeModel(
                entry.Key, (entry.Value as ComposeNode.Mapping)?["model"]?.Text ?? entry.Value.Text ?? entry.Key))],
        };
    }

    private static string? FileOf(ComposeNode config) => (config as ComposeNode.Mapping)?["file"]?.Text is { } file
        ? ComposePath.Join(config.Source.Directory, file) : null;

    private IReadOnlyList<KeyValuePair<string, ComposeNode>> Entries(string section)
        => (document[section] as ComposeNode.Mapping)?.Entries ?? [];

    /// <summary>What depends on a model that a plug-in provides is told of it in variables.</summary>
    private static ImmutableArray<ComposeService> WithProviders(ImmutableArray<ComposeService> services)
    {
        var providers = services.Where(service => service.Provider?.Kind == "model").Select(service => service.Name)
            .ToHashSet(StringComparer.Ordinal);
        return providers.Count == 0 ? services : [.. services.Select(service => service with
        {
            Models = [.. service.Models, .. service.DependsOn.Where(providers.Contains).Select(ServiceReader.ModelUse)],
        })];
    }

    private ImmutableArray<ComposeNetwork> Networks(ImmutableArray<ComposeService> services)
    {
        var networks = Entries("networks").Select(entry => Network(entry.Key, entry.Value as ComposeNode.Mapping))
            .ToList();
        var isImplied = networks.TrueForAll(network => network.Key != Default)
            && services.Any(service => service.Networks.Any(attachment => attachment.Network == Default));
        if (isImplied) networks.Add(Network(Default, null));
        var known = networks.Select(network => network.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var service in services)
        {
            foreach (var attachment in service.Networks.Where(attachment => !known.Contains(attachment.Network)))
            {
                problems.Add(service.File, service.Line, $"the service {ComposeShape.Shown(service.Name)} names the "
                    + $"network {ComposeShape.Shown(attachment.Network)}, which the project does not have");
            }
        }
        return [.. networks];
    }

    private ComposeNetwork Network(string key, ComposeNode.Mapping? network)
    {
        var external = network?["external"];
        var isExternal = external is ComposeNode.Mapping || external?.Text is "true" or "yes" or "on";
        var said = network?["name"]?.Text ?? (external as ComposeNode.Mapping)?["name"]?.Text;
        return new ComposeNetwork(key, said ?? (isExternal ? key : $"{name}_{key}"))
        {
            IsExternal = isExternal,
            IsInternal = network?["internal"]?.Text is "true" or "yes" or "on",
            Driver = network?["driver"]?.Text ?? "",
        };
    }
}

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
