using System.Text;

namespace Gatehouse.Tests.Gate;

/// <summary>
/// Streams pass while they come, however a server labels and marks them: in each test the model waits until the caller
/// has read what was sent before.
/// </summary>
public sealed class FlowingStreamTests(WireUpstreamStage stage) : IClassFixture<WireUpstreamStage>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly string[] Words = ["alpha", "beta", "gamma", "delta"];

    [Fact]
    public async Task Progress_of_a_pull_reaches_its_caller_as_it_comes()
    {
        string[] lines =
        [
            """{"status":"pulling manifest"}""",
            """{"status":"pulling abc","digest":"sha256:abc","total":9,"completed":1}""",
            """{"status":"pulling abc","digest":"sha256:abc","total":9,"completed":5}""",
            """{"status":"pulling abc","digest":"sha256:abc","total":9,"completed":9}""",
            """{"status":"success"}""",
        ];
        var answer = await FlowAsync(
            "llama", "/api/pull", "/api/pull", "application/x-ndjson", lines.Select(line => line + "\n"), 4);

        Assert.Equal(string.Join('\n', lines) + "\n", answer.Text);
        var row = await stage.Gate.EndedAsync(answer.Exchange);
        Assert.Equal(("completed", "manages-models,progress-condensed"), (row.Outcome, row.Flags));
        Assert.Equal(answer.Text.Length, row.BytesDelivered);
        var kept = await stage.Gate.ActAsync("ledger.payload", ("id", row.Id));
        Assert.DoesNotContain(
            kept, payload => payload.ToString().Contains("completed\\\":5", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    [InlineData("text/event-stream")]
    [InlineData("application/x-ndjson; charset=utf-8")]
    public async Task Lines_of_JSON_are_a_stream_under_any_type(string type)
    {
        var lines = Words.Select(word => $$$"""{"model":"lines","message":{"content":"{{{word}}}"},"done":false}""")
            .Append("""{"model":"lines","message":{"content":""},"done":true,"eval_count":4}""");
        var answer = await FlowAsync("llama", "/api/chat", "lines", type, lines.Select(line => line + "\n"), 4);

        Assert.Equal("completed", (await stage.Gate.EndedAsync(answer.Exchange)).Outcome);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("Text/Event-Stream")]
    [InlineData("application/octet-stream")]
    public async Task Server_sent_events_are_a_stream_under_any_type(string type)
    {
        var events = Words.Select(word => Chunk(0, word)).Append(Chunk(0, "", "stop")).Append("data: [DONE]\n\n");
        var answer = await FlowAsync("open", "/v1/chat/completions", "events", type, events, 4);

        Assert.Equal("completed", (await stage.Gate.EndedAsync(answer.Exchange)).Outcome);
    }

    [Fact]
    public async Task A_reason_to_finish_in_every_chunk_withholds_one_chunk_at_a_time()
    {
        var events = Words.Select(word => Chunk(0, word, "stop")).Append("data: [DONE]\n\n");

        var answer = await FlowAsync(
            "open", "/v1/chat/completions", "finishing", "text/event-stream", events, 4, behind: 1);

        Assert.Equal("completed", (await stage.Gate.EndedAsync(answer.Exchange)).Outcome);
    }

    [Fact]
    public async Task Of_several_choices_one_that_ends_early_withholds_nothing_of_the_others()
    {
        string[] events =
        [
            Chunk(0, "short"), Chunk(1, "long"), Chunk(0, "", "stop"), Chunk(1, "er"), Chunk(1, " still"),
            Chunk(1, "", "stop"), "data: [DONE]\n\n",
        ];
        await FlowAsync("open", "/v1/chat/completions", "choices", "text/event-stream", events, 5);

        // The second choice begins after the first has ended: what was withheld until then goes out with it.
        string[] after =
            [Chunk(0, "short"), Chunk(0, "", "stop"), Chunk(1, "late"), Chunk(1, "r"), Chunk(1, "", "stop")];
        await FlowAsync(
            "open", "/v1/chat/completions", "late-choices", "text/event-stream", [.. after, "data: [DONE]\n\n"], 4,
            behind: 1);
    }

    [Fact]
    public async Task Events_with_empty_data_are_heartbeats()
    {
        string[] events =
            ["data: \n\n", "event: ping\ndata: \n\n", "data:\n\n", ": still here\n\n", Chunk(0, "word"),
             Chunk(0, "", "stop") + "data: [DONE]\n\n"];
        var answer = await FlowAsync("open", "/v1/chat/completions", "beating", "text/event-stream", events, 5);

        Assert.Equal("completed", (await stage.Gate.EndedAsync(answer.Exchange)).Outcome);
    }

    [Fact]
    public async Task An_answer_in_one_piece_stays_one_whole_although_a_stream_was_asked_for()
    {
        const string pretty = "{\n  \"model\": \"pretty\",\n  \"message\": { \"content\": \"hi\" },\n"
            + "  \"done\": true\n}\n";
        stage.Upstream.OnJson("pretty", pretty);

        foreach (var job in (string[])["llama", "open"])
        {
            using var response = await stage.ChatAsync(job, "pretty", stream: true);
            var answer = await WireAnswer.ReadAsync(response);
            Assert.Equal((200, pretty), (answer.Status, answer.Text));
            Assert.Equal(pretty.Length, response.Content.Headers.ContentLength);
            Assert.Equal("completed", (await stage.RowAsync(response)).Outcome);
        }
    }

    [Fact]
    public async Task An_error_in_the_form_of_a_stream_passes_as_it_is()
    {
        const string text = "data: {\"error\":{\"message\":\"context length exceeded\"}}\n\n";
        stage.Upstream.On(
            "too-long", "400 Bad Request\r\nContent-Type: text/event-stream", Encoding.UTF8.GetBytes(text));

        using var response = await stage.ChatAsync("open", "too-long", stream: true);
        var answer = await WireAnswer.ReadAsync(response);

        Assert.Equal((400, text), (answer.Status, answer.Text));
        Assert.Equal("upstream_error", (await stage.RowAsync(response)).Reason);
    }

    /// <summary>
    /// Sends the pieces, each of the first ones only when the caller has read the one before (or that many pieces
    /// before), and fails when a piece does not come while the model waits.
    /// </summary>
    private async Task<(string Text, string Exchange)> FlowAsync(
        string job, string path, string model, string type, IEnumerable<string> pieces, int waits, int behind = 0)
    {
        string[] all = [.. pieces];
        var seen = new SemaphoreSlim(0);
        stage.Upstream.On(model, async to =>
        {
            await WireUpstream.BeginAsync(to, type);
            for (var at = 0; at < all.Length; at++)
            {
                await WireUpstream.SayAsync(to, all[at]);
                if (at >= behind && at < waits && !await seen.WaitAsync(Patience)) return;
            }
        });
        using var response = await stage.PostAsync(job, path, model, stream: true);
        await using var body = await response.Content.ReadAsStreamAsync();
        var text = "";
        var buffer = new byte[4096];
        for (var at = behind; at < waits; at++)
        {
            var wanted = string.Concat(all[..(at + 1 - behind)]);
            using var limit = new CancellationTokenSource(Patience);
            while (text.Length < wanted.Length)
            {
                var read = await body.ReadAsync(buffer, limit.Token);
                Assert.True(read > 0, $"The answer ended after: {text}");
                text += Encoding.UTF8.GetString(buffer, 0, read);
            }
            Assert.StartsWith(wanted, text, StringComparison.Ordinal);
            seen.Release();
        }
        using var rest = new StreamReader(body);
        text += await rest.ReadToEndAsync();
        Assert.Equal(string.Concat(all), text);
        return (text, response.Headers.GetValues("X-Gatehouse-Exchange").Single());
    }

    private static string Chunk(int index, string content, string? finish = null)
        => $"data: {{\"id\":\"c\",\"model\":\"m\",\"choices\":[{{\"index\":{index},"
            + $"\"delta\":{{\"content\":\"{content}\"}},"
            + $"\"finish_reason\":{(finish is null ? "null" : $"\"{finish}\"")}}}]}}\n\n";
}
