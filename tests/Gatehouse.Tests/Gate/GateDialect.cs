namespace Gatehouse.Tests.Gate;

/// <summary>One way to ask for a text, and what its answers look like on the wire.</summary>
internal sealed record GateDialect(string Name, string Path, Func<string, bool, string> Body, string[] TerminalMarks)
{
    public static IReadOnlyList<GateDialect> All { get; } =
    [
        new("openai", "/v1/chat/completions", (prompt, stream) => GateTexts.OpenAiChat(prompt, stream),
            ["\"finish_reason\":\"", "[DONE]"]),
        new("responses", "/v1/responses", GateTexts.Responses,
            ["response.completed", "response.incomplete", "response.failed", "[DONE]"]),
        new("anthropic", "/v1/messages", GateTexts.AnthropicMessage, ["message_delta", "message_stop"]),
        new("ollama", "/api/chat", GateTexts.OllamaChat, ["\"done\":true"]),
    ];

    public static TheoryData<string> Names { get; } = [.. All.Select(dialect => dialect.Name)];

    public static TheoryData<string, bool> NamesStreamedAndWhole { get; } =
        [.. All.SelectMany(dialect => new[] { (dialect.Name, true), (dialect.Name, false) })];

    public static GateDialect Of(string name) => All.Single(dialect => dialect.Name == name);

    /// <summary>Fails if anything in the text could tell a client that the answer is whole.</summary>
    public void HasNoEnd(string text) =>
        Assert.All(TerminalMarks, mark => Assert.DoesNotContain(mark, text, StringComparison.Ordinal));

    /// <summary>Fails unless the text is, or ends in, an error that this dialect's clients see as one.</summary>
    public void HasError(string text) => Assert.Contains(
        Name == "ollama" ? "{\"error\":\"" : "\"error\":{", text, StringComparison.Ordinal);
}
