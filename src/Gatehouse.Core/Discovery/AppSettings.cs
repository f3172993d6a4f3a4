using System.Collections.Immutable;
using Gatehouse.Core.Compose;
using Gatehouse.Core.Discovery.Scanning;
using Gatehouse.Core.Discovery.Trees;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Discovery;

/// <summary>
/// Reads what the configuration files of LiteLLM, Frigate and LibreChat say of models, as their documentation
/// describes them. Of a key only the name of its variable is kept.
/// </summary>
public static class AppSettings
{
    /// <summary>The key that names a model as the software's own callers know it.</summary>
    private const string Alias = "model_name";

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

    /// <summary>Whether a file that a command names is read as the software's own settings.</summary>
    internal static bool IsSettings(KnownSoftware? software, string path)
        => !FilesOf(software).IsEmpty && (path.EndsWith(".yaml", StringComparison.Ordinal)
            || path.EndsWith(".yml", StringComparison.Ordinal));

    /// <summary>The file of settings that a command names by an option; null when it names none.</summary>
    /// <param name="software">What the command starts.</param>
    /// <param name="words">The command.</param>
    /// <param name="folder">The folder in which it starts; null when that is not known.</param>
    internal static string? PathIn(KnownSoftware? software, IReadOnlyList<string> words, string? folder)
    {
        const string Long = "--config";
        for (var at = 0; at < words.Count; at++)
        {
            var path = words[at].StartsWith($"{Long}=", StringComparison.Ordinal) ? words[at][(Long.Length + 1)..]
                : words[at] is Long or "-c" && at + 1 < words.Count ? words[at + 1] : "";
            if (IsSettings(software, path)) return ScriptPaths.Absolute(path, folder, null);
        }
        return null;
    }

    /// <summary>The evidence in a file.</summary>
    /// <param name="software">Whose file it is.</param>
    /// <param name="path">Where it lies.</param>
    /// <param name="text">The content of the file.</param>
    /// <param name="variables">The variables with which the software runs, which the file may name.</param>
    public static ImmutableArray<Evidence> Read(
        KnownSoftware software, string path, string text, IReadOnlyList<EnvironmentFact> variables)
    {
        ArgumentNullException.ThrowIfNull(software);
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(variables);
        var file = new SettingsFile(path, variables);
        if (YamlTree.Read(text).Root is not { } root) return [];
        if (software.Name == "LiteLLM") AddLiteLlm(file, root);
        else if (software.Name == "Frigate") AddFrigate(file, root["genai"] ?? TreeNode.Opaque);
        else if (software.Name == "LibreChat") AddLibreChat(file, root);
        return file.Bag.ToImmutable();
    }

    private static void AddLiteLlm(SettingsFile file, TreeNode root)
    {
        foreach (var entry in root["model_list"]?.Items.Take(EntriesMax) ?? [])
        {
            var settings = entry["litellm_params"] ?? TreeNode.Opaque;
            if (settings.TextOf("model") is not { } model) continue;
            var cut = model.IndexOf('/', StringComparison.Ordinal);
            var (provider, name) = cut < 0 ? ("", model) : (model[..cut], model[(cut + 1)..]);
            var url = settings.TextOf("api_base", "base_url") is { } said ? file.Resolved(said)
                : provider.StartsWith("ollama", StringComparison.Ordinal) ? "http://localhost:11434"
                : UrlOf(provider.Length == 0 ? name : provider);
            file.AddPlace(url, [name], settings.TextOf("api_key"));
            if (entry.TextOf(Alias) is { } alias)
                file.Bag.Add(EvidenceKind.ModelName, Alias, alias, EvidenceSource.Alias);
        }
    }

    private static void AddFrigate(SettingsFile file, TreeNode settings)
    {
        if (settings.TextOf("enabled") == "false") return;
        var providers = settings.TextOf("provider") is null
            ? settings.Entries.Select(static entry => entry.Value).Where(static one => one["provider"] is not null)
            : [settings];
        foreach (var one in providers.Take(EntriesMax))
        {
            var provider = one.TextOf("provider")!;
            var url = one.TextOf("base_url") is { } said ? file.Resolved(said)
                : provider == "ollama" ? "http://localhost:11434" : UrlOf(provider);
            file.AddPlace(url, [one.TextOf("model") ?? ""], one.TextOf("api_key"));
        }
    }

