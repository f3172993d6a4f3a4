using System.Text;
using System.Text.Json.Nodes;

namespace Gatehouse.Demo;

/// <summary>OpenAI chat completions.</summary>
internal sealed class OpenAiChatScript : IScriptedDialect
{
    private const int ArgumentFragment = 5;

    public bool Lines => false;

    public bool StreamsByDefault => false;

    public JsonNode Whole(ScriptedTurn turn)
    {
        var choices = Enumerable.Range(0, turn.Request.Choices).Select(index => (JsonNode)new JsonObject
        {
            ["index"] = index,
            ["message"] = Message(turn),
            ["logprobs"] = turn.Request.LogProbabilities ? LogProbabilities(turn.Answer.Tokens) : null,
            ["finish_reason"] = FinishReason(turn.Answer),
        });
        var body = Shell(turn, "chat.completion", ScriptedJson.Array(choices));
        body["usage"] = Usage(turn);
        return body;
    }

    public IEnumerable<ScriptedFrame> Stream(ScriptedTurn turn)
    {
        var choices = turn.Request.Choices;
        for (var index = 0; index < choices; index++)
        {
            var opening = new JsonObject { ["role"] = "assistant", ["content"] = "" };
            yield return Chunk(turn, ScriptedFrameKind.Head, Choice(turn, index, opening));
        }

        foreach (var (delta, token) in Deltas(turn))
        {
            for (var index = 0; index < choices; index++)
            {
                var choice = Choice(turn, index, (JsonObject)delta.DeepClone(), token: token);
                yield return Chunk(turn, ScriptedFrameKind.Content, choice);
            }
        }

        for (var index = 0; index < choices; index++)
            yield return Chunk(turn, ScriptedFrameKind.Finish, Choice(turn, index, [], FinishReason(turn.Answer)));
        if (turn.Request.IncludeUsage)
        {
            var last = Shell(turn, "chat.completion.chunk", []);
            last["usage"] = Usage(turn);
            yield return new ScriptedFrame(ScriptedFrameKind.Finish, null, ScriptedJson.Bytes(last));
        }

        yield return new ScriptedFrame(ScriptedFrameKind.Done, null, "[DONE]"u8.ToArray());
    }

    public ScriptedFrame InBandError(string message) => new(
        ScriptedFrameKind.Finish, null, ScriptedJson.Bytes(ScriptedErrors.OpenAi(500, message)));

    public static JsonObject Usage(ScriptedTurn turn) => new()
    {
        ["prompt_tokens"] = turn.Request.PromptTokens,
        ["completion_tokens"] = turn.Answer.TokenCount * turn.Request.Choices,
        ["total_tokens"] = turn.Request.PromptTokens + (turn.Answer.TokenCount * turn.Request.Choices),
        ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = 0 },
        ["completion_tokens_details"] = new JsonObject { ["reasoning_tokens"] = 0 },
    };

    private static string FinishReason(ScriptedAnswer answer) =>
        answer.Tool is not null ? "tool_calls" : answer.Truncated ? "length" : "stop";

    private static JsonObject Shell(ScriptedTurn turn, string kind, JsonArray choices) => new()
    {
        ["id"] = turn.Id("chatcmpl-"),
        ["object"] = kind,
        ["created"] = turn.CreatedSeconds,
        ["model"] = turn.Request.Model,
        ["system_fingerprint"] = "fp_scripted",
        ["choices"] = choices,
    };

    private static JsonObject Message(ScriptedTurn turn)
    {
        var answer = turn.Answer;
        var message = new JsonObject
        {
            ["role"] = "assistant",
            ["content"] = answer.Tool is not null || answer.Refused ? null : answer.Text(),
            ["refusal"] = answer.Refused ? answer.Text() : null,
        };
        if (answer.Thinking is { } thinking)
            message["reasoning_content"] = thinking;
        if (answer.Tool is { } tool)
        {
            message["tool_calls"] = new JsonArray(new JsonObject
            {
                ["id"] = turn.Id("call_"),
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = tool.Name, ["arguments"] = answer.ArgumentsText() },
            });
        }

        return message;
    }

    private static JsonObject Choice(
        ScriptedTurn turn, int index, JsonObject delta, string? finish = null, string? token = null)
    {
        var choice = new JsonObject { ["index"] = index, ["delta"] = delta };
        if (turn.Request.LogProbabilities)
            choice["logprobs"] = token is null ? null : LogProbabilities([token]);
        choice["finish_reason"] = finish;
        return choice;
    }

    private static ScriptedFrame Chunk(ScriptedTurn turn, ScriptedFrameKind kind, JsonObject choice)
    {
        var chunk = Shell(turn, "chat.completion.chunk", new JsonArray(choice));
        if (turn.Request.IncludeUsage)
            chunk["usage"] = null;
        return new ScriptedFrame(kind, null, ScriptedJson.Bytes(chunk));
    }

    private static IEnumerable<(JsonObject Delta, string? Token)> Deltas(ScriptedTurn turn)
    {
        var answer = turn.Answer;
        if (answer.Thinking is { } thinking)
        {
            foreach (var thought in ScriptedTexts.Tokens(thinking))
                yield return (new JsonObject { ["reasoning_content"] = thought }, null);
        }

        foreach (var token in answer.Tokens)
            yield return (new JsonObject { [answer.Refused ? "refusal" : "content"] = token }, token);
        if (answer.Tool is not { } tool)
            yield break;
        yield return (ToolDelta(new JsonObject
        {
            ["index"] = 0,
            ["id"] = turn.Id("call_"),
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = tool.Name, ["arguments"] = "" },
        }), null);
        foreach (var fragment in ScriptedAnswer.Fragments(answer.ArgumentsText(), ArgumentFragment))
        {
            yield return (ToolDelta(new JsonObject
            {
                ["index"] = 0,
                ["function"] = new JsonObject { ["arguments"] = fragment },
            }), null);
        }
    }

    private static JsonObject ToolDelta(JsonObject call) => new() { ["tool_calls"] = new JsonArray(call) };

    private static JsonObject LogProbabilities(IEnumerable<string> tokens) => new()
    {
        ["content"] = ScriptedJson.Array(tokens.Select(token => (JsonNode)new JsonObject
        {
            ["token"] = token,
            ["logprob"] = -0.25,
            ["bytes"] = ScriptedJson.Array(Encoding.UTF8.GetBytes(token).Select(one => (JsonNode)(int)one)),
            ["top_logprobs"] = new JsonArray(),
        })),
        ["refusal"] = null,
    };
}

