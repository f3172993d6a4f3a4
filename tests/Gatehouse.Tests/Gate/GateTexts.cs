using System.Text.Json.Nodes;

namespace Gatehouse.Tests.Gate;

/// <summary>Bodies that tests send, with a prompt that may hold knobs of the scripted model.</summary>
internal static class GateTexts
{
    public static string OpenAiChat(string prompt, bool stream = false, string model = "gpt-4o-mini") => new JsonObject
    {
        ["model"] = model,
        ["messages"] = Messages(prompt),
        ["stream"] = stream,
    }.ToJsonString();

    public static string Responses(string prompt, bool stream = false) => new JsonObject
    {
        ["model"] = "gpt-4o-mini",
        ["input"] = prompt,
        ["stream"] = stream,
    }.ToJsonString();

    public static string OllamaChat(string prompt, bool stream = true) => new JsonObject
    {
        ["model"] = "llama3.2:3b",
        ["messages"] = Messages(prompt),
        ["stream"] = stream,
    }.ToJsonString();

    public static string AnthropicMessage(string prompt, bool stream = false) => new JsonObject
    {
        ["model"] = "claude-haiku-4-5",
        ["max_tokens"] = 100_000,
        ["messages"] = Messages(prompt),
        ["stream"] = stream,
    }.ToJsonString();

    private static JsonArray Messages(string prompt) => [new JsonObject { ["role"] = "user", ["content"] = prompt }];
}
