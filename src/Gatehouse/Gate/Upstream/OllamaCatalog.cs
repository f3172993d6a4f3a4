using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Gate.Upstream;

/// <summary>
/// What an Ollama says of its models, kept for a short while: the digest that identifies a model on record, and the
/// details that clients list. Asked in the background once known, so that a call waits for it only the first time.
/// </summary>
internal sealed class OllamaCatalog(
    UpstreamClient upstream, Func<CredentialReference, CancellationToken, ValueTask<string>> credential,
    TimeProvider time)
{
    /// <summary>A pulled model shows on record within this time.</summary>
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(10);

    /// <summary>Older than this is not told as the truth any more: the call waits for a new answer.</summary>
    private static readonly TimeSpan TrustedFor = TimeSpan.FromSeconds(60);

    /// <summary>A catalogue is a few KiB; an upstream that does not answer in time has none.</summary>
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Models of one server that a list shows; OpenRouter, the longest known, has some 400.</summary>
    private const int ListedMax = 2000;

    private const int CatalogBytesMax = 4 * 1024 * 1024;

    private readonly ConcurrentDictionary<string, Entry> _entries = new();

    /// <summary>
    /// The catalogue's entry for a model, or null when the upstream does not know it or cannot be asked.
    /// </summary>
    public async ValueTask<JsonElement?> FindAsync(ModelPlan model, CancellationToken stop)
    {
        var document = await GetAsync(model, "/api/tags", null, stop);
        if (document is not { } root || !root.TryGetProperty("models", out var models)
            || models.ValueKind != JsonValueKind.Array)
        {
            return null;
        }
        foreach (var entry in models.EnumerateArray())
        {
            if (NameIs(entry, model.UpstreamName)) return entry;
        }
        return null;
    }

    /// <summary>Every model that a server has; empty when it cannot be asked.</summary>
    public async ValueTask<IReadOnlyList<(string Name, JsonElement Entry)>> ListAsync(
        ModelPlan server, CancellationToken stop)
    {
        var (path, list, name) = server.Provider == ModelProvider.Ollama
            ? ("/api/tags", "models", "name") : ("/v1/models", "data", "id");
        if (await GetAsync(server, path, null, stop) is not { } root || !root.TryGetProperty(list, out var models)
            || models.ValueKind != JsonValueKind.Array)
        {
            return [];
        }
        return
        [
            .. models.EnumerateArray().Where(entry => entry.ValueKind == JsonValueKind.Object
                    && entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String)
                .Take(ListedMax).Select(entry => (entry.GetProperty(name).GetString()!, entry)),
        ];
    }

    /// <summary>A document of this upstream, at most <see cref="TrustedFor"/> old, or null.</summary>
    public async ValueTask<JsonElement?> GetAsync(
        ModelPlan model, string path, string? body, CancellationToken stop)
    {
        var entry = _entries.GetOrAdd($"{model.Url} {model.Credential} {path} {body}", static _ => new Entry());
        var known = entry.Known;
        var age = known is null ? TimeSpan.MaxValue : time.GetElapsedTime(known.Value.At);
        if (age < FreshFor) return known!.Value.Document;
        var asking = entry.Ask(() => AskAsync(entry, model, path, body));
        if (age < TrustedFor) return known!.Value.Document;
        return await asking.WaitAsync(stop);
    }

    public static bool NameIs(JsonElement entry, string name)
        => entry.ValueKind == JsonValueKind.Object
            && ((entry.TryGetProperty("name", out var value) && SameName(value, name))
                || (entry.TryGetProperty("model", out value) && SameName(value, name)));

    private static bool SameName(JsonElement value, string name)
        => value.ValueKind == JsonValueKind.String && OllamaName.Same(value.GetString()!, name);

    private async Task<JsonElement?> AskAsync(Entry entry, ModelPlan model, string path, string? body)
    {
        using var limit = new CancellationTokenSource(AskTimeout, time);
        try
        {
            var (url, secret) = (model.Url, model.Credential is { } kept ? await credential(kept, limit.Token) : null);
            using var request = new HttpRequestMessage(
                body is null ? HttpMethod.Get : HttpMethod.Post, UpstreamRequest.AddressOf(url, path));
            if (body is not null)
                request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
            if (secret is not null) UpstreamRequest.AddCredential(request, model.Provider, Dialect.OpenAI, secret);
            using var response = await upstream.SendAsync(model, request, limit.Token);
            if (response.StatusCode != HttpStatusCode.OK) return null;
            using var bytes = new PooledBytes();
            var source = await response.Content.ReadAsStreamAsync(limit.Token);
            for (int read; (read = await source.ReadAsync(bytes.GetMemory(4096), limit.Token)) > 0;)
            {
                bytes.Advance(read);
                if (bytes.Length > CatalogBytesMax) return null;
            }
            // Documents reach callers, and a confused upstream may put into them what it was sent.
            if (secret is not null && bytes.Span.IndexOf(System.Text.Encoding.UTF8.GetBytes(secret)) >= 0) return null;
            using var document = JsonDocument.Parse(bytes.Memory);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return null;
            var root = document.RootElement.Clone();
            entry.Known = (root, time.GetTimestamp());
            return root;
        }
        catch (Exception error)
            when (error is HttpRequestException or IOException or OperationCanceledException or JsonException
                or CredentialException)
        {
            return null;
        }
    }

    /// <summary>One document and the one question that is under way for it.</summary>
    private sealed class Entry
    {
        private readonly Lock _gate = new();
        private Task<JsonElement?>? _asking;
        private (JsonElement Document, long At)? _known;

        public (JsonElement Document, long At)? Known
        {
            get { lock (_gate) return _known; }
            set { lock (_gate) _known = value; }
        }

        public Task<JsonElement?> Ask(Func<Task<JsonElement?>> ask)
        {
            lock (_gate) return _asking is { IsCompleted: false } ? _asking : _asking = Task.Run(ask);
        }
    }
}
