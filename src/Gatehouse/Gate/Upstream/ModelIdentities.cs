using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Ledger;

namespace Gatehouse.Gate.Upstream;

/// <summary>
/// Which model it really is, as far as one can know before the call: Ollama's digest; else the model and fingerprint
/// that the upstream reported last; else its name and the date.
/// </summary>
internal sealed class ModelIdentities(OllamaCatalog catalog, TimeProvider time)
{
    private const int ReportedCharsMax = 200;

    /// <summary>Far more than any installation has; names of models can come from callers.</summary>
    private const int ReportedMax = 1000;

    private readonly ConcurrentDictionary<(string Key, string Name), ModelIdentity> _reported = new();

    public ValueTask<ModelIdentity> OfAsync(ModelPlan model, CancellationToken stop)
        => model.Provider == ModelProvider.Ollama
            ? DigestAsync(model, stop) : new ValueTask<ModelIdentity>(ReportedOrDated(model));

    /// <summary>Keeps what an answer said of its model, for the next call's record.</summary>
    public void Learn(ModelPlan model, string? reportedModel, string? fingerprint)
    {
        if (reportedModel is null || model.Provider == ModelProvider.Ollama) return;
        var value = fingerprint is null ? reportedModel : $"{reportedModel} {fingerprint}";
        if (value.Length > ReportedCharsMax) return;
        var name = (model.Key, model.UpstreamName);
        var isKnown = _reported.TryGetValue(name, out var known);
        if (!isKnown && _reported.Count >= ReportedMax) return;
        if (!isKnown || known.Value != value) _reported[name] = new ModelIdentity("reported", value);
    }

    private async ValueTask<ModelIdentity> DigestAsync(ModelPlan model, CancellationToken stop)
    {
        var entry = await catalog.FindAsync(model, stop);
        return entry is { } found && found.TryGetProperty("digest", out var digest)
            && digest.ValueKind == JsonValueKind.String
            ? new ModelIdentity("ollama-digest", digest.GetString()!)
            : ReportedOrDated(model);
    }

    private ModelIdentity ReportedOrDated(ModelPlan model)
        => _reported.TryGetValue((model.Key, model.UpstreamName), out var reported)
            ? reported
            : new ModelIdentity("name-and-date",
            string.Create(CultureInfo.InvariantCulture, $"{model.UpstreamName} {time.GetUtcNow():yyyy-MM-dd}"));
}
