namespace Gatehouse.Tests.Clients;

/// <summary>The newest major of the client.</summary>
public sealed class AiSdkClientTests(ClientStage stage) : AiSdkClient(stage, "ai-sdk");

/// <summary>The previous major, which people still run.</summary>
public sealed class PreviousAiSdkClientTests(ClientStage stage) : AiSdkClient(stage, "ai-sdk:previous");

public abstract class AiSdkClient(ClientStage stage, string client) : IClassFixture<ClientStage>
{
    private static readonly string[] Cases =
    [
        "chat", "chat-stream", "responses", "responses-stream", "tools", "tools-stream", "responses-tools",
        "responses-tools-stream", "embeddings",
    ];

    [Theory]
    [InlineData("chat")]
    [InlineData("chat-stream")]
    [InlineData("responses")]
    [InlineData("responses-stream")]
    public async Task The_ai_sdk_reads_text_by_either_route_streamed_and_whole(string wanted)
    {
        var answer = (await RunAsync(wanted)).Result;

        Assert.Equal(ClientTexts.Hello, answer.GetProperty("text").GetString());
        Assert.Equal("stop", answer.GetProperty("finish").GetString());
        Assert.True(answer.GetProperty("usage").GetProperty("outputTokens").GetInt32() > 0);
    }

    [Theory]
    [InlineData("tools")]
    [InlineData("tools-stream")]
    [InlineData("responses-tools")]
    [InlineData("responses-tools-stream")]
    public async Task The_ai_sdk_reads_a_tool_call_by_either_route_streamed_and_whole(string wanted)
    {
        var call = Assert.Single((await RunAsync(wanted)).Result.GetProperty("tools").EnumerateArray());

        Assert.Equal("weather", call.GetProperty("name").GetString());
        Assert.Equal("Zürich", call.GetProperty("input").GetProperty("city").GetString());
    }

    [Fact]
    public async Task The_ai_sdk_gets_embeddings() =>
        Assert.Equal(2, (await RunAsync("embeddings")).Result.GetArrayLength());

    [Fact]
    public async Task The_ai_sdk_can_leave_a_stream()
    {
        var step = new ClientStep("abort") { Prompt = ClientTexts.Endless };

        await ClientChecks.LeftAsync(stage, Assert.Single(await stage.RunAsync(client, step)));
    }

    private Task<ClientOutcome> RunAsync(string wanted) => stage.SucceededAsync(client, Cases, wanted);
}
