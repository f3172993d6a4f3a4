namespace Gatehouse.Tests.Clients;

/// <summary>A stream that broke must not look like one that ended.</summary>
public sealed class ClientBrokenStreamTests(ClientStage stage) : IClassFixture<ClientStage>
{
    private const string Cut = "[[tokens=5 delay-token=5 cut-after=2]]";
    private const string Failed = "[[tokens=5 delay-token=5 error-after=2]]";

    [Theory]
    [InlineData("openai", "chat-stream", Cut)]
    [InlineData("openai", "chat-stream", Failed)]
    [InlineData("openai", "responses-stream", Cut)]
    [InlineData("ollama", "chat-stream", Cut)]
    [InlineData("ollama", "chat-stream", Failed)]
    [InlineData("ollama", "generate-stream", Cut)]
    [InlineData("anthropic", "message-stream", Cut)]
    [InlineData("anthropic", "message-stream", Failed)]
    [InlineData("ai-sdk", "chat-stream", Cut)]
    [InlineData("ai-sdk", "chat-stream", Failed)]
    public async Task A_broken_stream_reaches_user_code_as_an_exception(string client, string name, string prompt)
    {
        var outcomes = await stage.RunAsync(client, new ClientStep(name) { Prompt = prompt, Retries = 0 });

        Assert.False(Assert.Single(outcomes).Succeeded, $"{client} took a broken stream for a whole one.");
    }

    [Fact]
    public async Task A_response_that_the_gate_breaks_off_says_why_in_the_exception()
    {
        var step = new ClientStep("responses-stream") { Prompt = Cut, Model = "gpt-4o-mini", Retries = 0 };
        var outcome = Assert.Single(await stage.RunAsync("openai", step));

        Assert.Contains("APIError", outcome.ErrorClasses);
        Assert.Equal("upstream_truncated", outcome.ErrorCode);
    }
}
