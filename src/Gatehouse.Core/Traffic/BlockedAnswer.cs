using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gatehouse.Core.Traffic;

/// <summary>
/// The valid end of an answer that a guard does not let through: whole, or after what a stream has already sent.
/// Clients see a model that stopped for a content filter, with a text that says why, and no part of what was withheld.
/// Forms as of OpenAI's chat, completions and responses, Anthropic's messages and Ollama's API in 2026.
/// </summary>
public static class BlockedAnswer
{
    private const string Filter = "content_filter";

    // What of the model's own answer may stay: nothing that could hold its words.
    private static readonly string[] Kept =
    [
        "id", "object", "created", "created_at", "model", "system_fingerprint", "service_tier", "usage", "type", "role",
        "total_duration", "load_duration", "prompt_eval_count", "prompt_eval_duration", "eval_count", "eval_duration",
        "parallel_tool_calls", "temperature", "top_p", "store", "truncation", "previous_response_id",
    ];

    /// <summary>Whether answers of the route can end in this way.</summary>
    public static bool Has(Route route)
    {
        ArgumentNullException.ThrowIfNull(route);
        return route.Endpoint is Endpoint.OpenAIChat or Endpoint.OpenAICompletions or Endpoint.OpenAIResponses
            or Endpoint.AnthropicMessages or Endpoint.OllamaChat or Endpoint.OllamaGenerate;
    }

