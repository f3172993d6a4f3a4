using System.Collections.Immutable;

namespace Gatehouse.Core.Compose;

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
