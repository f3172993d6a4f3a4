namespace Gatehouse.Tests.Clients;

/// <summary>The newest major of the client.</summary>
public sealed class AnthropicClientTests(ClientStage stage) : AnthropicClient(stage, "anthropic");

/// <summary>The previous major, which people still run.</summary>
public sealed class PreviousAnthropicClientTests(ClientStage stage) : AnthropicClient(stage, "anthropic:previous");

public abstract class AnthropicClient(ClientStage stage, string client) : IClassFixture<ClientStage>
{
    private static readonly string[] Cases =
        ["models", "message", "message-stream", "tools", "tools-stream", "tools-turn"];

    [Fact]
    public async Task The_anthropic_client_lists_models()
    {
        var models = (await RunAsync("models")).Result.EnumerateArray().Select(one => one.GetString());

        Assert.Contains("llama3.2:3b", models);
    }

    [Theory]
    [InlineData("message")]
    [InlineData("message-stream")]
    public async Task The_anthropic_client_reads_a_message_streamed_and_whole(string wanted)
    {
        var answer = (await RunAsync(wanted)).Result;

        Assert.Equal(ClientTexts.Hello, answer.GetProperty("text").GetString());
        Assert.Equal("end_turn", answer.GetProperty("stop").GetString());
        Assert.True(answer.GetProperty("usage").GetProperty("output_tokens").GetInt32() > 1);
    }

    [Fact]
    public async Task The_anthropic_client_sees_the_events_of_a_stream_in_order()
    {
        var types = (await RunAsync("message-stream")).Result.GetProperty("types").EnumerateArray();

        Assert.Equal(
            [
                "message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta",
                "message_stop",
            ],
            types.Select(one => one.GetString()));
    }

    [Theory]
    [InlineData("tools")]
    [InlineData("tools-stream")]
    public async Task The_anthropic_client_reads_a_tool_call_streamed_and_whole(string wanted)
    {
        var answer = (await RunAsync(wanted)).Result;
        var call = Assert.Single(answer.GetProperty("tools").EnumerateArray());

        Assert.Equal("weather", call.GetProperty("name").GetString());
        Assert.Equal("Zürich", call.GetProperty("input").GetProperty("city").GetString());
        Assert.Equal("tool_use", answer.GetProperty("stop").GetString());
    }

    [Fact]
    public async Task The_anthropic_client_gets_text_after_it_sent_a_tools_result() =>
        Assert.Equal("end_turn", (await RunAsync("tools-turn")).Result.GetProperty("stop").GetString());

    [Fact]
    public async Task The_anthropic_client_counts_tokens()
    {
        // Ollama takes messages and does not count tokens: this call needs a model of Anthropic's own.
        var step = new ClientStep("count-tokens") { Model = "claude-haiku-4-5" };
        var outcome = Assert.Single(await stage.RunAsync(client, step));

        Assert.True(outcome.Succeeded, $"{outcome.Error}");
        Assert.True(outcome.Result.GetInt32() > 0);
    }

    [Theory]
    [InlineData("bearer")]
    [InlineData("key")]
    public async Task The_anthropic_client_is_served_with_either_header(string carrier)
    {
        var outcome = Assert.Single(await stage.RunAsync(client, new ClientStep("message") { Carrier = carrier }));

        Assert.True(outcome.Succeeded, $"{outcome.Error}");
    }

    [Fact]
    public async Task The_anthropic_client_can_leave_a_stream()
    {
        var step = new ClientStep("abort") { Prompt = ClientTexts.Endless };

        await ClientChecks.LeftAsync(stage, Assert.Single(await stage.RunAsync(client, step)));
    }

    private Task<ClientOutcome> RunAsync(string wanted) => stage.SucceededAsync(client, Cases, wanted);
}
