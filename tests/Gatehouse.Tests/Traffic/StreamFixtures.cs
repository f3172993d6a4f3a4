using Gatehouse.Core.Traffic;

namespace Gatehouse.Tests.Traffic;

/// <summary>Streams of all dialects, written by hand after gateways' and providers' references.</summary>
internal static class StreamFixtures
{
    private const string Head = "\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m-1\"";

    public static IReadOnlyList<StreamFixture> All { get; } =
        [.. OpenAI(), .. Responses(), .. Anthropic(), .. Ollama()];

    public static StreamFixture Of(string name) => All.Single(fixture => fixture.Name == name);

    private static string Chunk(string rest, string newline = "\n") => $"data: {{{Head},{rest}}}{newline}{newline}";

    private static string Delta(int index, string delta, string finish = "null") =>
        $"\"choices\":[{{\"index\":{index},\"delta\":{{{delta}}},\"finish_reason\":{finish}}}]";

    private static IEnumerable<StreamFixture> OpenAI()
    {
        yield return new("chat", Endpoint.OpenAIChat,
            Chunk(Delta(0, "\"role\":\"assistant\",\"content\":\"\"") + ",\"usage\":null")
            + Chunk("\"usage\":null," + Delta(0, "\"content\":\"Größe 😀 \\\"x\\\"\""))
            + ": keep-alive\n\n"
            + Chunk(Delta(0, "", "\"stop\"") + ", \"usage\" : null ,\"system_fingerprint\":\"fp\"")
            + Chunk("\"choices\":[],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":5,\"total_tokens\":16}")
            + "data: [DONE]\n\n",
            Completeness.Complete)
        { Signals = "-CTU(TE)", Usage = new(11, 5) };
        yield return new("chat, crlf, tools", Endpoint.OpenAIChat,
            Chunk(Delta(0, "\"tool_calls\":[{\"index\":0,\"id\":\"t\",\"type\":\"function\",\"function\":{"
                + "\"name\":\"f\"}}]"), "\r\n")
            + Chunk(Delta(0, "\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"ö\\\":\"}}]"), "\r\n")
            + Chunk(Delta(0, "", "\"tool_calls\""), "\r\n") + "data: [DONE]\r\n\r\n",
            Completeness.Complete)
        { Signals = "CCT(TE)" };
        yield return new("chat, two choices", Endpoint.OpenAIChat,
            Chunk(Delta(0, "\"content\":\"a\"")) + Chunk(Delta(1, "\"content\":\"b\""))
            + Chunk(Delta(0, "", "\"stop\"")) + Chunk(Delta(1, "\"content\":"
            + "\"c\"")) + Chunk(Delta(1, "", "\"length\"")),
            Completeness.Complete)
        { Signals = "CC-CT" };
        yield return new("chat, one choice never ends", Endpoint.OpenAIChat,
            Chunk(Delta(0, "\"content\":\"a\"")) + Chunk(Delta(1, "\"content\":"
                + "\"b\"")) + Chunk(Delta(0, "", "\"stop\"")),
            Completeness.Truncated)
        { Signals = "CC-" };
        yield return new("chat, cut", Endpoint.OpenAIChat,
            Chunk(Delta(0, "\"content\":\"a\"")) + "data: {\"choices\":[{\"delta\":{\"content\":\"never",
            Completeness.Truncated)
        { Signals = "C-" };
        yield return new("chat, done without blank line", Endpoint.OpenAIChat,
            Chunk(Delta(0, "\"reasoning_content\":\"a\"")) + "data: [DONE]", Completeness.Complete)
        { Signals = "C(TE)" };
        yield return new("chat, error inside", Endpoint.OpenAIChat,
            Chunk(Delta(0, "\"content\":\"a\"")) + "data: {\"error\":{\"message\":\"no\",\"code\":null}}\n\n",
            Completeness.Failed)
        { Signals = "C!" };
        yield return new("chat, data in lines, cr only", Endpoint.OpenAIChat,
            "\ufeffid: 7\rdata:{\"model\":\"m-1\",\rdata: \"choices\":[{\"index\":0,\rdata: \"delta\":{"
                + "\"content\":\"x\"}}],\"usage\"\r"
            + "data::null}\r\rdata: [DONE]\r\r",
            Completeness.Complete)
        { Signals = "C(TE)" };
        yield return new("completions", Endpoint.OpenAICompletions,
            "data: {\"object\":\"text_completion\",\"model\":\"m-1\",\"choices\":[{\"text\":\"a\",\"index\":0,"
                + "\"finish_reason\":null}]}\n\n"
            + "data: {\"model\":\"m-1\",\"choices\":[{\"text\":\"\",\"index\":0,\"finish_reason\":\"stop\"}]}\n\nd"
            + "ata: [DONE]\n\n",
            Completeness.Complete)
        { Signals = "CT(TE)" };
        yield return new("chat, not json", Endpoint.OpenAIChat,
            Chunk(Delta(0, "\"content\":\"a\"")) + "data: <html>\n\n", Completeness.Failed)
        { Signals = "C(!x)" };
    }

