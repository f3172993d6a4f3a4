using System.Text;
using Gatehouse.Core.Ledger;
using Gatehouse.Storage;

namespace Gatehouse.Tests.Gate;

/// <summary>The rest of what a caller sees on the wire.</summary>
public sealed class WireTests(WireStage stage) : IClassFixture<WireStage>
{
    [Fact]
    public async Task Every_answer_names_its_exchange_and_no_two_the_same()
    {
        var ids = new List<string>();
        foreach (var (method, path, body, token) in new[]
        {
            ("GET", "/", null, stage.Token), ("GET", "/v1/models", null, stage.Token),
            ("GET", "/nothing", null, stage.Token),
            ("POST", "/v1/chat/completions", GateTexts.OpenAiChat("hello"), stage.Token),
            ("POST", "/v1/chat/completions", GateTexts.OpenAiChat("hello", stream: true), stage.Token),
            ("POST", "/v1/chat/completions", GateTexts.OpenAiChat("[[status=500]]"), stage.Token),
            ("POST", "/v1/chat/completions", GateTexts.OpenAiChat("hello", model: "dead"), stage.Token),
            ("POST", "/v1/chat/completions", "{", stage.Token), ("PUT", "/v1/models", null, stage.Token),
            ("POST", "/v1/chat/completions", GateTexts.OpenAiChat("hello"), "junk"), ("HEAD", "/", null, stage.Token),
        })
        {
            using var response = await stage.Gate.SendAsync(new HttpMethod(method), path, body, token);
            ids.Add(response.Headers.GetValues("X-Gatehouse-Exchange").Single());
            if (response.StatusCode != System.Net.HttpStatusCode.OK)
                Assert.Equal("no-store", response.Headers.CacheControl?.ToString() ?? "no-store");
        }

        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Matches("^[a-z]+_[0-9a-f-]{32,36}$", id));
    }

    [Theory]
    [InlineData("/", 200)]
    [InlineData("/api/tags", 200)]
    [InlineData("/api/version", 200)]
    [InlineData("/v1/chat/completions", 405)]
    [InlineData("/nothing", 404)]
    public async Task An_answer_to_head_has_no_body(string path, int status)
    {
        using var caller = await RawCaller.ConnectAsync(stage.Gate.Server.GateAddress);
        await caller.SendAsync(
            $"HEAD {path} HTTP/1.1\r\nHost: gate\r\nAuthorization: Bearer {stage.Token}\r\nConnection: close\r\n\r\n");
        var answer = await caller.ReceiveToEndAsync();

        Assert.StartsWith($"HTTP/1.1 {status}", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/messages?beta=true", "?beta=true")]
    [InlineData("/v1/messages?key=sk-secret&beta=true&api-version=2026-10-21#x", "?beta=true&api-version=2026-10-21")]
    [InlineData("/v1/messages?beta=%3f&tools=x&api_base=http://evil", "")]
    [InlineData("/v1/messages?", "")]
    public async Task Of_a_query_only_what_is_known_goes_upstream_and_on_record(string target, string query)
    {
        using var answer = await stage.Gate.PostAsync(target, GateTexts.AnthropicMessage("hi"), stage.Token,
            ("x-claude-code-session-id", "21c75797-2e92"), ("x-claude-code-agent-id", "a <b>"));

        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("/v1/messages" + query, stage.LastCall().Path);
        Assert.Equal("21c75797-2e92", stage.LastCall().Header("x-claude-code-session-id"));
        var id = answer.Headers.GetValues("X-Gatehouse-Exchange").Single();
        using var reader = LedgerReader.OpenReadOnly(stage.Gate.Server.Home);
        var row = stage.Gate.Exchanges().Single(one => one.Id == id);
        var facts = ((RequestEntry)reader.FindEntry(row.Index)!.Leaf!.Entry).Call;
        Assert.Equal((query, "21c75797-2e92", null), (facts.Query ?? "", facts.Session, facts.Agent));
    }

    [Fact]
    public async Task A_websocket_is_refused_so_that_clients_fall_back_to_http()
    {
        using var caller = await RawCaller.ConnectAsync(stage.Gate.Server.GateAddress);

        await caller.SendAsync($"GET /v1/responses HTTP/1.1\r\nHost: gate\r\nAuthorization: Bearer {stage.Token}\r\n"
            + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");

        var answer = await caller.ReceiveUntilAsync("\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 426", answer, StringComparison.Ordinal);
        Assert.Contains("X-Gatehouse-Reason: websocket", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_reader_slows_the_model_and_then_gets_everything()
    {
        const int bytes = 30 * 1024 * 1024;
        using var caller = await RawCaller.ConnectAsync(stage.Gate.Server.GateAddress, receiveBufferBytes: 8 * 1024);
        await caller.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat($"[[huge={bytes}]]", stream: true), stage.Token,
            "Connection: close\r\n");
        await caller.ReceiveUntilAsync("200 OK");
        var sent = -1L;
        for (var tries = 0; tries < 40 && sent != stage.LastCall().BytesSent; tries++)
        {
            sent = stage.LastCall().BytesSent;
            await Task.Delay(250, TestContext.Current.CancellationToken);
        }

        // Sockets on both sides of the gate buffer some megabytes; the rest waits in the model.
        Assert.InRange(sent, 1, bytes - 4 * 1024 * 1024);
        Assert.Null(stage.LastCall().EndedMs);
        var all = await caller.ReceiveToEndAsync();
        Assert.InRange(all.Length, bytes, int.MaxValue);
        Assert.EndsWith("0\r\n\r\n", all, StringComparison.Ordinal);
        Assert.Equal("completed", (await stage.Gate.EndedAsync(stage.Gate.Exchanges()[^1].Id)).Outcome);
    }

    [Fact]
    public async Task A_stream_begins_at_the_caller_before_it_ends_at_the_model()
    {
        using var caller = await RawCaller.ConnectAsync(stage.Gate.Server.GateAddress);
        await caller.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat("[[delay-first=300 tokens=3 delay-token=300]]", stream: true),
            stage.Token);

        await caller.ReceiveUntilAsync("\r\n\r\n");
        Assert.Equal(0, stage.LastCall().FramesSent);
        await caller.ReceiveUntilAsync("word0");
        Assert.InRange(stage.LastCall().FramesSent, 0, 2);
        await caller.ReceiveUntilAsync("[DONE]");
    }

    [Fact]
    public async Task Two_calls_on_one_connection_do_not_see_each_other()
    {
        using var caller = await RawCaller.ConnectAsync(stage.Gate.Server.GateAddress);
        var second = GateTexts.OpenAiChat("[[tokens=2]]");
        await caller.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("[[tokens=1]]"), stage.Token);
        await caller.SendAsync(
            $"POST /v1/chat/completions HTTP/1.1\r\nHost: gate\r\nAuthorization: Bearer none\r\nConnection: close\r\n"
            + $"Content-Length: {Encoding.UTF8.GetByteCount(second)}\r\n\r\n{second}");
        var both = await caller.ReceiveToEndAsync();

        Assert.StartsWith("HTTP/1.1 200", both, StringComparison.Ordinal);
        Assert.Contains("HTTP/1.1 401", both, StringComparison.Ordinal);
        Assert.DoesNotContain("word1", both, StringComparison.Ordinal);
    }
}
