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

    private readonly ConcurrentDictionary<string, ModelIdentity> _reported = new();

    public ValueTask<ModelIdentity> OfAsync(ModelPlan model, CancellationToken stop)
        => model.Provider == ModelProvider.Ollama
            ? DigestAsync(model, stop) : new ValueTask<ModelIdentity>(ReportedOrDated(model));

    /// <summary>Keeps what an answer said of its model, for the next call's record.</summary>
    public void Learn(ModelPlan model, string? reportedModel, string? fingerprint)
    {
        if (reportedModel is null || model.Provider == ModelProvider.Ollama) return;
        var value = fingerprint is null ? reportedModel : $"{reportedModel} {fingerprint}";
        if (value.Length > ReportedCharsMax) return;
        if (!_reported.TryGetValue(model.Key, out var known) || known.Value != value)
            _reported[model.Key] = new ModelIdentity("reported", value);
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
        => _reported.TryGetValue(model.Key, out var reported)
            ? reported
            : new ModelIdentity("name-and-date",
            string.Create(CultureInfo.InvariantCulture, $"{model.UpstreamName} {time.GetUtcNow():yyyy-MM-dd}"));
}