    private static IEnumerable<StreamFixture> Responses()
    {
        var body = Named("response.created", "\"response\":{\"id\":\"r\",\"model\":\"m-1\",\"usage\":null},"
            + "\"sequence_number\":0")
            + Named("response.output_item.added", "\"output_index\":0,\"item\":{\"type\":\"message\"},"
            + "\"sequence_number\":1")
            + Named("response.output_text.delta", "\"delta\":\"日本\",\"sequence_number\":2")
            + Named("response.output_text.done", "\"text\":\"日本\",\"sequence_number\":3")
            + Named("response.output_item.done", "\"item\":{},\"sequence_number\":4");
        yield return new("responses", Endpoint.OpenAIResponses,
            body + Named("response.completed", "\"sequence_number\":5,\"response\":{\"model\":\"m-1\",\"usage\":{"
                + "\"input_tokens\":3,"
                + "\"input_tokens_details\":{\"cached_tokens\":2},\"output_tokens\":4}}"),
            Completeness.Complete)
        { Signals = "--C--(TE)", Usage = new(3, 4) };
        yield return new("responses,"
            + " cut", Endpoint.OpenAIResponses, body, Completeness.Truncated)
        { Signals = "--C--" };
        yield return new("responses, only [DONE]", Endpoint.OpenAIResponses, body + "data: [DONE]\n\n",
            Completeness.Truncated)
        { Signals = "--C--(TE)" };
        yield return new("responses, failed", Endpoint.OpenAIResponses,
            body + Named("response.failed", "\"response\":{\"error\":{\"code\":\"x\"}}"), Completeness.Failed)
        { Signals = "--C--(TE!)" };
        yield return new("responses, error", Endpoint.OpenAIResponses,
            body + Named("error", "\"code\":\"x\",\"message\":\"y\",\"param\":null,"
                + "\"sequence_number\":5"), Completeness.Failed)
        { Signals = "--C--!" };
    }

    private static IEnumerable<StreamFixture> Anthropic()
    {
        var body = Named("message_start", "\"message\":{\"id\":\"msg\",\"model\":\"m-1\",\"content\":[],"
            + "\"usage\":{\"input_tokens\":10,"
                + "\"cache_creation_input_tokens\":5,\"cache_read_input_tokens\":7,\"output_tokens\":1}}")
            + Named("ping", "")
            + Named("content_block_start", "\"index\":0,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\"}")
            + Named("content_block_delta", "\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"hm…\"}")
            + Named("content_block_delta", "\"index\":0,\"delta\":{\"type\":\"signature_delta\","
            + "\"signature\":\"c2ln\"}")
            + Named("content_block_stop", "\"index\":0")
            + Named("content_block_delta", "\"index\":1,\"delta\":{\"type\":\"input_json_delta\","
            + "\"partial_json\":\"{\\\"a\"}");
        yield return new("messages", Endpoint.AnthropicMessages,
            body + Named("message_delta", "\"delta\":{\"stop_reason\":\"tool_use\"},\"usage\":{\"output_tokens\":15}")
                + Named("message_stop", ""),
            Completeness.Complete)
        { Signals = "---CC-CT(TE)", Usage = new(22, 15) };
        yield return new("messages, no stop", Endpoint.AnthropicMessages,
            body + Named("message_delta", "\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":15}"),
            Completeness.Truncated)
        { Signals = "---CC-CT", Usage = new(22, 15) };
        yield return new("messages, error", Endpoint.AnthropicMessages,
            body + Named("error", "\"error\":{\"type\":\"overloaded_error\",\"message\":\"x\"}"), Completeness.Failed)
        { Signals = "---CC-C!", Usage = new(22, 1) };
        yield return new("messages, name alone stops", Endpoint.AnthropicMessages,
            "event: message_stop\ndata: {\"type\":\"ping\"}\n\n", Completeness.Complete)
        { Signals = "(TE)", Model = null };
    }

    private static IEnumerable<StreamFixture> Ollama()
    {
        const string Start = "{\"model\":\"m-1\",\"created_at\":\"2026-01-01T00:00:00Z\"";
        yield return new("ollama chat", Endpoint.OllamaChat,
            Start + ",\"message\":{\"role\":\"assistant\",\"content\":\"Grüß\"},\"done\":false}\n"
            + Start + ",\"message\":{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"function\":{"
            + "\"name\":\"f\",\"arguments\":{\"a\":{}}}}]},\"done\":false}\n"
            + Start + ",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done_reason\":\"stop\","
            + "\"done\":true,\"prompt_eval_count\":26,\"eval_count\":9}\n",
            Completeness.Complete)
        { Signals = "CC(TE)", Usage = new(26, 9) };
        yield return new("ollama generate, last line open", Endpoint.OllamaGenerate,
            Start + ",\"response\":\"a\",\"done\":false}\r\n" + Start + ",\"response\":\"\",\"done\":true,"
                + "\"context\":[1,2]}",
            Completeness.Complete)
        { Signals = "C(TE)", Usage = new(null, 0) };
        yield return new("ollama, error inside", Endpoint.OllamaChat,
            Start + ",\"message\":{\"content\":\"a\"},\"done\":false}\n{"
                + "\"error\":\"out of memory\"}\n", Completeness.Failed)
        { Signals = "C!" };
        yield return new("ollama, cut", Endpoint.OllamaGenerate,
            Start + ",\"response\":\"a\",\"done\":false}\n" + Start + ",\"resp", Completeness.Truncated)
        { Signals = "C-" };
    }

    private static string Named(string name, string members) =>
        $"event: {name}\ndata: {{\"type\":\"{name}\"{(members.Length > 0 ? "," : "")}{members}}}\n\n";
}
