using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Traffic;
using Gatehouse.Storage;

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

    /// <summary>How long a call waits for what is good to know; the question goes on for those who need it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>How long a caller waits that asked for just this. A server that loads a model answers late.</summary>
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Models of one server that a list shows; OpenRouter, the longest known, has some 400.</summary>
    private const int ListedMax = 2000;

    private const int CatalogBytesMax = 4 * 1024 * 1024;

    /// <summary>A description with all its tokens, which is passed on and not kept.</summary>
    private const int VerboseBytesMax = 12 * 1024 * 1024;

    /// <summary>Memory that such a description takes while it is passed on.</summary>
    public const int VerboseMemory = 2 * VerboseBytesMax;

    /// <summary>Documents that are kept; callers choose the names in some of them.</summary>
    private const int EntriesMax = 256;

    private readonly ConcurrentDictionary<string, Entry> _entries = new();

    /// <summary>
    /// The catalogue's entry for a model, or null when the upstream does not know it or does not say so at once.
    /// </summary>
    public async ValueTask<JsonElement?> FindAsync(ModelPlan model, CancellationToken stop)
        => EntryOf(await LookUpAsync(model, "/api/tags", stop), model.UpstreamName);

    /// <summary>The entry of a model in a list of tags or of running models.</summary>
    public static JsonElement? EntryOf(JsonElement? document, string name)
        => ItemsOf(document, "models").OrderByDescending(entry => TextOf(entry, "name") == name)
            .Where(entry => NameIs(entry, name)).Select(entry => (JsonElement?)entry).FirstOrDefault();

    /// <summary>The body of a question about one model.</summary>
    public static string QuestionFor(string name, string more = "")
        => $"{{\"model\":\"{JsonEncodedText.Encode(name)}\"{more}}}";

    /// <summary>The list of models that a server gives in a dialect, or why it does not.</summary>
    public async ValueTask<UpstreamReply> ListAsync(ModelPlan server, Dialect dialect, CancellationToken stop)
    {
        if (dialect == Dialect.Ollama) return await AskAsync(server, "/api/tags", null, stop);
        var told = await AskAsync(server, ListPathOf(server), null, stop);
        // Servers that speak only Ollama's dialect have names nevertheless.
        return told.IsUnknown && server.Provider == ModelProvider.Ollama
            ? await AskAsync(server, "/api/tags", null, stop) : told;
    }

    /// <summary>A server's list in the form of OpenAI or Anthropic, if it gives it at once.</summary>
    public async ValueTask<UpstreamReply> PeekAsync(ModelPlan server, CancellationToken stop)
        => new(await LookUpAsync(server, ListPathOf(server), stop), null);

    /// <summary>The models of a list, in either form.</summary>
    public static IEnumerable<(string Name, JsonElement Entry)> NamesIn(JsonElement? document)
        => ItemsOf(document, "models").Select(entry => (Name: TextOf(entry, "name"), Entry: entry))
            .Concat(ItemsOf(document, "data").Select(entry => (Name: TextOf(entry, "id"), Entry: entry)))
            .Where(listed => listed.Name is not null).Take(ListedMax).Select(listed => (listed.Name!, listed.Entry));

    /// <summary>A document of this upstream, or why there is none; waits as long as an impatient person does.</summary>
    public async ValueTask<UpstreamReply> AskAsync(ModelPlan model, string path, string? body, CancellationToken stop)
        => Get(model, path, body, out var asking) is { } known ? new UpstreamReply(known, null)
            : await asking!.WaitAsync(stop);

    /// <summary>
    /// A document that is not kept: as large as it may be, it would fill the memory of those who do not want it.
    /// </summary>
    public Task<UpstreamReply> AskOnceAsync(ModelPlan model, string path, string? body, CancellationToken stop)
        => AskAsync(new Entry(), model, path, body, VerboseBytesMax).WaitAsync(stop);

    public static bool NameIs(JsonElement entry, string name)
        => (TextOf(entry, "name") is { } known && OllamaName.Same(known, name))
            || (TextOf(entry, "model") is { } other && OllamaName.Same(other, name));

    /// <summary>A string member of an object, or null.</summary>
    public static string? TextOf(JsonElement entry, string member)
        => entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty(member, out var value)
            && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The items of a list in a document; none where there is no such list.</summary>
    public static IEnumerable<JsonElement> ItemsOf(JsonElement? document, string list)
        => document is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty(list, out var items)
            && items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : [];

    // Anthropic lists 20 models unless asked for more, and 1,000 at most.
    private static string ListPathOf(ModelPlan server)
        => server.Provider == ModelProvider.Anthropic ? "/v1/models?limit=1000" : "/v1/models";

    private async ValueTask<JsonElement?> LookUpAsync(ModelPlan model, string path, CancellationToken stop)
    {
        if (Get(model, path, null, out var asking) is { } known) return known;
        try
        {
            return (await asking!.WaitAsync(Patience, time, stop)).Document;
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <summary>What is known and not too old, or the question that is under way.</summary>
    private JsonElement? Get(ModelPlan model, string path, string? body, out Task<UpstreamReply>? asking)
    {
        if (_entries.Count >= EntriesMax) ForgetOld();
        var entry = _entries.GetOrAdd($"{model.Url} {model.Credential} {path} {body}", static _ => new Entry());
        var known = entry.Known;
        var age = known is null ? TimeSpan.MaxValue : time.GetElapsedTime(known.Value.At);
        asking = null;
        if (age < FreshFor) return known!.Value.Document;
        asking = entry.Ask(() => AskAsync(entry, model, path, body, CatalogBytesMax));
        return age < TrustedFor ? known!.Value.Document : null;
    }

    private void ForgetOld()
    {
        foreach (var (key, entry) in _entries)
        {
            if (entry.Known is not { } known || time.GetElapsedTime(known.At) > FreshFor)
                _entries.TryRemove(key, out _);
        }
    }

    private async Task<UpstreamReply> AskAsync(Entry entry, ModelPlan model, string path, string? body, int bytesMax)
    {
        var most = model.Timeouts.FirstByte < AskTimeout ? model.Timeouts.FirstByte : AskTimeout;
        using var limit = new CancellationTokenSource(most, time);
        try
        {
            var secret = model.Credential is { } kept ? await credential(kept, limit.Token) : null;
            using var request = RequestOf(model, path, body, secret);
            using var response = await upstream.SendAsync(model, request, limit.Token);
            if (response.StatusCode != HttpStatusCode.OK) return Refused(model, path, response.StatusCode, secret);
            using var bytes = new PooledBytes();
            await using var source = await response.Content.ReadAsStreamAsync(limit.Token);
            for (int read; (read = await source.ReadAsync(bytes.GetMemory(4096), limit.Token)) > 0;)
            {
                bytes.Advance(read);
                if (bytes.Length > bytesMax) return Unreadable(model, path, "is too large");
            }
            // Documents reach callers, and a confused upstream may put into them what it was sent.
            if (CredentialWatch.For(secret)?.IsIn(bytes.Span) == true)
                return Unreadable(model, path, "holds the gate's own credential, so it is withheld");
            using var document = JsonDocument.Parse(bytes.Memory);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return Unreadable(model, path, "is no object");
            var root = document.RootElement.Clone();
            entry.Known = (root, time.GetTimestamp());
            return new UpstreamReply(root, null);
        }
        catch (OperationCanceledException)
        {
            return limit.IsCancellationRequested
                ? new UpstreamReply(null, new Refusal(RefusalKind.UpstreamTimeout,
                    $"The model '{model.Key}' did not answer {path} within {most.TotalSeconds:0} s."))
                : new UpstreamReply(null, new Refusal(RefusalKind.UpstreamUnreachable,
                    $"The model '{model.Key}' at {model.Url.Authority} took no connection within "
                        + $"{model.Timeouts.Connect.TotalSeconds:0} s (timeouts: connect)."));
        }
        catch (JsonException)
        {
            return Unreadable(model, path, "is not JSON");
        }
        catch (CredentialException error)
        {
            return new UpstreamReply(null, new Refusal(RefusalKind.CredentialUnavailable, error.Message));
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return new UpstreamReply(null, new Refusal(RefusalKind.UpstreamUnreachable,
                $"The model '{model.Key}' at {model.Url.Authority} {UpstreamCause.Of(error, model).Text}."));
        }
    }

    private static HttpRequestMessage RequestOf(ModelPlan model, string path, string? body, string? secret)
    {
        var request = new HttpRequestMessage(
            body is null ? HttpMethod.Get : HttpMethod.Post, UpstreamRequest.AddressOf(model.Url, path));
        if (body is not null)
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        if (secret is not null) UpstreamRequest.AddCredential(request, model.Provider, Dialect.OpenAI, secret);
        if (model.Provider == ModelProvider.Anthropic) request.Headers.Add("anthropic-version", "2023-06-01");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        return request;
    }

    /// <summary>A server that has no such route or no such model says 404; other refusals are its trouble.</summary>
    private static UpstreamReply Refused(ModelPlan model, string path, HttpStatusCode status, string? secret)
        => status switch
        {
            HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed
                or HttpStatusCode.NotImplemented => new(null, null),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden when secret is not null => new(null, new Refusal(
                RefusalKind.UpstreamCredential, $"The model '{model.Key}' refused the gate's credential "
                    + $"(HTTP {(int)status}). Check its credential: in the estate file.")),
            _ => Unreadable(model, path, $"is HTTP {(int)status}"),
        };

    private static UpstreamReply Unreadable(ModelPlan model, string path, string why) => new(null, new Refusal(
        RefusalKind.UpstreamAnswerUnreadable, $"The answer of the model '{model.Key}' to {path} {why}."));

    /// <summary>One document and the one question that is under way for it.</summary>
    private sealed class Entry
    {
        private readonly Lock _gate = new();
        private Task<UpstreamReply>? _asking;
        private (JsonElement Document, long At)? _known;

        public (JsonElement Document, long At)? Known
        {
            get { lock (_gate) return _known; }
            set { lock (_gate) _known = value; }
        }

        public Task<UpstreamReply> Ask(Func<Task<UpstreamReply>> ask)
        {
            lock (_gate) return _asking is { IsCompleted: false } ? _asking : _asking = Task.Run(ask);
        }
    }
}

/// <summary>What an upstream said to a question of the gate's own, or why there is nothing to tell.</summary>
/// <param name="Document">Its answer; null when there is none.</param>
/// <param name="Failure">Why it gave none; null too where it does not know what was asked for.</param>
internal readonly record struct UpstreamReply(JsonElement? Document, Refusal? Failure)
{
    /// <summary>Whether it answered that it does not have that.</summary>
    public bool IsUnknown => Document is null && Failure is null;
}
