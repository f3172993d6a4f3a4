using System.Text.Json.Nodes;

namespace Gatehouse.Demo;

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
