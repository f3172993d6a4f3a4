using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gatehouse.Outbound;

namespace Gatehouse.Demo;

/// <summary>Makes one call over HTTP and reads its answer to the end, as a plain client of its dialect does.</summary>
internal sealed class DemoClient(Uri gate, TimeProvider time) : IDisposable
{
    /// <summary>A sentence or two: the demo prints one line for each call.</summary>
    private const int FirstWordsMax = 160;

    /// <summary>An answer larger than this is not one that a demo job asked for.</summary>
    private const int AnswerCharactersMax = 1024 * 1024;

    private readonly OutboundClient _http = new(new OutboundPolicy
    {
        Name = "demo",
        Zones = OutboundZones.Loopback,
        Connect = TimeSpan.FromSeconds(5),
    });

    public void Dispose() => _http.Dispose();

    public async Task<DemoCall> CallAsync(DemoRequest request, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        var call = new DemoCall
        {
            Job = request.Job,
            Dialect = request.Dialect,
            Endpoint = request.Path,
            Model = request.Model,
            Outcome = DemoOutcome.Broken,
        };
        try
        {
            using var message = Message(request);
            using var response = await _http.SendAsync(message, cancel);
            call = call with { Status = (int)response.StatusCode, Exchange = ExchangeOf(response) };
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancel), Encoding.UTF8);
            call = response.IsSuccessStatusCode && request.Streams
                ? await ReadLinesAsync(call, reader, cancel)
                : Classify(call, await ReadWholeAsync(reader, cancel), response.IsSuccessStatusCode);
        }
        catch (Exception weather) when (weather
            is HttpRequestException or IOException or JsonException or InvalidOperationException)
        {
            // The last is what a node of another kind than the dialect promises throws when it is read.
            call = call with { Outcome = DemoOutcome.Broken, FirstWords = OneLine(weather.Message) };
        }

        return call with { Milliseconds = time.GetElapsedTime(started).TotalMilliseconds };
    }

    private HttpRequestMessage Message(DemoRequest request)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, new Uri(gate, request.Path))
        {
            Content = new ByteArrayContent(ScriptedJson.Bytes(request.Body)),
        };
        message.Content.Headers.ContentType = new("application/json");
        if (request.Dialect == DemoRequest.Anthropic)
        {
            message.Headers.Add("x-api-key", request.Token);
            message.Headers.Add("anthropic-version", "2023-06-01");
        }
        else
        {
            message.Headers.Authorization = new("Bearer", request.Token);
        }

        return message;
    }

    private static string? ExchangeOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues("X-Gatehouse-Exchange", out var values) ? values.FirstOrDefault() : null;

    private static async Task<string> ReadWholeAsync(StreamReader reader, CancellationToken cancel)
    {
        var text = new StringBuilder();
        var buffer = new char[4096];
        while (text.Length < AnswerCharactersMax)
        {
            var length = await reader.ReadBlockAsync(buffer, cancel);
            if (length == 0)
                break;
            text.Append(buffer, 0, length);
        }

        return text.ToString();
    }

    // Ollama's lines: complete only with done, whatever the status was.
    private static async Task<DemoCall> ReadLinesAsync(DemoCall call, StreamReader reader, CancellationToken cancel)
    {
        var text = new StringBuilder();
        while (await reader.ReadLineAsync(cancel) is { } line)
        {
            var node = JsonNode.Parse(line)!;
            if (node["error"] is { } error)
                return call with { FirstWords = OneLine(error.ToString()) };
            if (text.Length < FirstWordsMax)
                text.Append((node["message"]?["content"] ?? node["response"])?.ToString());
            if (node["done"]?.GetValue<bool>() == true)
            {
                return call with
                {
                    Outcome = OutcomeOf(node["done_reason"]),
                    FirstWords = OneLine(text.ToString()),
                };
            }
        }

        return call with { FirstWords = "The stream ended without its last line." };
    }

    private static DemoCall Classify(DemoCall call, string body, bool succeeded)
    {
        var node = JsonNode.Parse(body) as JsonObject;
        if (!succeeded)
        {
            var error = node?["error"];
            var reason = error is JsonObject ? error["message"] : error;
            return call with { Outcome = DemoOutcome.Refused, FirstWords = OneLine(reason?.ToString() ?? body) };
        }

        var text = node?["choices"]?[0]?["message"]?["content"] ?? node?["content"]?[0]?["text"];
        if (text is null && node?["embeddings"] is JsonArray vectors)
            text = $"{vectors.Count} vectors of {(vectors[0] as JsonArray)?.Count ?? 0} numbers";
        return text is null
            ? call with { FirstWords = "The answer has no text." }
            : call with
            {
                Outcome = OutcomeOf(node?["choices"]?[0]?["finish_reason"] ?? node?["stop_reason"]),
                FirstWords = OneLine(text.ToString()),
            };
    }

    private static DemoOutcome OutcomeOf(JsonNode? reason)
        => reason?.ToString() is "content_filter" or "refusal" ? DemoOutcome.Filtered : DemoOutcome.Completed;

    private static string OneLine(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length <= FirstWordsMax ? line : string.Concat(line.AsSpan(0, FirstWordsMax - 1), "…");
    }
}