    /// <summary>A whole answer.</summary>
    /// <param name="route">The route; one that <see cref="Has"/> such ends.</param>
    /// <param name="answer">What the model answered: ids, counts and the like are taken from it.</param>
    /// <param name="why">The text that says why.</param>
    public static byte[] Whole(Route route, ReadOnlySpan<byte> answer, string why)
    {
        ArgumentNullException.ThrowIfNull(route);
        var old = Parse(answer) ?? [];
        var body = Envelope(old);
        switch (route.Endpoint)
        {
            case Endpoint.OpenAIChat:
                body["choices"] = Choices(old, why, static (choice, text) =>
                    choice["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text });
                break;
            case Endpoint.OpenAICompletions:
                body["choices"] = Choices(old, why, static (choice, text) => choice["text"] = text);
                break;
            case Endpoint.OpenAIResponses:
                Complete(body, [MessageItem(why)]);
                break;
            case Endpoint.AnthropicMessages:
                body["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = why });
                body["stop_reason"] = "refusal";
                body["stop_sequence"] = null;
                break;
            default:
                SetOllama(body, route, why, isDone: true);
                break;
        }
        return Bytes(body);
    }

    /// <summary>The events that end a stream.</summary>
    /// <param name="route">The route; one that <see cref="Has"/> such ends.</param>
    /// <param name="sent">What the caller was sent.</param>
    /// <param name="answer">What the model sent: ids and the like are taken from its first event.</param>
    /// <param name="why">The text that says why.</param>
    public static byte[] End(Route route, ReadOnlyMemory<byte> sent, ReadOnlyMemory<byte> answer, string why)
    {
        ArgumentNullException.ThrowIfNull(route);
        var events = EventsOf(route, sent);
        var first = events.FirstOrDefault() ?? EventsOf(route, answer, most: 1).FirstOrDefault() ?? [];
        var output = new ArrayBufferWriter<byte>();
        switch (route.Endpoint)
        {
            case Endpoint.OpenAIChat or Endpoint.OpenAICompletions:
                EndChoices(events, Envelope(first), why, route.Endpoint == Endpoint.OpenAIChat, output);
                break;
            case Endpoint.OpenAIResponses:
                EndResponse(events, first, why, output);
                break;
            case Endpoint.AnthropicMessages:
                EndMessage(events, first, why, output);
                break;
            default:
                var body = Envelope(first);
                SetOllama(body, route, (events.Count > 0 ? "\n\n" : "") + why, isDone: false);
                Line(body, output);
                body = Envelope(first);
                SetOllama(body, route, "", isDone: true);
                Line(body, output);
                break;
        }
        return output.WrittenSpan.ToArray();
    }

    private static void EndChoices(
        List<JsonObject> events, JsonObject envelope, string why, bool isChat, ArrayBufferWriter<byte> output)
    {
        var begun = new SortedSet<int>();
        var ended = new HashSet<int>();
        foreach (var choice in events.SelectMany(ChoicesOf))
        {
            begun.Add(IndexOf(choice));
            if (choice["finish_reason"] is not null)
                ended.Add(IndexOf(choice));
        }
        var wasEmpty = begun.Count == 0;
        if (wasEmpty)
            begun.Add(0);
        foreach (var index in begun.Where(index => !ended.Contains(index)))
        {
            var text = wasEmpty ? why : $"\n\n{why}";
            foreach (var isLast in new[] { false, true })
            {
                var choice = new JsonObject { ["index"] = index };
                if (isChat)
                {
                    choice["delta"] = isLast ? new JsonObject()
                        : wasEmpty ? new JsonObject { ["role"] = "assistant", ["content"] = text }
                        : new JsonObject { ["content"] = text };
                }
                else
                {
                    choice["text"] = isLast ? "" : text;
                }
                choice["finish_reason"] = isLast ? Filter : null;
                var chunk = (JsonObject)envelope.DeepClone();
                chunk.Remove("usage");
                chunk["choices"] = new JsonArray(choice);
                Event(null, chunk, output);
            }
        }
        output.Write("data: [DONE]\n\n"u8);
    }

    private static void EndMessage(
        List<JsonObject> events, JsonObject first, string why, ArrayBufferWriter<byte> output)
    {
        if (!events.Exists(one => TypeOf(one) == "message_start"))
        {
            var message = Envelope(first["message"] as JsonObject ?? []);
            (message["type"], message["role"]) = ("message", "assistant");
            message["content"] = new JsonArray();
            message["stop_reason"] = message["stop_sequence"] = null;
            message["usage"] ??= new JsonObject { ["input_tokens"] = 0, ["output_tokens"] = 0 };
            Typed("message_start", new JsonObject { ["message"] = message }, output);
        }
        var last = -1;
        var open = new SortedSet<int>();
        foreach (var one in events)
        {
            if (TypeOf(one) == "content_block_start")
            {
                last = Math.Max(last, IndexOf(one));
                open.Add(IndexOf(one));
            }
            else if (TypeOf(one) == "content_block_stop")
            {
                open.Remove(IndexOf(one));
            }
        }
        foreach (var index in open)
            Typed("content_block_stop", new JsonObject { ["index"] = index }, output);
        var next = last + 1;
        Typed("content_block_start", new JsonObject
        {
            ["index"] = next,
            ["content_block"] = new JsonObject { ["type"] = "text", ["text"] = "" },
        }, output);
        Typed("content_block_delta", new JsonObject
        {
            ["index"] = next,
            ["delta"] = new JsonObject { ["type"] = "text_delta", ["text"] = why },
        }, output);
        Typed("content_block_stop", new JsonObject { ["index"] = next }, output);
        Typed("message_delta", new JsonObject
        {
            ["delta"] = new JsonObject { ["stop_reason"] = "refusal", ["stop_sequence"] = null },
            ["usage"] = new JsonObject { ["output_tokens"] = 0 },
        }, output);
        Typed("message_stop", [], output);
    }

    private static void EndResponse(
        List<JsonObject> events, JsonObject first, string why, ArrayBufferWriter<byte> output)
    {
        var sequence = events.Select(one => (int?)NumberOf(one["sequence_number"])).Max() ?? -1;
        void Send(string type, JsonObject data)
        {
            data["sequence_number"] = ++sequence;
            Typed(type, data, output);
        }

        var response = Envelope(first["response"] as JsonObject ?? []);
        if (!events.Exists(one => TypeOf(one) == "response.created"))
        {
            var created = (JsonObject)response.DeepClone();
            (created["status"], created["output"]) = ("in_progress", new JsonArray());
            Send("response.created", new JsonObject { ["response"] = created });
        }
        var items = new SortedDictionary<int, JsonNode>();
        var open = new SortedDictionary<int, JsonObject>();
        foreach (var one in events)
        {
            var index = (int)NumberOf(one["output_index"]).GetValueOrDefault();
            if (TypeOf(one) == "response.output_item.added" && one["item"] is JsonObject added)
                open[index] = added;
            if (TypeOf(one) != "response.output_item.done" || one["item"] is not { } done)
                continue;
            items[index] = done.DeepClone();
            open.Remove(index);
        }
        foreach (var (index, item) in open)
        {
            var ended = (JsonObject)item.DeepClone();
            ended["status"] = "incomplete";
            items[index] = ended.DeepClone();
            Send("response.output_item.done", new JsonObject { ["output_index"] = index, ["item"] = ended });
        }
        var next = items.Count > 0 ? items.Keys.Max() + 1 : 0;
        SendMessage(next, why, Send);
        items[next] = MessageItem(why);
        Complete(response, [.. items.Values]);
        Send("response.incomplete", new JsonObject { ["response"] = response });
    }

    private static void SendMessage(int index, string why, Action<string, JsonObject> send)
    {
        var item = MessageItem("");
        (item["status"], item["content"]) = ("in_progress", new JsonArray());
        send("response.output_item.added", new JsonObject { ["output_index"] = index, ["item"] = item });
        JsonObject At(string name, JsonNode value) => new()
        {
            ["item_id"] = MessageId,
            ["output_index"] = index,
            ["content_index"] = 0,
            [name] = value,
        };
        send("response.content_part.added", At("part", TextPart("")));
        var delta = At("delta", why);
        delta["logprobs"] = new JsonArray();
        send("response.output_text.delta", delta);
        var text = At("text", why);
        text["logprobs"] = new JsonArray();
        send("response.output_text.done", text);
        send("response.content_part.done", At("part", TextPart(why)));
        send("response.output_item.done",
            new JsonObject { ["output_index"] = index, ["item"] = MessageItem(why) });
    }

    private const string MessageId = "msg_gatehouse";

    private static JsonObject TextPart(string text) => new()
    {
        ["type"] = "output_text",
        ["text"] = text,
        ["annotations"] = new JsonArray(),
        ["logprobs"] = new JsonArray(),
    };

    private static JsonObject MessageItem(string text) => new()
    {
        ["id"] = MessageId,
        ["type"] = "message",
        ["role"] = "assistant",
        ["status"] = "incomplete",
        ["content"] = new JsonArray(TextPart(text)),
    };

    private static void Complete(JsonObject response, JsonNode[] output)
    {
        response["object"] ??= "response";
        response["status"] = "incomplete";
        response["incomplete_details"] = new JsonObject { ["reason"] = Filter };
        response["error"] = response["instructions"] = null;
        response["metadata"] = new JsonObject();
        response["tools"] = new JsonArray();
        response["tool_choice"] = "auto";
        response["output"] = new JsonArray(output);
    }

    private static void SetOllama(JsonObject body, Route route, string text, bool isDone)
    {
        if (route.Endpoint == Endpoint.OllamaChat)
            body["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text };
        else
            body["response"] = text;
        body["done"] = isDone;
        if (isDone)
            body["done_reason"] = Filter;
    }

    private static JsonArray Choices(JsonObject old, string why, Action<JsonObject, string> fill)
    {
        var choices = new JsonArray();
        foreach (var index in ChoicesOf(old).Select(IndexOf).DefaultIfEmpty(0).Distinct())
        {
            var choice = new JsonObject { ["index"] = index };
            fill(choice, why);
            choice["logprobs"] = null;
            choice["finish_reason"] = Filter;
            choices.Add((JsonNode)choice);
        }
        return choices;
    }

    private static JsonObject Envelope(JsonObject old)
    {
        var kept = new JsonObject();
        foreach (var name in Kept)
        {
            if (old[name] is { } value)
                kept[name] = value.DeepClone();
        }
        return kept;
    }

    private static IEnumerable<JsonObject> ChoicesOf(JsonObject chunk) =>
        (chunk["choices"] as JsonArray)?.OfType<JsonObject>() ?? [];

    private static int IndexOf(JsonObject one) => (int)NumberOf(one["index"]).GetValueOrDefault();

    private static string? TypeOf(JsonObject one) =>
        one["type"] is JsonValue value && value.TryGetValue(out string? type) ? type : null;

    private static long? NumberOf(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue(out long number) ? number : null;

    private static List<JsonObject> EventsOf(Route route, ReadOnlyMemory<byte> stream, int most = int.MaxValue)
    {
        var events = new List<JsonObject>();
        var isLines = stream.Span.TrimStart("\ufeff \t\r\n"u8) is [(byte)'{', ..];
        var framing = isLines ? StreamFraming.Ndjson : route.Framing;
        using var reader = EventReader.For(framing);
        reader.Append(stream.Span);
        reader.Finish();
        while (events.Count < most && reader.TryRead(out var next))
        {
            if (next.HasData && Parse(next.Data.Span) is { } data)
                events.Add(data);
        }
        return events;
    }

    private static byte[] Bytes(JsonObject json)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, Writing))
            json.WriteTo(writer);
        return output.WrittenSpan.ToArray();
    }

    private static readonly JsonWriterOptions Writing =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static JsonObject? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { MaxDepth = 256 }) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Typed(string type, JsonObject data, ArrayBufferWriter<byte> output)
    {
        data.Insert(0, "type", type);
        Event(type, data, output);
    }

    private static void Event(string? name, JsonObject data, ArrayBufferWriter<byte> output)
    {
        if (name is not null)
            output.Write(Encoding.UTF8.GetBytes($"event: {name}\n"));
        output.Write("data: "u8);
        output.Write(Bytes(data));
        output.Write("\n\n"u8);
    }

    private static void Line(JsonObject data, ArrayBufferWriter<byte> output)
    {
        output.Write(Bytes(data));
        output.Write("\n"u8);
    }
}
