using System.Globalization;
using System.Text.Json.Nodes;

namespace Gatehouse.Demo;

/// <summary>Ollama's chat and generate: lines of JSON, streamed unless the request says no.</summary>
internal sealed class OllamaScript(bool chat) : IScriptedDialect
{
    /// <summary>Nanoseconds that the metrics claim for each token.</summary>
    private const long TokenNanoseconds = 12_000_000;

    public bool Lines => true;

    public bool StreamsByDefault => true;

    public JsonNode Whole(ScriptedTurn turn)
    {
        var line = Line(turn, turn.Answer.Text(), turn.Answer.Thinking, turn.Answer.Tool);
        Finish(line, turn);
        return line;
    }

    public IEnumerable<ScriptedFrame> Stream(ScriptedTurn turn)
    {
        var answer = turn.Answer;
        if (answer.Thinking is { } thinking)
        {
            foreach (var thought in ScriptedTexts.Tokens(thinking))
                yield return Frame(ScriptedFrameKind.Content, Line(turn, "", thought, null));
        }

        foreach (var token in answer.Tokens)
            yield return Frame(ScriptedFrameKind.Content, Line(turn, token, null, null));
        // Ollama sends a whole tool call in one line.
        if (answer.Tool is not null)
            yield return Frame(ScriptedFrameKind.Content, Line(turn, "", null, answer.Tool));
        var last = Line(turn, "", null, null);
        Finish(last, turn);
        yield return Frame(ScriptedFrameKind.Finish, last);
    }

    public ScriptedFrame InBandError(string message) => Frame(ScriptedFrameKind.Finish, ScriptedErrors.Ollama(message));

    private static ScriptedFrame Frame(ScriptedFrameKind kind, JsonNode data) =>
        new(kind, null, ScriptedJson.Bytes(data));

    private JsonObject Line(ScriptedTurn turn, string text, string? thinking, ScriptedTool? tool)
    {
        var line = new JsonObject
        {
            ["model"] = turn.Request.Model,
            ["created_at"] = turn.Now.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture),
        };
        if (!chat)
        {
            line["response"] = text;
            if (thinking is not null)
                line["thinking"] = thinking;
            line["done"] = false;
            return line;
        }

        var message = new JsonObject { ["role"] = "assistant", ["content"] = text };
        if (thinking is not null)
            message["thinking"] = thinking;
        if (tool is not null)
        {
            message["tool_calls"] = new JsonArray(new JsonObject
            {
                ["id"] = turn.Id("call_"),
                ["function"] = new JsonObject
                {
                    ["index"] = 0,
                    ["name"] = tool.Name,
                    ["arguments"] = tool.Arguments.DeepClone(),
                },
            });
        }

        line["message"] = message;
        line["done"] = false;
        return line;
    }

    private void Finish(JsonObject line, ScriptedTurn turn)
    {
        line["done"] = true;
        line["done_reason"] = turn.Answer.Truncated ? "length" : "stop";
        if (!chat)
            line["context"] = ScriptedJson.Array([1, 2, 3]);
        var generated = turn.Answer.TokenCount * TokenNanoseconds;
        var read = turn.Request.PromptTokens * TokenNanoseconds / 20;
        line["total_duration"] = generated + read + 1_000_000;
        line["load_duration"] = 1_000_000;
        line["prompt_eval_count"] = turn.Request.PromptTokens;
        line["prompt_eval_duration"] = read;
        line["eval_count"] = turn.Answer.TokenCount;
        line["eval_duration"] = generated;
    }
}
