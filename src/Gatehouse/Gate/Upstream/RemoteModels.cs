using System.Text.Json;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Gate.Upstream;

/// <summary>
/// Refuses models that a local server hands to another one: those of Ollama's cloud, by their names or by what
/// the server says of them, and names that the server takes for such a model. A server that cannot be asked gets no
/// prompt.
/// </summary>
internal sealed class RemoteModels(OllamaCatalog catalog)
{
    /// <summary>Ollama's own port: what answers there is one, whichever dialect the entry names.</summary>
    private const int OllamaPort = 11434;

    /// <summary>Why the model may not be called, or null when its own server runs it.</summary>
    public async ValueTask<Refusal?> CheckAsync(ModelPlan model, CancellationToken stop)
    {
        if (model.Zone == Zone.External) return null;
        if (OllamaName.IsCloud(model.UpstreamName)) return Refused(model);
        if (!IsOllama(model)) return null;
        var told = await catalog.AskAsync(model, "/api/tags", null, stop);
        if (told.Document is not { } tags) return told.Failure ?? NotTold(model);
        if (OllamaCatalog.EntryOf(tags, model.UpstreamName) is { } entry)
            return IsRemote(entry) ? Refused(model) : null;
        // A name that is not on the list may have come since, or stand for another.
        var question = OllamaCatalog.QuestionFor(model.UpstreamName);
        var description = await catalog.AskOnceAsync(model, "/api/show", question, stop);
        if (description.Document is { } shown) return IsRemote(shown) ? Refused(model) : null;
        return description.Failure ?? await CheckAliasAsync(model, tags, stop);
    }

    /// <summary>Why a body that manages models may not name these, or null when all are the server's own.</summary>
    public static Refusal? CheckNames(ModelPlan model, IEnumerable<(string Key, string Value)> strings)
    {
        if (model.Zone == Zone.External) return null;
        foreach (var (key, value) in strings)
        {
            // Ollama makes a model that runs elsewhere from remote_host, whatever the case of the key.
            var isOrigin = value.Length > 0 && key.Contains("remote", StringComparison.OrdinalIgnoreCase);
            if (isOrigin || OllamaName.IsCloud(value)) return Refused(model with { UpstreamName = value });
        }
        return null;
    }

    /// <summary>Whether what Ollama says of a model says that another server runs it.</summary>
    public static bool IsRemote(JsonElement entry) => HasText(entry, "remote_host") || HasText(entry, "remote_model");

    private static bool IsOllama(ModelPlan model) => model.Provider == ModelProvider.Ollama
        || model.Url.Port == OllamaPort || model.Url.Host.Contains("ollama", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Refuses a name that is one of Ollama's aliases, whole or by its beginning, for a model that is not on its list
    /// as its own. Most servers have no aliases and no such route.
    /// </summary>
    private async ValueTask<Refusal?> CheckAliasAsync(ModelPlan model, JsonElement tags, CancellationToken stop)
    {
        var told = await catalog.AskOnceAsync(model, "/api/experimental/aliases", null, stop);
        foreach (var alias in OllamaCatalog.ItemsOf(told.Document, "aliases"))
        {
            var (name, target) = (TextOf(alias, "alias"), TextOf(alias, "target"));
            var isMeant = OllamaName.Same(name, model.UpstreamName)
                || (name.Length > 0 && model.UpstreamName.Trim().StartsWith(name, StringComparison.OrdinalIgnoreCase));
            var isOwn = !OllamaName.IsCloud(target) && OllamaCatalog.EntryOf(tags, target) is { } entry
                && !IsRemote(entry);
            if (isMeant && !isOwn) return Refused(model);
        }
        return told.Failure;
    }

    private static Refusal Refused(ModelPlan model) => new(RefusalKind.RemoteModel,
        $"The server of '{model.Key}' does not run '{model.UpstreamName}' itself but hands its prompts to another "
            + $"server, as Ollama does with the models of its cloud. '{model.Key}' stands for its own server only. To "
            + $"let prompts go there, add `remote: allowed` to models.{model.Key} in the estate file.");

    private static Refusal NotTold(ModelPlan model) => new(RefusalKind.UpstreamUnreachable,
        $"The model '{model.Key}' cannot be reached at {model.Url.Authority}, or did not say (/api/tags) whether it "
            + "runs the model itself.");

    private static bool HasText(JsonElement entry, string name) => TextOf(entry, name).Length > 0;

    private static string TextOf(JsonElement entry, string name)
        => entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
