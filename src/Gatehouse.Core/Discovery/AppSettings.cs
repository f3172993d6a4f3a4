using System.Collections.Immutable;
using Gatehouse.Core.Compose;
using Gatehouse.Core.Discovery.Scanning;
using Gatehouse.Core.Discovery.Trees;

namespace Gatehouse.Core.Discovery;

/// <summary>
/// Reads what the configuration files of LiteLLM, Frigate and LibreChat say of models, as their documentation
/// describes them. Of a key only the name of its variable is kept.
/// </summary>
public static class AppSettings
{
    /// <summary>Where evidence is that names a model as the software's own callers know it.</summary>
    internal const string Alias = "model_name";

    private const int EntriesMax = 200; // Models of one file; large ones have about fifty.

    /// <summary>Names of the files in a folder that is mounted whole; empty for software that has none.</summary>
    /// <param name="software">What the software is known to be.</param>
    public static ImmutableArray<string> FilesOf(KnownSoftware? software) => software?.Name switch
    {
        "LiteLLM" => ["config.yaml", "config.yml", "litellm_config.yaml", "litellm-config.yaml", "proxy_config.yaml"],
        "Frigate" => ["config.yml", "config.yaml"],
        "LibreChat" => ["librechat.yaml", "librechat.yml"],
        _ => [],
    };

    /// <summary>The evidence in a file.</summary>
    /// <param name="software">Whose file it is.</param>
    /// <param name="path">Where it lies.</param>
    /// <param name="text">The content of the file.</param>
    public static ImmutableArray<Evidence> Read(KnownSoftware software, string path, string text)
    {
        ArgumentNullException.ThrowIfNull(software);
        ArgumentNullException.ThrowIfNull(path);
        var bag = new EvidenceBag();
        if (YamlTree.Read(text).Root is not { } root) return [];
        if (software.Name == "LiteLLM") AddLiteLlm(bag, path, root);
        else if (software.Name == "Frigate") AddFrigate(bag, path, root["genai"] ?? TreeNode.Opaque);
        else if (software.Name == "LibreChat") AddLibreChat(bag, path, root);
        return bag.ToImmutable();
    }

    private static void AddLiteLlm(EvidenceBag bag, string path, TreeNode root)
    {
        foreach (var entry in root["model_list"]?.Items.Take(EntriesMax) ?? [])
        {
            var settings = entry["litellm_params"] ?? TreeNode.Opaque;
            if (settings.TextOf("model") is not { } model) continue;
            var cut = model.IndexOf('/', StringComparison.Ordinal);
            var (provider, name) = cut < 0 ? ("", model) : (model[..cut], model[(cut + 1)..]);
            var url = settings.TextOf("api_base", "base_url") is { } said && !IsVariable(said) ? said
                : provider.StartsWith("ollama", StringComparison.Ordinal) ? "http://localhost:11434"
                : UrlOf(provider.Length == 0 ? name : provider);
            AddPlace(bag, path, url, [name], settings.TextOf("api_key"));
            if (entry.TextOf(Alias) is { } alias) bag.Add(EvidenceKind.ModelName, Alias, alias);
        }
    }

    private static void AddFrigate(EvidenceBag bag, string path, TreeNode settings)
    {
        if (settings.TextOf("enabled") == "false") return;
        var providers = settings.TextOf("provider") is null
            ? settings.Entries.Select(static entry => entry.Value).Where(static one => one["provider"] is not null)
            : [settings];
        foreach (var one in providers.Take(EntriesMax))
        {
            var provider = one.TextOf("provider")!;
            var url = one.TextOf("base_url") is { } said && !IsVariable(said) ? said
                : provider == "ollama" ? "http://localhost:11434" : UrlOf(provider);
            AddPlace(bag, path, url, [one.TextOf("model") ?? ""], one.TextOf("api_key"));
        }
    }

    private static void AddLibreChat(EvidenceBag bag, string path, TreeNode root)
    {
        foreach (var one in root["endpoints"]?["custom"]?.Items.Take(EntriesMax) ?? [])
        {
            var names = one["models"]?.ListOf("default").Select(static name => name.Text ?? "").ToArray() ?? [];
            // It shows what the server lists beside those.
            if (one["models"]?.TextOf("fetch") == "true") names = [.. names, "*"];
            if (one.TextOf("baseURL") is { } url && !IsVariable(url))
                AddPlace(bag, path, url, names, one.TextOf("apiKey"));
        }
    }

    private static void AddPlace(EvidenceBag bag, string path, string? url, IEnumerable<string> names, string? key)
    {
        if (key is not null && VariableOf(key) is { } variable) bag.Add(EvidenceKind.ModelKey, path, variable);
        if (url is null || ParsedUrl.TryParse(url) is not { } place
            || DisplayWord.Url(place, withPath: true) is not { } shown)
        {
            return;
        }
        // Names and URLs belong together by where they stand, so that the place says at which server.
        var where = $"{path} {place.Host}:{place.Port}";
        bag.Add(EvidenceKind.ModelUrl, where, shown);
        foreach (var name in names.Where(static name => name.Length != 0))
            bag.AddNameAt(where, name);
    }

    private static string? UrlOf(string word) => word.StartsWith("gpt-", StringComparison.Ordinal) ? UrlOf("openai")
        : KnownApis.OfKey(word)?.Url;

    private static bool IsVariable(string text) => text.Contains('{', StringComparison.Ordinal)
        || text.StartsWith("os.environ", StringComparison.Ordinal);

    /// <summary>The variable behind <c>os.environ/NAME</c>, <c>${NAME}</c> or <c>{NAME}</c>.</summary>
    private static string? VariableOf(string key)
    {
        var name = key.StartsWith("os.environ/", StringComparison.Ordinal) ? key["os.environ/".Length..]
            : key.StartsWith("${", StringComparison.Ordinal) && key.EndsWith('}') ? key[2..^1]
            : key.StartsWith('{') && key.EndsWith('}') ? key[1..^1] : "";
        return KeyNames.IsVariable(name) ? name : null;
    }
}

/// <summary>
/// Variables that a project gives to everything, by one <c>env_file</c> or one block for all services: a proxy and a
/// photo album that carry <c>OPENAI_API_KEY</c> say that it is spread, not who uses it.
/// </summary>
internal static class SharedVariables
{
    private const int MakersMax = 3; // From so many different makers on, no single app's services share a variable.

    public static ImmutableArray<string> Of(IReadOnlyCollection<(ComposeService Service, KnownSoftware? Software)> all)
    {
        // A database comes with the app whose file it shares, and says nothing.
        var services = all.Where(one => one.Software?.IsPart != true).ToArray();
        if (services.Length < MakersMax) return [];
        return [.. services
            .SelectMany(one => one.Service.Environment.Select(variable => (variable.Name, one.Service, one.Software)))
            .GroupBy(one => one.Name)
            .Where(group => group.Select(one => MakerOf(one.Service)).Distinct().Count() >= MakersMax
                && group.Any(one => one.Software?.Role is SoftwareRole.Plain))
            .Select(group => group.Key)];
    }

    /// <summary>Whose image it is, by the part before its name; all that is built here has one maker.</summary>
    private static string MakerOf(ComposeService service)
    {
        var parts = (service.Image ?? "").Split('@')[0].Split('/');
        return service.BuildContext is not null || service.Image is null ? "." : parts.Length > 1 ? parts[^2]
            : parts[0].Split(':')[0];
    }
}
