namespace Gatehouse.Tests.Gate;

/// <summary>What an upstream says cannot break the record or pass for an end that it is not.</summary>
public sealed class HostileAnswerTests(WireStage wire) : IClassFixture<WireStage>
{
    private const string Telling = "model-key-0123456789";

    [Theory]
    [InlineData("9007199254740993", "9223372036854775807")]
    [InlineData("9223372036854775807", "1")]
    [InlineData("99999999999999999999999", "5")]
    public async Task Huge_usage_numbers_still_give_a_completed_outcome_on_record(string input, string output)
    {
        await using var upstream = new HostileUpstream("application/json",
            "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"gpt-4o-mini\",\"choices\":[{"
            + "\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"hi\"},"
            + "\"finish_reason\":\"stop\"}],\"usage\":{"
            + $"\"prompt_tokens\":{input},\"completion_tokens\":{output},\"total_tokens\":5}}}}");
        await using var stage = await StartAsync(upstream);

        using var response = await stage.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat("hello"), await stage.TokenAsync("all"));
        var answer = await WireAnswer.ReadAsync(response);

        Assert.Equal(200, answer.Status);
        var row = await stage.EndedAsync(response.Headers.GetValues("X-Gatehouse-Exchange").Single());
        Assert.Equal("completed", row.Outcome);
    }

    [Theory]
    [InlineData("message\\u005fstop")]
    [InlineData("message_delt\\u0061")]
    [InlineData("\\u0065rror")]
    public async Task An_Anthropic_event_whose_type_is_escaped_is_no_clean_end(string type)
    {
        await using var upstream = new HostileUpstream("text/event-stream",
            Event("message_start", ",\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\","
                + "\"content\":[],\"model\":\"claude-haiku-4-5\",\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}")
            + Delta("first") + $"data: {{\"type\":\"{type}\",\"delta\":{{\"stop_reason\":\"end_turn\"}}}}\n\n"
            + Delta("hidden-tail") + Event("message_stop", ""));

        await AssertNotCleanAsync(upstream, "/v1/messages", GateTexts.AnthropicMessage("hello", stream: true), type);

        static string Delta(string text) => Event("content_block_delta",
            $",\"index\":0,\"delta\":{{\"type\":\"text_delta\",\"text\":\"{text}\"}}");
    }

    [Fact]
    public async Task A_Responses_event_whose_type_is_escaped_is_no_clean_end()
    {
        const string type = "response.complet\\u0065d";
        await using var upstream = new HostileUpstream("text/event-stream",
            Event("response.created", ",\"response\":{\"id\":\"r\",\"status\":\"in_progress\"}") + Delta("first")
            + $"data: {{\"type\":\"{type}\",\"response\":{{\"id\":\"r\"}}}}\n\n" + Delta("hidden-tail")
            + Event("response.completed", ",\"response\":{\"id\":\"r\",\"status\":\"completed\"}"));

        await AssertNotCleanAsync(upstream, "/v1/responses", GateTexts.Responses("hello", stream: true), type);

        static string Delta(string text) => Event("response.output_text.delta", $",\"delta\":\"{text}\"");
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("responses")]
    [InlineData("anthropic")]
    public async Task A_credential_that_a_stream_echoes_is_neither_delivered_nor_kept(string name)
    {
        var dialect = GateDialect.Of(name);
        using var response = await wire.Gate.PostAsync(dialect.Path, dialect.Body("[[echo]]", true), wire.Token);
        var answer = await WireAnswer.ReadAsync(response);
        var row = await wire.RowAsync(response);
        var payloads = await wire.Gate.ActAsync("ledger.payload", ("id", row.Id));

        Assert.True(answer.Broke || answer.Status != 200, "The answer ended as if it were whole.");
        Assert.NotEqual("completed", row.Outcome);
        Assert.DoesNotContain(Telling, answer.Text, StringComparison.Ordinal);
        Assert.NotEmpty(payloads);
        Assert.All(payloads, payload => Assert.DoesNotContain(Telling, payload.ToString(), StringComparison.Ordinal));
    }

    private static async Task AssertNotCleanAsync(HostileUpstream upstream, string path, string body, string type)
    {
        await using var stage = await StartAsync(upstream);
        using var response = await stage.PostAsync(path, body, await stage.TokenAsync("all"));
        var answer = await WireAnswer.ReadAsync(response);
        var row = await stage.EndedAsync(response.Headers.GetValues("X-Gatehouse-Exchange").Single());

        Assert.NotEqual("completed", row.Outcome);
        Assert.DoesNotContain(type, answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden-tail", answer.Text, StringComparison.Ordinal);
        Assert.True(answer.Broke || answer.Status != 200, answer.Text);
    }

    private static Task<GateStage> StartAsync(HostileUpstream upstream) => GateStage.StartAsync(
        HostileEstate.Of(("all", "")).Replace("{model}", upstream.Address, StringComparison.Ordinal));

    private static string Event(string type, string more) => $"event: {type}\ndata: {{\"type\":\"{type}\"{more}}}\n\n";
}