/// <summary>OpenAI's older text completions.</summary>
internal sealed class OpenAiCompletionScript : IScriptedDialect
{
    public bool Lines => false;

    public bool StreamsByDefault => false;

    public JsonNode Whole(ScriptedTurn turn)
    {
        var body = Shell(turn, ScriptedJson.Array(Enumerable.Range(0, turn.Request.Choices).Select(
            index => (JsonNode)Choice(index, turn.Answer.Text(), FinishReason(turn.Answer)))));
        body["usage"] = OpenAiChatScript.Usage(turn);
        return body;
    }

    public IEnumerable<ScriptedFrame> Stream(ScriptedTurn turn)
    {
        foreach (var token in turn.Answer.Tokens)
        {
            for (var index = 0; index < turn.Request.Choices; index++)
                yield return Frame(ScriptedFrameKind.Content, Shell(turn, new JsonArray(Choice(index, token, null))));
        }

        for (var index = 0; index < turn.Request.Choices; index++)
        {
            yield return Frame(
                ScriptedFrameKind.Finish, Shell(turn, new JsonArray(Choice(index, "", FinishReason(turn.Answer)))));
        }

        if (turn.Request.IncludeUsage)
        {
            var last = Shell(turn, []);
            last["usage"] = OpenAiChatScript.Usage(turn);
            yield return Frame(ScriptedFrameKind.Finish, last);
        }

        yield return new ScriptedFrame(ScriptedFrameKind.Done, null, "[DONE]"u8.ToArray());
    }

    public ScriptedFrame InBandError(string message) =>
        Frame(ScriptedFrameKind.Finish, ScriptedErrors.OpenAi(500, message));

    private static string FinishReason(ScriptedAnswer answer) => answer.Truncated ? "length" : "stop";

    private static ScriptedFrame Frame(ScriptedFrameKind kind, JsonNode data) =>
        new(kind, null, ScriptedJson.Bytes(data));

    private static JsonObject Choice(int index, string text, string? finish) => new JsonObject
    {
        ["text"] = text,
        ["index"] = index,
        ["logprobs"] = null,
        ["finish_reason"] = finish,
    };

    private static JsonObject Shell(ScriptedTurn turn, JsonArray choices) => new()
    {
        ["id"] = turn.Id("cmpl-"),
        ["object"] = "text_completion",
        ["created"] = turn.CreatedSeconds,
        ["model"] = turn.Request.Model,
        ["system_fingerprint"] = "fp_scripted",
        ["choices"] = choices,
    };
}
