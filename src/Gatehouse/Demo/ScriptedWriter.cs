using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
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

/// <summary>One event of a stream, before framing. Its name goes into an <c>event:</c> line.</summary>
internal readonly record struct ScriptedFrame(ScriptedFrameKind Kind, string? Event, ReadOnlyMemory<byte> Data);

/// <summary>What a frame of a stream is for: the knobs cut between these.</summary>
internal enum ScriptedFrameKind
{
    /// <summary>Opens the answer or a block of it.</summary>
    Head,

    /// <summary>Carries text, thought or arguments.</summary>
    Content,

    /// <summary>Says why generation ended, or closes a block after its content.</summary>
    Finish,

    /// <summary>The very last frame, where the dialect has one after the finish.</summary>
    Done,
}

/// <summary>Nodes to bytes. Text beyond ASCII goes out as UTF-8, as real models send it: splits can hit it.</summary>
internal static class ScriptedJson
{
    private static readonly JsonWriterOptions WriterOptions =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Bytes(JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
            node.WriteTo(writer);
        return buffer.WrittenSpan.ToArray();
    }

    public static string Text(JsonNode node) => System.Text.Encoding.UTF8.GetString(Bytes(node));

    /// <summary>An array of nodes, without the generic Add that native compilation cannot see through.</summary>
    public static JsonArray Array(IEnumerable<JsonNode?> nodes) => new([.. nodes]);
}

/// <summary>The shape of one endpoint's answers. One implementation per endpoint that generates text.</summary>
internal interface IScriptedDialect
{
    /// <summary>Lines of JSON instead of server-sent events.</summary>
    public bool Lines { get; }

    /// <summary>What a request means that does not say whether to stream.</summary>
    public bool StreamsByDefault { get; }

    public JsonNode Whole(ScriptedTurn turn);

    public IEnumerable<ScriptedFrame> Stream(ScriptedTurn turn);

    /// <summary>An error after the status was sent.</summary>
    public ScriptedFrame InBandError(string message);
}
