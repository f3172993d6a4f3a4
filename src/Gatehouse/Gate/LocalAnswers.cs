using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate.Upstream;
using Gatehouse.Storage;

namespace Gatehouse.Gate;

/// <summary>
/// Probes, lists and shows: answered from the plan and the catalogue, with the caller's own models only. No prompt
/// leaves, so nothing is recorded but a count.
/// </summary>
internal sealed class LocalAnswers(OllamaCatalog catalog)
{
    public async Task<Refusal?> AnswerAsync(GateCall call)
    {
        var body = new ArrayBufferWriter<byte>();
        var contentType = "application/json";
        Refusal? refusal = null;
        switch (call.Route!.Endpoint)
        {
            case Endpoint.OllamaRoot:
                body.Write("Ollama is running"u8);
                contentType = "text/plain; charset=utf-8";
                break;
            case Endpoint.OllamaVersion:
                refusal = await WriteVersionAsync(call, body);
                break;
            case Endpoint.OllamaTags:
                refusal = await WriteTagsAsync(call, body);
                break;
            case Endpoint.OllamaPs:
                refusal = await WriteRunningAsync(call, body);
                break;
            case Endpoint.OllamaShow:
                refusal = await WriteShowAsync(call, body);
                break;
            default:
                refusal = await WriteModelsAsync(call, body);
                break;
        }
        if (refusal is null) await SendAsync(call, contentType, body);
        return refusal;
    }

    private static async Task SendAsync(GateCall call, string contentType, ArrayBufferWriter<byte> body)
    {
        call.Answer.Set("Content-Type", contentType);
        call.Answer.SetLength(body.WrittenCount);
        if (!call.Request.IsHead) await call.Answer.Body.WriteAsync(body.WrittenMemory, call.Ended);
    }

    /// <summary>
    /// Clients choose features by Ollama's version and turn away from an old one, so it is that of the first server
    /// that tells one, and never a made-up one. A server that cannot be asked is not an old one. Where no server has a
    /// version, there is no Ollama, and the route does not exist.
    /// </summary>
    private async Task<Refusal?> WriteVersionAsync(GateCall call, ArrayBufferWriter<byte> body)
    {
        string? told = null;
        Refusal? failure = null;
        foreach (var server in ServersOf(call, Dialect.Ollama))
        {
            var answer = await catalog.AskAsync(server, "/api/version", null, call.Ended);
            failure ??= answer.Failure;
            if (answer.Document is { } document && OllamaCatalog.TextOf(document, "version") is { } known)
            {
                (told, failure) = (known, null);
                break;
            }
        }
        if (failure is not null) return failure;
        if (told is null)
        {
            return new Refusal(RefusalKind.RouteUnknown,
                $"No model of job '{call.Caller.Job.Key}' is on an Ollama, so there is no version of one.", null);
        }
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteString("version", told);
        json.WriteEndObject();
        return null;
    }

