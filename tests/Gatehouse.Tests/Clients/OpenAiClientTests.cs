namespace Gatehouse.Tests.Clients;

/// <summary>The newest major of the client.</summary>
public sealed class OpenAiClientTests(ClientStage stage) : OpenAiClient(stage, "openai");

/// <summary>The previous major, which people still run.</summary>
public sealed class PreviousOpenAiClientTests(ClientStage stage) : OpenAiClient(stage, "openai:previous");

public abstract class OpenAiClient(ClientStage stage, string client) : IClassFixture<ClientStage>
{
    private const string Arguments = """{"city":"Zürich","days":21}""";

    private static readonly string[] Cases =
    [
        "models", "chat", "chat-choices", "chat-stream", "chat-stream-usage", "tools", "tools-stream", "tools-turn",
        "completions", "responses", "responses-stream", "responses-tools", "embeddings", "embeddings-float",
    ];

    [Fact]
    public async Task The_openai_client_lists_models()
    {
        var models = (await RunAsync("models")).Result.EnumerateArray().Select(one => one.GetString());

        Assert.Contains("llama3.2:3b", models);
    }

    [Fact]
    public async Task The_openai_client_reads_a_chat_answer_with_its_usage()
    {
        var answer = (await RunAsync("chat")).Result;

        Assert.Equal(ClientTexts.Hello, answer.GetProperty("text").GetString());
        Assert.Equal("stop", answer.GetProperty("finish").GetString());
        Assert.True(answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32() > 0);
    }

    [Fact]
    public async Task The_openai_client_reads_every_choice()
    {
        var choices = (await RunAsync("chat-choices")).Result.EnumerateArray().Select(one => one.GetString());

        Assert.Equal([ClientTexts.Hello, ClientTexts.Hello], choices);
    }

    [Fact]
    public async Task The_openai_client_streams_a_chat_answer_under_one_id()
    {
        var answer = (await RunAsync("chat-stream")).Result;

        Assert.Equal(ClientTexts.Hello, answer.GetProperty("text").GetString());
        Assert.Equal("stop", answer.GetProperty("finish").GetString());
        Assert.Equal(1, answer.GetProperty("ids").GetInt32());
        Assert.True(answer.GetProperty("chunks").GetInt32() > 10, "The stream came in one piece.");
    }

    [Fact]
    public async Task The_openai_client_gets_usage_in_a_stream_only_when_it_asked()
    {
        var asked = (await RunAsync("chat-stream-usage")).Result.GetProperty("usage");
        var silent = (await RunAsync("chat-stream")).Result.GetProperty("usage");

        Assert.True(asked.GetProperty("total_tokens").GetInt32() > 0);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, silent.ValueKind);
    }

    [Fact]
    public async Task The_openai_client_reads_a_tool_call()
    {
        var call = (await RunAsync("tools")).Result;

        Assert.Equal("weather", call.GetProperty("name").GetString());
        Assert.Equal(Arguments, call.GetProperty("arguments").GetString());
        Assert.Equal("tool_calls", call.GetProperty("finish").GetString());
    }

    [Fact]
    public async Task The_openai_client_joins_a_streamed_tool_call()
    {
        var answer = (await RunAsync("tools-stream")).Result;
        var call = Assert.Single(answer.GetProperty("tools").EnumerateArray());

        Assert.Equal("weather", call.GetProperty("name").GetString());
        Assert.Equal(Arguments, call.GetProperty("arguments").GetString());
        Assert.Equal("tool_calls", answer.GetProperty("finish").GetString());
    }

    [Fact]
    public async Task The_openai_client_gets_text_after_it_sent_a_tools_result()
    {
        var answer = (await RunAsync("tools-turn")).Result;

        Assert.NotEqual("", answer.GetProperty("text").GetString());
        Assert.Equal("stop", answer.GetProperty("finish").GetString());
    }

    [Fact]
    public async Task The_openai_client_reads_a_text_completion() =>
        Assert.Equal(ClientTexts.Hello, (await RunAsync("completions")).Result.GetString());

    [Fact]
    public async Task The_openai_client_reads_a_response()
    {
        var answer = (await RunAsync("responses")).Result;

        Assert.Equal(ClientTexts.Hello, answer.GetProperty("text").GetString());
        Assert.Equal("completed", answer.GetProperty("status").GetString());
    }

    [Fact]
    public async Task The_openai_client_streams_a_response_with_its_events_in_order()
    {
        var answer = (await RunAsync("responses-stream")).Result;

        Assert.Equal(ClientTexts.Hello, answer.GetProperty("text").GetString());
        Assert.Equal(ClientTexts.Hello, answer.GetProperty("completed").GetString());
        Assert.Equal(
            [
                "response.created", "response.in_progress", "response.output_item.added",
                "response.content_part.added", "response.output_text.delta", "response.output_text.done",
                "response.content_part.done", "response.output_item.done", "response.completed",
            ],
            answer.GetProperty("types").EnumerateArray().Select(one => one.GetString()));
    }

    [Fact]
    public async Task The_openai_client_reads_a_function_call_of_a_response()
    {
        var call = (await RunAsync("responses-tools")).Result;

        Assert.Equal("function_call", call.GetProperty("type").GetString());
        Assert.Equal(Arguments, call.GetProperty("arguments").GetString());
    }

    [Fact]
    public async Task The_openai_client_gets_the_same_embedding_packed_and_as_numbers()
    {
        var packed = (await RunAsync("embeddings")).Result;
        var numbers = (await RunAsync("embeddings-float")).Result[0].EnumerateArray().Select(one => one.GetSingle());

        Assert.Equal(2, packed.GetArrayLength());
        Assert.Equal(numbers, packed[1].EnumerateArray().Select(one => one.GetSingle()));
    }

    [Fact]
    public async Task The_openai_client_can_leave_a_stream()
    {
        var step = new ClientStep("abort") { Prompt = ClientTexts.Endless };

        await ClientChecks.LeftAsync(stage, Assert.Single(await stage.RunAsync(client, step)));
    }

    [Fact]
    public async Task The_openai_client_can_leave_a_call_before_its_answer()
    {
        var outcome = Assert.Single(await stage.RunAsync(client, new ClientStep("abort-whole")));

        Assert.Contains("APIUserAbortError", outcome.ErrorClasses);
        await ClientChecks.ModelSawItGoAsync(stage, call => call.FramesSent == 0);
    }

    [Fact]
    public async Task Every_call_that_the_openai_client_saw_end_is_on_record_as_completed()
    {
        await RunAsync("chat");
        var outcomes = await stage.RunAsync(client, [.. Cases.Select(name => new ClientStep(name))]);
        var calls = outcomes.Where(one => one.Case != "models").SelectMany(one => one.Attempts.EnumerateArray())
            .Select(attempt => attempt.GetProperty("exchange").GetString()).ToList();

        Assert.True(calls.Count >= Cases.Length, $"{calls.Count} calls");
        var recorded = stage.Gate.Exchanges().ToDictionary(row => row.Id, row => row.Outcome);
        Assert.All(calls, call => Assert.Equal("completed", recorded[call!]));
    }

    private Task<ClientOutcome> RunAsync(string wanted) => stage.SucceededAsync(client, Cases, wanted);
}
