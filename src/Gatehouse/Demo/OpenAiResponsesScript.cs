using System.Text.Json.Nodes;

namespace Gatehouse.Demo;

/// <summary>
/// OpenAI responses: named events with a sequence number. The text comes again and again: as deltas, then whole in
/// three closing events and once more in the completed response.
/// </summary>
internal sealed class OpenAiResponsesScript : IScriptedDialect
{
    private const int ArgumentFragment = 5;

    public bool Lines => false;

    public bool StreamsByDefault => false;

    public JsonNode Whole(ScriptedTurn turn) => Response(turn, Ended(turn), new JsonArray(Item(turn, finished: true)));

    public IEnumerable<ScriptedFrame> Stream(ScriptedTurn turn)
    {
        var sequence = 0;
        var ended = Ended(turn);
        foreach (var opening in (string[])["response.created", "response.in_progress"])
        {
            var response = With("response", Response(turn, "in_progress", []));
            yield return Frame(ref sequence, ScriptedFrameKind.Head, opening, response);
        }

        yield return Frame(ref sequence, ScriptedFrameKind.Head, "response.output_item.added", new JsonObject
        {
            ["output_index"] = 0,
            ["item"] = Item(turn, finished: false),
        });
        foreach (var (kind, name, data) in turn.Answer.Tool is null ? TextEvents(turn) : ToolEvents(turn))
            yield return Frame(ref sequence, kind, name, data);
        yield return Frame(ref sequence, ScriptedFrameKind.Head, "response.output_item.done", new JsonObject
        {
            ["output_index"] = 0,
            ["item"] = Item(turn, finished: true),
        });
        yield return Frame(
            ref sequence, ScriptedFrameKind.Finish, $"response.{ended}",
            With("response", Response(turn, ended, new JsonArray(Item(turn, finished: true)))));
    }

    public ScriptedFrame InBandError(string message)
    {
        var error = new JsonObject
        {
            ["type"] = "error",
            ["code"] = "server_error",
            ["message"] = message,
            ["param"] = null,
            ["sequence_number"] = 0,
        };
        return new ScriptedFrame(ScriptedFrameKind.Finish, "error", ScriptedJson.Bytes(error));
    }

    private static ScriptedFrame Frame(ref int sequence, ScriptedFrameKind kind, string name, JsonObject data)
    {
        data.Insert(0, "type", name);
        data.Insert(1, "sequence_number", sequence++);
        return new ScriptedFrame(kind, name, ScriptedJson.Bytes(data));
    }

    private static string Ended(ScriptedTurn turn) => turn.Answer.Truncated ? "incomplete" : "completed";

    private static JsonObject With(string name, JsonNode value) => new() { [name] = value };

    private static IEnumerable<(ScriptedFrameKind Kind, string Name, JsonObject Data)> TextEvents(ScriptedTurn turn)
    {
        var (part, field) = turn.Answer.Refused ? ("refusal", "refusal") : ("output_text", "text");
        const string added = "response.content_part.added", done = "response.content_part.done";
        yield return (ScriptedFrameKind.Head, added, At(turn, "part", Part(turn, finished: false)));
        foreach (var token in turn.Answer.Tokens)
            yield return (ScriptedFrameKind.Content, $"response.{part}.delta", At(turn, "delta", token));
        yield return (ScriptedFrameKind.Finish, $"response.{part}.done", At(turn, field, turn.Answer.Text()));
        yield return (ScriptedFrameKind.Finish, done, At(turn, "part", Part(turn, finished: true)));
    }

    private static IEnumerable<(ScriptedFrameKind Kind, string Name, JsonObject Data)> ToolEvents(ScriptedTurn turn)
    {
        JsonObject At(string name, JsonNode value) => new()
        {
            ["item_id"] = turn.Id("fc_"),
            ["output_index"] = 0,
            [name] = value,
        };
        var arguments = turn.Answer.ArgumentsText();
        foreach (var fragment in ScriptedAnswer.Fragments(arguments, ArgumentFragment))
            yield return (ScriptedFrameKind.Content, "response.function_call_arguments.delta", At("delta", fragment));
        yield return (ScriptedFrameKind.Finish, "response.function_call_arguments.done", At("arguments", arguments));
    }

    private static JsonObject At(ScriptedTurn turn, string name, JsonNode value) => new()
    {
        ["item_id"] = turn.Id("msg_"),
        ["output_index"] = 0,
        ["content_index"] = 0,
        [name] = value,
    };

    private static JsonObject Part(ScriptedTurn turn, bool finished)
    {
        var text = finished ? turn.Answer.Text() : "";
        return turn.Answer.Refused
            ? new JsonObject { ["type"] = "refusal", ["refusal"] = text }
            : new JsonObject
            {
                ["type"] = "output_text",
                ["text"] = text,
                ["annotations"] = new JsonArray(),
                ["logprobs"] = new JsonArray(),
            };
    }

    private static JsonObject Item(ScriptedTurn turn, bool finished)
    {
        var status = finished ? "completed" : "in_progress";
        if (turn.Answer.Tool is { } tool)
        {
            return new JsonObject
            {
                ["id"] = turn.Id("fc_"),
                ["type"] = "function_call",
                ["status"] = status,
                ["call_id"] = turn.Id("call_"),
                ["name"] = tool.Name,
                ["arguments"] = finished ? turn.Answer.ArgumentsText() : "",
            };
        }

        return new JsonObject
        {
            ["id"] = turn.Id("msg_"),
            ["type"] = "message",
            ["status"] = status,
            ["role"] = "assistant",
            ["content"] = finished ? new JsonArray(Part(turn, finished: true)) : new JsonArray(),
        };
    }

    private static JsonObject Response(ScriptedTurn turn, string status, JsonArray output) => new()
    {
        ["id"] = turn.Id("resp_"),
        ["object"] = "response",
        ["created_at"] = turn.CreatedSeconds,
        ["status"] = status,
        ["error"] = null,
        ["incomplete_details"] = status == "incomplete" ? With("reason", "max_output_tokens") : null,
        ["instructions"] = null,
        ["metadata"] = new JsonObject(),
        ["model"] = turn.Request.Model,
        ["output"] = output,
        ["parallel_tool_calls"] = true,
        ["tool_choice"] = "auto",
        ["tools"] = new JsonArray(),
        ["usage"] = status == "in_progress" ? null : new JsonObject
        {
            ["input_tokens"] = turn.Request.PromptTokens,
            ["input_tokens_details"] = new JsonObject { ["cached_tokens"] = 0 },
            ["output_tokens"] = turn.Answer.TokenCount,
            ["output_tokens_details"] = new JsonObject { ["reasoning_tokens"] = 0 },
            ["total_tokens"] = turn.Request.PromptTokens + turn.Answer.TokenCount,
        },
    };
}