    private async Task<Refusal?> WriteTagsAsync(GateCall call, ArrayBufferWriter<byte> body)
    {
        var (entries, failure) = await ListAsync(call, Dialect.Ollama);
        if (failure is not null) return failure;
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteStartArray("models");
        foreach (var (model, entry) in entries)
        {
            if (entry is { } known)
            {
                known.WriteTo(json);
                continue;
            }
            json.WriteStartObject();
            json.WriteString("name", model.UpstreamName);
            json.WriteString("model", model.UpstreamName);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        return null;
    }

    private async Task<Refusal?> WriteRunningAsync(GateCall call, ArrayBufferWriter<byte> body)
    {
        var running = new List<JsonElement>();
        var models = ModelsOf(call, Dialect.Ollama);
        var (failure, answered) = (default(Refusal), false);
        foreach (var server in ServersOf(call, Dialect.Ollama))
        {
            var told = await catalog.AskAsync(server, "/api/ps", null, call.Ended);
            failure ??= told.Failure;
            answered |= told.Failure is null;
            running.AddRange(OllamaCatalog.ItemsOf(told.Document, "models").Where(entry => models.Any(model =>
                IsSameServer(model, server) && (model.IsAny || OllamaCatalog.NameIs(entry, model.UpstreamName)))));
        }
        if (!answered && failure is not null) return failure;
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteStartArray("models");
        foreach (var entry in running) entry.WriteTo(json);
        json.WriteEndArray();
        json.WriteEndObject();
        return null;
    }

    private async Task<Refusal?> WriteShowAsync(GateCall call, ArrayBufferWriter<byte> body)
    {
        var (model, name) = (call.Model!, call.Model!.UpstreamName);
        if (model.IsAny)
        {
            // Only what the server lists is asked for, and by its name there: a caller's inventions, or its spellings,
            // would fill the gate's memory.
            var listed = await catalog.ListAsync(model, Dialect.Ollama, call.Ended);
            if (listed.Failure is { } failure) return failure;
            if (OllamaCatalog.EntryOf(listed.Document, name) is not { } entry) return Unknown(call, name);
            name = OllamaCatalog.TextOf(entry, "model") ?? OllamaCatalog.TextOf(entry, "name") ?? name;
        }
        var isVerbose = IsVerbose(call.Body.Received.Span);
        // The document, the text that it is read from and the text that it is written as are held at once.
        if (isVerbose && await call.AnswerRoom!.GrowToAsync(
                OllamaCatalog.VerboseMemory, SharedRoom.WaitMax, call.Ended) != RoomGrant.Taken)
        {
            return new Refusal(
                RefusalKind.Overloaded, "The gate's memory for answers has no room for a verbose description now.");
        }
        var told = isVerbose
            ? await catalog.AskOnceAsync(
                model, "/api/show", OllamaCatalog.QuestionFor(name, ",\"verbose\":true"), call.Ended)
            : await catalog.AskAsync(model, "/api/show", OllamaCatalog.QuestionFor(name), call.Ended);
        if (told.Document is not { } document) return told.Failure ?? Unknown(call, name);
        using var json = new Utf8JsonWriter(body);
        document.WriteTo(json);
        return null;
    }

    /// <summary>Whether the caller wants the tokens too. The body was inspected: it is an object.</summary>
    private static bool IsVerbose(ReadOnlySpan<byte> body)
    {
        // Not as a document: one of a large body takes many times its size.
        var reader = new Utf8JsonReader(body);
        for (reader.Read(); reader.Read() && reader.TokenType == JsonTokenType.PropertyName; reader.Skip())
        {
            var isVerbose = reader.ValueTextEquals("verbose"u8);
            reader.Read();
            if (isVerbose) return reader.TokenType == JsonTokenType.True;
        }
        return false;
    }

    private async Task<Refusal?> WriteModelsAsync(GateCall call, ArrayBufferWriter<byte> body)
    {
        var dialect = call.Route!.Dialect;
        if (call.Route.NameIn(call.Path) is { } name) return await WriteModelAsync(call, name, body);
        var (models, failure) = await ListAsync(call, dialect);
        if (failure is not null) return failure;
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        if (dialect == Dialect.OpenAI) json.WriteString("object", "list");
        json.WriteStartArray("data");
        foreach (var (model, entry) in models) WriteModel(json, dialect, model, entry);
        json.WriteEndArray();
        if (dialect == Dialect.Anthropic)
        {
            json.WriteBoolean("has_more", false);
            json.WriteString("first_id", models.FirstOrDefault().Model?.UpstreamName);
            json.WriteString("last_id", models.LastOrDefault().Model?.UpstreamName);
        }
        json.WriteEndObject();
        return null;
    }

    /// <summary>A name means here what it means in a call.</summary>
    private async Task<Refusal?> WriteModelAsync(GateCall call, string name, ArrayBufferWriter<byte> body)
    {
        var dialect = call.Route!.Dialect;
        if (ModelFor(call, name) is not { } model
            || !Admission.TokenAllows(call, model) || !Admission.SpeaksDialect(model.Provider, dialect))
        {
            return Unknown(call, name);
        }
        var told = model.IsAny
            ? await catalog.ListAsync(model, dialect, call.Ended) : await catalog.PeekAsync(model, call.Ended);
        var entry = OllamaCatalog.NamesIn(told.Document).Where(listed => IsNamed(listed.Name, model))
            .Select(listed => (JsonElement?)listed.Entry).FirstOrDefault();
        if (model.IsAny && entry is null) return told.Failure ?? Unknown(call, name);
        if (model.IsAny && (await ElsewhereAsync(model, dialect, call.Ended))(name, entry!.Value))
            return Unknown(call, name);
        using var json = new Utf8JsonWriter(body);
        WriteModel(json, dialect, model, entry);
        return null;
    }

    /// <summary>
    /// The server's own entry under the name by which the job calls the model, with what every entry has to have.
    /// </summary>
    private static void WriteModel(Utf8JsonWriter json, Dialect dialect, ModelPlan model, JsonElement? entry)
    {
        // An entry in the form of another dialect has nothing to say in this one.
        var known = entry is { } told && OllamaCatalog.TextOf(told, dialect == Dialect.Anthropic ? "type" : "object")
            == "model" ? told : default;
        json.WriteStartObject();
        json.WriteString("id", model.UpstreamName);
        if (known.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in known.EnumerateObject())
            {
                if (!member.NameEquals("id")) member.WriteTo(json);
            }
        }
        if (dialect == Dialect.Anthropic)
        {
            if (IsMissing("type")) json.WriteString("type", "model");
            if (IsMissing("display_name")) json.WriteString("display_name", model.Key);
            // The epoch stands for "unknown" in Anthropic's own lists.
            if (IsMissing("created_at"))
            {
                json.WriteString("created_at",
                    DateTimeOffset.UnixEpoch.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
            }
        }
        else
        {
            if (IsMissing("object")) json.WriteString("object", "model");
            if (IsMissing("created")) json.WriteNumber("created", 0);
            if (IsMissing("owned_by")) json.WriteString("owned_by", "gatehouse");
        }
        json.WriteEndObject();

        bool IsMissing(string name) => known.ValueKind != JsonValueKind.Object || !known.TryGetProperty(name, out _);
    }

    private static ModelPlan? ModelFor(GateCall call, string name) => call.Caller.Job.ModelFor(
        name, call.Plan.Prices, model => Admission.SpeaksDialect(model.Provider, call.Route!.Dialect));

    /// <summary>The caller's models that a dialect reaches, each upstream name once.</summary>
    private static List<ModelPlan> ModelsOf(GateCall call, Dialect dialect)
        => [.. call.Caller.Job.Models
            .Where(model => Admission.TokenAllows(call, model) && Admission.SpeaksDialect(model.Provider, dialect))
            .DistinctBy(model => model.UpstreamName)];

    /// <summary>One of the caller's models for each server that has any.</summary>
    private static IEnumerable<ModelPlan> ServersOf(GateCall call, Dialect dialect)
        => ModelsOf(call, dialect).DistinctBy(model => (model.Url, model.Credential));

    private static bool IsSameServer(ModelPlan one, ModelPlan other)
        => one.Url == other.Url && one.Credential == other.Credential;

    private static bool IsNamed(string listed, ModelPlan model)
        => listed == model.UpstreamName
            || (model.Provider == ModelProvider.Ollama && OllamaName.Same(listed, model.UpstreamName));

    /// <summary>
    /// The same, each with what its server says of it, and with every model of a server that has no names. Where no
    /// server could be asked, why: an empty list would tell a client to pull what is there.
    /// </summary>
    private async Task<(List<(ModelPlan Model, JsonElement? Entry)> Listed, Refusal? Failure)> ListAsync(
        GateCall call, Dialect dialect)
    {
        var (models, listed) = (ModelsOf(call, dialect), new List<(ModelPlan Model, JsonElement? Entry)>());
        var told = await AskServersAsync(models, dialect, call.Ended);
        foreach (var model in models)
        {
            var document = told[(model.Url, model.Credential)].Document;
            if (!model.IsAny)
            {
                var entry = OllamaCatalog.NamesIn(document).Where(one => IsNamed(one.Name, model))
                    .Select(one => (JsonElement?)one.Entry).FirstOrDefault();
                listed.Add((model, entry));
                continue;
            }
            var isElsewhere = await ElsewhereAsync(model, dialect, call.Ended);
            foreach (var (name, entry) in OllamaCatalog.NamesIn(document))
            {
                if (isElsewhere(name, entry)) continue;
                // A name that a call takes to another entry is that one's to list.
                if (ModelFor(call, name) is { } named && named.Key == model.Key) listed.Add((named, entry));
            }
        }
        // What the estate names is known without its server, but Ollama's clients take a list for what is there.
        var isKnown = told.Values.Any(one => one.Failure is null)
            || (dialect != Dialect.Ollama && models.Any(model => !model.IsAny));
        return (listed, isKnown ? null : told.Values.Select(one => one.Failure).FirstOrDefault());
    }

    /// <summary>
    /// Which models a local server hands to another one: they may not be called, so they are not listed. Of those
    /// that it lists in another dialect its own list tells.
    /// </summary>
    private async Task<Func<string, JsonElement, bool>> ElsewhereAsync(
        ModelPlan server, Dialect dialect, CancellationToken stop)
    {
        if (server.Zone == Zone.External) return static (_, _) => false;
        var tags = dialect == Dialect.Ollama || server.Provider != ModelProvider.Ollama
            ? null : (await catalog.AskAsync(server, "/api/tags", null, stop)).Document;
        return (name, entry) => OllamaName.IsCloud(name) || RemoteModels.IsRemote(entry)
            || (OllamaCatalog.EntryOf(tags, name) is { } own && RemoteModels.IsRemote(own));
    }

    /// <summary>Asks all servers at once; patiently only those without which there is nothing to list.</summary>
    private async Task<Dictionary<(UpstreamUrl, CredentialReference?), UpstreamReply>> AskServersAsync(
        List<ModelPlan> models, Dialect dialect, CancellationToken stop)
    {
        var servers = models.GroupBy(model => (model.Url, model.Credential)).ToList();
        var told = await Task.WhenAll(servers.Select(async server =>
            dialect == Dialect.Ollama || server.Any(model => model.IsAny)
                ? await catalog.ListAsync(server.First(), dialect, stop)
                : await catalog.PeekAsync(server.First(), stop)));
        return servers.Select(server => server.Key).Zip(told).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    private static Refusal Unknown(GateCall call, string name)
        => new(RefusalKind.ModelUnknown, $"model '{name}' not found for job '{call.Caller.Job.Key}'", null);
}
