using System.Text.Json.Nodes;

namespace Gatehouse.Demo;

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
