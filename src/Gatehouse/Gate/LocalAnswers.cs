using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate.Upstream;
using Microsoft.AspNetCore.Http;
using Endpoint = Gatehouse.Core.Traffic.Endpoint;

namespace Gatehouse.Gate;

/// <summary>
/// Probes, lists and shows: answered from the plan and the catalogue, with the caller's own models only. No prompt
/// leaves, so nothing is recorded but a count.
/// </summary>
internal sealed class LocalAnswers(OllamaCatalog catalog, string version)
{
    public async Task<Refusal?> AnswerAsync(GateCall call)
    {
        var body = new ArrayBufferWriter<byte>();
        var contentType = "application/json";
        switch (call.Route!.Endpoint)
        {
            case Endpoint.OllamaRoot:
                body.Write("Ollama is running"u8);
                contentType = "text/plain; charset=utf-8";
                break;
            case Endpoint.OllamaVersion:
                await WriteVersionAsync(call, body);
                break;
            case Endpoint.OllamaTags:
                await WriteTagsAsync(call, body);
                break;
            case Endpoint.OllamaPs:
                await WriteRunningAsync(call, body);
                break;
            case Endpoint.OllamaShow:
                if (!await WriteShowAsync(call, body)) return Unknown(call, call.Model!.UpstreamName);
                break;
            default:
                if (!await WriteModelsAsync(call, body)) return Unknown(call, call.Route.NameIn(call.Path) ?? "");
                break;
        }
        await SendAsync(call, contentType, body);
        return null;
    }

    private static async Task SendAsync(GateCall call, string contentType, ArrayBufferWriter<byte> body)
    {
        var response = call.Http.Response;
        response.ContentType = contentType;
        response.ContentLength = body.WrittenCount;
        if (!HttpMethods.IsHead(call.Http.Request.Method))
            await response.BodyWriter.WriteAsync(body.WrittenMemory, call.Ended);
    }

    /// <summary>Clients choose features by Ollama's version, so it is the upstream's where one can be asked.</summary>
    private async Task WriteVersionAsync(GateCall call, ArrayBufferWriter<byte> body)
    {
        var first = ModelsOf(call, Dialect.Ollama).FirstOrDefault();
        var told = first is null ? null : await catalog.GetAsync(first, "/api/version", null, call.Ended);
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteString(
            "version",
            told is { } known && known.TryGetProperty("version", out var value)
                && value.ValueKind == JsonValueKind.String
                ? value.GetString() : version);
        json.WriteEndObject();
    }

    private async Task WriteTagsAsync(GateCall call, ArrayBufferWriter<byte> body)
    {
        var entries = await ListAsync(call, Dialect.Ollama);
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
    }

    private async Task WriteRunningAsync(GateCall call, ArrayBufferWriter<byte> body)
    {
        var running = new List<JsonElement>();
        foreach (var group in ModelsOf(call, Dialect.Ollama).GroupBy(model => model.Url))
        {
            var told = await catalog.GetAsync(group.First(), "/api/ps", null, call.Ended);
            if (told is not { } root || !root.TryGetProperty("models", out var models)
                || models.ValueKind != JsonValueKind.Array)
            {
                continue;
            }
            running.AddRange(models.EnumerateArray()
                .Where(entry => group.Any(model => model.IsAny || OllamaCatalog.NameIs(entry, model.UpstreamName))));
        }
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteStartArray("models");
        foreach (var entry in running) entry.WriteTo(json);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private async Task<bool> WriteShowAsync(GateCall call, ArrayBufferWriter<byte> body)
    {
        var model = call.Model!;
        // Only what the server lists is asked for: a caller's inventions would fill the gate's memory.
        if (model.IsAny && await catalog.FindAsync(model, call.Ended) is null) return false;
        var question = $"{{\"model\":\"{JsonEncodedText.Encode(model.UpstreamName)}\"}}";
        if (await catalog.GetAsync(model, "/api/show", question, call.Ended) is not { } told) return false;
        using var json = new Utf8JsonWriter(body);
        told.WriteTo(json);
        return true;
    }

    private async Task<bool> WriteModelsAsync(GateCall call, ArrayBufferWriter<byte> body)
    {
        var dialect = call.Route!.Dialect;
        List<ModelPlan> models = [.. (await ListAsync(call, dialect)).Select(listed => listed.Model)];
        using var json = new Utf8JsonWriter(body);
        if (call.Route.NameIn(call.Path) is { } name)
        {
            var asked = models.FirstOrDefault(
                model => model.UpstreamName == name || (model.Key == name && !model.IsAny));
            if (asked is null) return false;
            WriteModel(json, dialect, asked);
            return true;
        }
        json.WriteStartObject();
        if (dialect == Dialect.OpenAI) json.WriteString("object", "list");
        json.WriteStartArray("data");
        foreach (var model in models) WriteModel(json, dialect, model);
        json.WriteEndArray();
        if (dialect == Dialect.Anthropic)
        {
            json.WriteBoolean("has_more", false);
            json.WriteString("first_id", models.FirstOrDefault()?.UpstreamName);
            json.WriteString("last_id", models.LastOrDefault()?.UpstreamName);
        }
        json.WriteEndObject();
        return true;
    }

    private static void WriteModel(Utf8JsonWriter json, Dialect dialect, ModelPlan model)
    {
        json.WriteStartObject();
        json.WriteString("id", model.UpstreamName);
        if (dialect == Dialect.Anthropic)
        {
            json.WriteString("type", "model");
            json.WriteString("display_name", model.Key);
            // The epoch stands for "unknown" in Anthropic's own lists.
            json.WriteString(
                "created_at", DateTimeOffset.UnixEpoch.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        }
        else
        {
            json.WriteString("object", "model");
            json.WriteNumber("created", 0);
            json.WriteString("owned_by", "gatehouse");
        }
        json.WriteEndObject();
    }

    /// <summary>The caller's models that a dialect reaches, each upstream name once.</summary>
    private static List<ModelPlan> ModelsOf(GateCall call, Dialect dialect)
        => [.. call.Caller.Job.Models
            .Where(model => Admission.TokenAllows(call, model) && Admission.SpeaksDialect(model.Provider, dialect))
            .DistinctBy(model => model.UpstreamName)];

    /// <summary>The same, each with what its server says of it, and with every model of a server that has no names.
    /// </summary>
    private async Task<List<(ModelPlan Model, JsonElement? Entry)>> ListAsync(GateCall call, Dialect dialect)
    {
        var listed = new List<(ModelPlan Model, JsonElement? Entry)>();
        foreach (var model in ModelsOf(call, dialect))
        {
            if (!model.IsAny)
            {
                var entry = dialect == Dialect.Ollama ? await catalog.FindAsync(model, call.Ended) : null;
                listed.Add((model, entry));
                continue;
            }
            foreach (var (name, entry) in await catalog.ListAsync(model, call.Ended))
            {
                if (call.Caller.Job.ModelNamed(name) is null
                    && model.Named(name, call.Plan.Prices) is { } named)
                {
                    listed.Add((named, entry));
                }
            }
        }
        return listed;
    }

    private static Refusal Unknown(GateCall call, string name)
        => new(RefusalKind.ModelUnknown, $"model '{name}' not found for job '{call.Caller.Job.Key}'", null);
}
