using System.Text.Json.Nodes;

namespace Gatehouse.Demo;

/// <summary>Turns a request and its knobs into what is said.</summary>
internal static class ScriptedWriter
{
    private const int HugePieceBytes = 4096;
    private const int EndlessTokens = int.MaxValue;

    public static ScriptedAnswer Answer(ScriptedRequest request, Func<JsonObject> echo)
    {
        var knobs = request.Knobs;
        if (knobs.Tool || Wants(request))
        {
            if (request.Tool is { } tool)
                return new ScriptedAnswer { Tokens = [], TokenCount = 8, Tool = tool, Thinking = Thought(knobs) };
        }

        var (tokens, count) = Tokens(request, echo);
        var limit = request.TokensMax is { } max and > 0 ? max : EndlessTokens;
        return new ScriptedAnswer
        {
            Tokens = count > limit ? tokens.Take(limit) : tokens,
            TokenCount = Math.Min(count, limit),
            Truncated = count > limit,
            Thinking = Thought(knobs),
            Refused = knobs.Refuse,
        };
    }

    // Tools are called when a prompt is about what tools are for, or when the request demands it.
    private static bool Wants(ScriptedRequest request) =>
        request.Prompt.Contains("weather", StringComparison.OrdinalIgnoreCase)
        || request.Prompt.Contains("use the tool", StringComparison.OrdinalIgnoreCase)
        || ScriptedRequest.TextOf(request.Root, "tool_choice") == "required";

    private static string? Thought(ScriptedKnobs knobs) =>
        knobs.Think ? "The user wants a short answer. I keep it short." : null;

    private static (IEnumerable<string> Tokens, int Count) Tokens(ScriptedRequest request, Func<JsonObject> echo)
    {
        var knobs = request.Knobs;
        if (knobs.Endless)
            return (Endless(), EndlessTokens);
        if (knobs.HugeBytes is { } bytes)
        {
            var pieces = Math.Max(1, bytes / HugePieceBytes);
            return (Enumerable.Repeat(new string('x', HugePieceBytes - 1) + " ", pieces), pieces);
        }

        if (knobs.Tokens is { } words)
            return (Enumerable.Range(0, words).Select(word => $"word{word} "), words);
        var text = knobs.Refuse ? "I will not help with that."
            : knobs.Echo ? ScriptedJson.Text(echo())
            : ScriptedTexts.For(request.Prompt);
        var tokens = ScriptedTexts.Tokens(text);
        return (tokens, tokens.Count);
    }

    private static IEnumerable<string> Endless()
    {
        for (var word = 0L; ; word++)
            yield return $"on{word} ";
    }
}
