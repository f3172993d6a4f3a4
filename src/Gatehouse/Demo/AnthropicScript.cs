using System.Text.Json.Nodes;

namespace Gatehouse.Demo;

/// <summary>Anthropic messages: named events, blocks that open and close.</summary>
internal sealed class AnthropicScript : IScriptedDialect
{
    private const int ArgumentFragment = 6;

    /// <summary>"scripted" in base64: real ones are opaque too.</summary>
    private const string Signature = "c2NyaXB0ZWQ=";

    public bool Lines => false;

    public bool StreamsByDefault => false;

    public JsonNode Whole(ScriptedTurn turn)
    {
        var message = Message(turn);
        var content = new JsonArray();
        if (turn.Answer.Thinking is { } thinking)
        {
            content.Add((JsonNode)new JsonObject
            {
                ["type"] = "thinking",
                ["thinking"] = thinking,
                ["signature"] = Signature,
            });
        }

        if (turn.Answer.Tool is { } tool)
            content.Add((JsonNode)ToolBlock(turn, tool, (JsonObject)tool.Arguments.DeepClone()));
        else
            content.Add((JsonNode)new JsonObject { ["type"] = "text", ["text"] = turn.Answer.Text() });
        message["content"] = content;
        message["stop_reason"] = StopReason(turn.Answer);
        message["usage"] = Usage(turn, turn.Answer.TokenCount);
        return message;
    }

    public IEnumerable<ScriptedFrame> Stream(ScriptedTurn turn)
    {
        yield return Frame(ScriptedFrameKind.Head, "message_start", new JsonObject { ["message"] = Message(turn) });
        yield return Frame(ScriptedFrameKind.Head, "ping", []);
        var index = 0;
        foreach (var (start, deltas) in Blocks(turn))
        {
            yield return Block(ScriptedFrameKind.Head, "content_block_start", index, ("content_block", start));
            foreach (var delta in deltas)
            {
                yield return Block(ScriptedFrameKind.Content, "content_block_delta", index, ("delta", delta));
            }

            yield return Frame(ScriptedFrameKind.Head, "content_block_stop", new JsonObject { ["index"] = index });
            index++;
        }

        yield return Frame(ScriptedFrameKind.Finish, "message_delta", new JsonObject
        {
            ["delta"] = new JsonObject { ["stop_reason"] = StopReason(turn.Answer), ["stop_sequence"] = null },
            ["usage"] = new JsonObject { ["output_tokens"] = turn.Answer.TokenCount },
        });
        yield return Frame(ScriptedFrameKind.Done, "message_stop", []);
    }

    public ScriptedFrame InBandError(string message) => new(
        ScriptedFrameKind.Finish, "error", ScriptedJson.Bytes(ScriptedErrors.Anthropic(529, message)));

    private static string StopReason(ScriptedAnswer answer) =>
        answer.Refused ? "refusal"
        : answer.Tool is not null ? "tool_use"
        : answer.Truncated ? "max_tokens"
        : "end_turn";

    private static ScriptedFrame Frame(ScriptedFrameKind kind, string name, JsonObject data)
    {
        data.Insert(0, "type", name);
        return new ScriptedFrame(kind, name, ScriptedJson.Bytes(data));
    }

    private static ScriptedFrame Block(
        ScriptedFrameKind kind, string name, int index, (string Name, JsonObject Value) carried) =>
        Frame(kind, name, new JsonObject { ["index"] = index, [carried.Name] = carried.Value });

    private static JsonObject Message(ScriptedTurn turn) => new()
    {
        ["id"] = turn.Id("msg_"),
        ["type"] = "message",
        ["role"] = "assistant",
        ["model"] = turn.Request.Model,
        ["content"] = new JsonArray(),
        ["stop_reason"] = null,
        ["stop_sequence"] = null,
        ["usage"] = Usage(turn, 1),
    };

    private static JsonObject Usage(ScriptedTurn turn, int outputTokens) => new()
    {
        ["input_tokens"] = turn.Request.PromptTokens,
        ["cache_creation_input_tokens"] = 0,
        ["cache_read_input_tokens"] = 0,
        ["output_tokens"] = outputTokens,
    };

    private static JsonObject ToolBlock(ScriptedTurn turn, ScriptedTool tool, JsonObject input) => new()
    {
        ["type"] = "tool_use",
        ["id"] = turn.Id("toolu_"),
        ["name"] = tool.Name,
        ["input"] = input,
    };

    private static IEnumerable<(JsonObject Start, IEnumerable<JsonObject> Deltas)> Blocks(ScriptedTurn turn)
    {
        var answer = turn.Answer;
        if (answer.Thinking is { } thinking)
        {
            var thoughts = ScriptedTexts.Tokens(thinking)
                .Select(thought => new JsonObject { ["type"] = "thinking_delta", ["thinking"] = thought })
                .Append(new JsonObject { ["type"] = "signature_delta", ["signature"] = Signature });
            yield return (new JsonObject { ["type"] = "thinking", ["thinking"] = "", ["signature"] = "" }, thoughts);
        }

        if (answer.Tool is not { } tool)
        {
            var texts = answer.Tokens.Select(token => new JsonObject { ["type"] = "text_delta", ["text"] = token });
            yield return (new JsonObject { ["type"] = "text", ["text"] = "" }, texts);
            yield break;
        }

        // The real server opens arguments with an empty fragment too.
        var fragments = ScriptedAnswer.Fragments(answer.ArgumentsText(), ArgumentFragment).Prepend("")
            .Select(fragment => new JsonObject { ["type"] = "input_json_delta", ["partial_json"] = fragment });
        yield return (ToolBlock(turn, tool, []), fragments);
    }
}