/// <summary>What a demo job is about to send.</summary>
internal sealed record DemoRequest
{
    public const string Ollama = "ollama";
    public const string OpenAi = "openai";
    public const string Anthropic = "anthropic";

    public required string Job { get; init; }

    public required string Token { get; init; }

    public required string Dialect { get; init; }

    public required string Path { get; init; }

    public required JsonObject Body { get; init; }

    /// <summary>The answer comes as lines.</summary>
    public bool Streams { get; init; }

    public string Model => Body["model"]?.ToString() ?? "";

    public static DemoRequest OllamaChat(string job, string token, string model, string prompt) => new()
    {
        Job = job,
        Token = token,
        Dialect = Ollama,
        Path = "/api/chat",
        Streams = true,
        Body = new JsonObject { ["model"] = model, ["messages"] = Messages(prompt) },
    };

    /// <summary>A chat that offers the model a tool for the door.</summary>
    public static DemoRequest OllamaTool(string job, string token, string model, string prompt)
    {
        var request = OllamaChat(job, token, model, prompt);
        request.Body["tools"] = new JsonArray(new JsonObject
        {
            ["type"] = "function",
            ["function"] = new JsonObject
            {
                ["name"] = "lock_unlock",
                ["description"] = "Unlocks a door.",
                ["parameters"] = new JsonObject
                {
                    ["type"] = "object",
                    ["properties"] = new JsonObject { ["door"] = new JsonObject { ["type"] = "string" } },
                },
            },
        });
        return request;
    }

    public static DemoRequest OllamaGenerate(string job, string token, string model, string prompt) => new()
    {
        Job = job,
        Token = token,
        Dialect = Ollama,
        Path = "/api/generate",
        Streams = true,
        Body = new JsonObject { ["model"] = model, ["prompt"] = prompt },
    };

    public static DemoRequest OllamaEmbed(string job, string token, string model, string prompt) => new()
    {
        Job = job,
        Token = token,
        Dialect = Ollama,
        Path = "/api/embed",
        Body = new JsonObject { ["model"] = model, ["input"] = new JsonArray(prompt, "archive") },
    };

    public static DemoRequest OpenAiChat(string job, string token, string model, string prompt) => new()
    {
        Job = job,
        Token = token,
        Dialect = OpenAi,
        Path = "/v1/chat/completions",
        Body = new JsonObject { ["model"] = model, ["messages"] = Messages(prompt) },
    };

    public static DemoRequest AnthropicMessages(string job, string token, string model, string prompt) => new()
    {
        Job = job,
        Token = token,
        Dialect = Anthropic,
        Path = "/v1/messages",
        Body = new JsonObject { ["model"] = model, ["max_tokens"] = 256, ["messages"] = Messages(prompt) },
    };

    private static JsonArray Messages(string prompt) => new(new JsonObject { ["role"] = "user", ["content"] = prompt });
}