    private static void AddLibreChat(SettingsFile file, TreeNode root)
    {
        foreach (var one in root["endpoints"]?["custom"]?.Items.Take(EntriesMax) ?? [])
        {
            var names = one["models"]?.ListOf("default").Select(static name => name.Text ?? "").ToArray() ?? [];
            // It shows what the server lists beside those.
            if (one["models"]?.TextOf("fetch") == "true") names = [.. names, "*"];
            if (one.TextOf("baseURL") is { } said && file.Resolved(said) is { } url)
                file.AddPlace(url, names, one.TextOf("apiKey"));
        }
    }

    private static string? UrlOf(string word) => word.StartsWith("gpt-", StringComparison.Ordinal) ? UrlOf("openai")
        : KnownApis.OfKey(word)?.Url;
}

/// <summary>One file of settings: gathers what stands in it, with the variables that it names put in.</summary>
/// <param name="path">Where it lies.</param>
/// <param name="variables">The variables with which the software runs.</param>
internal sealed class SettingsFile(string path, IReadOnlyList<EnvironmentFact> variables)
{
    private const int VariablesMax = 8; // In one setting.
    private const string Prefix = "os.environ/"; // Before a variable's name in LiteLLM's files.

    public EvidenceBag Bag { get; } = new() { Source = EvidenceSource.Settings };

    /// <summary>The place of a model server, and what is asked for there.</summary>
    public void AddPlace(string? url, IEnumerable<string> names, string? key)
    {
        if (key is not null && VariableOf(key) is { } variable) Bag.Add(EvidenceKind.ModelKey, path, variable);
        if (url is null || ParsedUrl.TryParse(url) is not { } place
            || DisplayWord.Url(place, withPath: true) is not { } shown)
        {
            return;
        }
        // Names and URLs belong together by where they stand, so that the place says at which server.
        var where = $"{path} {place.Host}:{place.Port}";
        Bag.Add(EvidenceKind.ModelUrl, where, shown);
        foreach (var name in names.Where(static name => name.Length != 0))
            Bag.AddNameAt(where, name);
    }

    /// <summary>A setting with its variables put in; null when one of them is not known.</summary>
    public string? Resolved(string text)
    {
        if (text.StartsWith(Prefix, StringComparison.Ordinal)) return ValueOf(text[Prefix.Length..]);
        for (var times = 0; times < VariablesMax && text.Contains('{', StringComparison.Ordinal); times++)
        {
            var open = text.IndexOf('{', StringComparison.Ordinal);
            var close = text.IndexOf('}', open);
            if (close < 0 || ValueOf(text[(open + 1)..close]) is not { } value) return null;
            var start = open > 0 && text[open - 1] == '$' ? open - 1 : open;
            text = $"{text[..start]}{value}{text[(close + 1)..]}";
        }
        return text.Contains('{', StringComparison.Ordinal) ? null : text;
    }

    private string? ValueOf(string name)
        => variables.LastOrDefault(variable => variable.Name == name)?.Value is { Length: > 0 } value ? value : null;

    /// <summary>The variable behind <c>os.environ/NAME</c>, <c>${NAME}</c> or <c>{NAME}</c>.</summary>
    private static string? VariableOf(string key)
    {
        var name = key.StartsWith(Prefix, StringComparison.Ordinal) ? key[Prefix.Length..]
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

    /// <summary>
    /// The variables that an app's own helper has as the app does: an MCP server of its maker that stands before it is
    /// given the app's file whole, and asks no model itself.
    /// </summary>
    public static ImmutableArray<string> OfHelper(
        ComposeService service, KnownSoftware? software, IEnumerable<ComposeService> all)
    {
        if (software is not null || service.Image is null || !IsHelper(service.Image)) return [];
        var others = all.Where(other => other.Name != service.Name && MakerOf(other) == MakerOf(service))
            .SelectMany(static other => other.Environment)
            .Select(static variable => variable.Name).ToHashSet(StringComparer.Ordinal);
        return [.. service.Environment.Select(static variable => variable.Name).Where(others.Contains)];
    }

    private static bool IsHelper(string image)
        => image.Split('@')[0].Split('/')[^1].Split(':')[0].Split(['-', '_', '.'])
            .Contains("mcp", StringComparer.OrdinalIgnoreCase);

    /// <summary>Whose image it is, by the part before its name; all that is built here has one maker.</summary>
    private static string MakerOf(ComposeService service)
    {
        var parts = (service.Image ?? "").Split('@')[0].Split('/');
        return service.BuildContext is not null || service.Image is null ? "." : parts.Length > 1 ? parts[^2]
            : parts[0].Split(':')[0];
    }
}
