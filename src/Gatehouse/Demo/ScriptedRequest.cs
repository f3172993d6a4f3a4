using System.Text;
using System.Text.Json;

namespace Gatehouse.Demo;

/// <summary>What the scripted model reads from a body, whichever dialect it is in.</summary>
internal sealed record ScriptedRequest
{
    /// <summary>More than a gateway in front lets through, so that the gateway's limit is what a test meets.</summary>
    public const int BodyBytesMax = 80 * 1024 * 1024;

    /// <summary>As OpenAI's <c>n</c>, with a ceiling that keeps an answer small.</summary>
    private const int ChoicesMax = 16;

    public required JsonElement Root { get; init; }

    public required string Model { get; init; }

    /// <summary>Null when the body does not say: the dialect's default applies.</summary>
    public bool? Stream { get; init; }

    /// <summary>The last user text, without its knob block.</summary>
    public required string Prompt { get; init; }

    public required ScriptedKnobs Knobs { get; init; }

    public int Choices { get; init; } = 1;

    public bool IncludeUsage { get; init; }

    public bool LogProbabilities { get; init; }

    public int? TokensMax { get; init; }

    /// <summary>The first tool offered, unless the request forbids tools or already brings a tool's result.</summary>
    public ScriptedTool? Tool { get; init; }

    /// <summary>A rough count, four bytes a token: nobody compares it with a real tokenizer.</summary>
    public int PromptTokens { get; init; }

    /// <exception cref="JsonException">The body is not a JSON object.</exception>
    /// <exception cref="FormatException">A knob is wrong.</exception>
    public static ScriptedRequest Parse(ReadOnlyMemory<byte> body, ScriptedKnobs basis)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement.Clone();
        if (root.ValueKind != JsonValueKind.Object)
            throw new JsonException("The body is not a JSON object.");

        var (prompt, block) = ScriptedKnobs.Split(LastUserText(root));
        var knobs = ScriptedKnobs.Parse(block, basis);
        var tool = ScriptedTool.FirstOf(root);
        var resultIsHere = BringsToolResult(root);
        return new ScriptedRequest
        {
            Root = root,
            Model = TextOf(root, "model") ?? "",
            Stream = FlagOf(root, "stream"),
            Prompt = prompt,
            Knobs = knobs,
            Choices = Math.Clamp(NumberOf(root, "n") ?? 1, 1, ChoicesMax),
            IncludeUsage = root.TryGetProperty("stream_options", out var options)
                && FlagOf(options, "include_usage") == true,
            LogProbabilities = FlagOf(root, "logprobs") == true,
            TokensMax = MaxTokens(root),
            Tool = resultIsHere || TextOf(root, "tool_choice") == "none" ? null : tool,
            PromptTokens = Math.Max(1, body.Length / 4),
        };
    }

    public static string? TextOf(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static int? NumberOf(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    /// <summary>The texts to embed: a string, or an array whose elements count one each, even token arrays.</summary>
    public IReadOnlyList<string> Inputs()
    {
        if (!Root.TryGetProperty("input", out var input) && !Root.TryGetProperty("prompt", out input))
            return [];
        return input.ValueKind == JsonValueKind.Array
            ? [.. input.EnumerateArray().Select(item => item.ToString())]
            : [input.ToString()];
    }

    private static bool? FlagOf(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            ? value.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null }
            : null;

    private static int? MaxTokens(JsonElement root) =>
        NumberOf(root, "max_tokens") ?? NumberOf(root, "max_completion_tokens") ?? NumberOf(root, "max_output_tokens")
        ?? (root.TryGetProperty("options", out var options) ? NumberOf(options, "num_predict") : null);

    private static string LastUserText(JsonElement root)
    {
        foreach (var list in (ReadOnlySpan<string>)["messages", "input"])
        {
            if (!root.TryGetProperty(list, out var items) || items.ValueKind != JsonValueKind.Array)
                continue;
            foreach (var item in items.EnumerateArray().Reverse())
            {
                if (item.ValueKind == JsonValueKind.String)
                    return item.GetString()!;
                if (TextOf(item, "role") == "user" && ContentText(item) is { Length: > 0 } text)
                    return text;
            }
        }

        var prompt = FirstOf(root, "prompt", "input");
        return prompt.ValueKind switch
        {
            JsonValueKind.String => prompt.GetString()!,
            JsonValueKind.Array when prompt.GetArrayLength() > 0 => prompt[0].ToString(),
            _ => "",
        };
    }

    private static string ContentText(JsonElement message)
    {
        if (!message.TryGetProperty("content", out var content))
            return "";
        if (content.ValueKind == JsonValueKind.String)
            return content.GetString()!;
        var text = new StringBuilder();
        if (content.ValueKind == JsonValueKind.Array)
        {
            foreach (var part in content.EnumerateArray())
                text.Append(TextOf(part, "text"));
        }

        return text.ToString();
    }

    private static JsonElement FirstOf(JsonElement root, string name, string otherName) =>
        root.TryGetProperty(name, out var value) || root.TryGetProperty(otherName, out value) ? value : default;

    private static bool BringsToolResult(JsonElement root)
    {
        var turns = FirstOf(root, "messages", "input");
        if (turns.ValueKind != JsonValueKind.Array || turns.GetArrayLength() == 0)
            return false;
        var last = turns[turns.GetArrayLength() - 1];
        if (TextOf(last, "role") == "tool" || TextOf(last, "type") == "function_call_output")
            return true;
        return last.ValueKind == JsonValueKind.Object
            && last.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.Array
            && content.EnumerateArray().Any(part => TextOf(part, "type") == "tool_result");
    }
}
