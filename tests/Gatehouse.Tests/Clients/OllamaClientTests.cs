using System.Text.Json;

namespace Gatehouse.Tests.Clients;

public sealed class OllamaClientTests(ClientStage stage) : IClassFixture<ClientStage>
{
    private static readonly string[] Cases =
    [
        "models", "running", "version", "show", "chat", "chat-stream", "generate", "generate-stream", "tools",
        "tools-stream", "embeddings", "embeddings-old",
    ];

    [Fact]
    public async Task The_ollama_client_lists_models()
    {
        var models = (await RunAsync("models")).Result.EnumerateArray().Select(one => one.GetString());

        Assert.Contains("llama3.2:3b", models);
    }

    [Fact]
    public async Task The_ollama_client_asks_for_the_version_and_for_running_models()
    {
        Assert.NotEqual("", (await RunAsync("version")).Result.GetString());
        Assert.Equal(JsonValueKind.Array, (await RunAsync("running")).Result.ValueKind);
    }

    [Fact]
    public async Task The_ollama_client_is_shown_what_a_model_can_do()
    {
        var capabilities = (await RunAsync("show")).Result.GetProperty("capabilities").EnumerateArray();

        Assert.Contains("completion", capabilities.Select(one => one.GetString()));
    }

    [Theory]
    [InlineData("chat")]
    [InlineData("generate")]
    public async Task The_ollama_client_reads_a_whole_answer(string wanted)
    {
        var answer = (await RunAsync(wanted)).Result;

        Assert.Equal(ClientTexts.Hello, answer.GetProperty("text").GetString());
        Assert.True(answer.GetProperty("done").GetBoolean());
    }

    [Theory]
    [InlineData("chat-stream")]
    [InlineData("generate-stream")]
    public async Task The_ollama_client_streams_an_answer_to_its_last_line(string wanted)
    {
        var answer = (await RunAsync(wanted)).Result;

        Assert.Equal(ClientTexts.Hello, answer.GetProperty("text").GetString());
        Assert.True(answer.GetProperty("done").GetBoolean());
        Assert.Equal("stop", answer.GetProperty("reason").GetString());
        Assert.True(answer.GetProperty("tokens").GetInt32() > 0);
        Assert.True(answer.GetProperty("lines").GetInt32() > 10, "The stream came in one piece.");
    }

    [Fact]
    public async Task The_ollama_client_reads_tool_calls_streamed_and_whole()
    {
        var whole = Assert.Single((await RunAsync("tools")).Result.EnumerateArray());
        var streamed = Assert.Single((await RunAsync("tools-stream")).Result.GetProperty("tools").EnumerateArray());

        Assert.All([whole, streamed], call =>
        {
            Assert.Equal("weather", call.GetProperty("name").GetString());
            Assert.Equal("Zürich", call.GetProperty("arguments").GetProperty("city").GetString());
        });
    }

    [Fact]
    public async Task The_ollama_client_gets_embeddings_by_both_routes()
    {
        var several = (await RunAsync("embeddings")).Result;
        var one = (await RunAsync("embeddings-old")).Result;

        Assert.Equal(2, several.GetArrayLength());
        Assert.Equal(
            several[1].EnumerateArray().Select(number => number.GetDouble()),
            one.EnumerateArray().Select(number => number.GetDouble()));
    }

    [Fact]
    public async Task The_ollama_client_can_leave_a_stream()
    {
        var step = new ClientStep("abort") { Prompt = ClientTexts.Endless };

        await ClientChecks.LeftAsync(stage, Assert.Single(await stage.RunAsync("ollama", step)));
    }

    private Task<ClientOutcome> RunAsync(string wanted) => stage.SucceededAsync("ollama", Cases, wanted);
}
