using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace Gatehouse.Tests.Gate;

/// <summary>What is inspected is what is forwarded, whatever it came as.</summary>
public sealed class BodyTests(WireStage stage) : IClassFixture<WireStage>
{
    private const int BodyBytesMax = 32 * 1024 * 1024;

    /// <summary>Nothing a serialiser would write so: it shows whether the gate wrote the body anew.</summary>
    private static readonly byte[] Odd = Encoding.UTF8.GetBytes(
        " {\r\n\t\"messages\" : [ {\"content\":\"h\\u00e9llo \\/ \u00fc \ud83d\ude00\",\"role\":\"user\"} ] ,"
        + "\"seed\":1.50e+3, \"unknown\":{\"b\":[ ],\"a\":null} , \"mod\\u0065l\" :\"gpt-4o-mini\" } \n");

    [Fact]
    public async Task The_bytes_that_came_are_the_bytes_that_go_and_the_bytes_on_record()
    {
        using var response = await stage.ChatAsync(Odd);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(Odd, stage.LastCall().Body.ToArray());
        var payloads = await stage.PayloadsAsync(response);
        Assert.Equal(Odd, payloads["Received"]);
        Assert.Equal(Odd, payloads["Forwarded"]);
        var answer = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal(answer, payloads["Delivered"]);
        Assert.Equal(answer, payloads["Upstream"]);
    }

    [Fact]
    public async Task Only_the_models_name_changes_when_it_is_called_by_its_key()
    {
        var asked = Encoding.UTF8.GetString(Odd).Replace("\"gpt-4o-mini\"", "\"g\\u0070t\"", StringComparison.Ordinal);
        using var response = await stage.ChatAsync(Encoding.UTF8.GetBytes(asked));

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(Odd, stage.LastCall().Body.ToArray());
        var payloads = await stage.PayloadsAsync(response);
        Assert.Equal(asked, Encoding.UTF8.GetString(payloads["Received"]));
        Assert.Equal(Odd, payloads["Forwarded"]);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("x-gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("zstd")]
    [InlineData("GZIP")]
    public async Task An_encoded_body_is_forwarded_plain(string encoding)
    {
        using var response = await stage.ChatAsync(Encode(Odd, encoding), encoding);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(Odd, stage.LastCall().Body.ToArray());
        Assert.Null(stage.LastCall().Header("content-encoding"));
        Assert.Equal(Odd, (await stage.PayloadsAsync(response))["Received"]);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("zstd")]
    public async Task A_small_body_that_unfolds_into_a_huge_one_is_refused(string encoding)
    {
        var calls = stage.Gate.Model.Calls.Count;
        var bomb = Encode(WireStage.ChatOf(BodyBytesMax + 1), encoding);
        Assert.InRange(bomb.Length, 1, 200_000);

        using var response = await stage.ChatAsync(bomb, encoding);

        Assert.Equal((413, "request_too_large"), ((int)response.StatusCode, RightsStage.ReasonOf(response)));
        Assert.Equal(calls, stage.Gate.Model.Calls.Count);
    }

    [Theory]
    [InlineData("compress")]
    [InlineData("gzip, br")]
    [InlineData("gzip,gzip")]
    [InlineData("*")]
    public async Task A_body_in_an_encoding_that_the_gate_does_not_know_is_a_415(string encoding)
    {
        using var response = await stage.ChatAsync(Encode(Odd, "gzip"), encoding);

        Assert.Equal((415, "unsupported_encoding"), ((int)response.StatusCode, RightsStage.ReasonOf(response)));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("zstd")]
    public async Task A_body_that_is_not_what_its_encoding_says_is_refused(string encoding)
    {
        var calls = stage.Gate.Model.Calls.Count;
        var whole = Encode(Odd, encoding);
        foreach (var broken in new[] { Odd, whole[..(whole.Length / 2)], [.. whole[..20], .. Odd], [] })
        {
            using var response = await stage.ChatAsync(broken, encoding);
            Assert.Contains((int)response.StatusCode, (int[])[400, 415]);
        }

        Assert.Equal(calls, stage.Gate.Model.Calls.Count);
        Assert.DoesNotContain(stage.Logs.Lines, line => line.Contains("failed in the gate", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_at_the_limit_passes_and_one_byte_more_does_not(bool chunked)
    {
        using var at = await stage.ChatAsync(WireStage.ChatOf(BodyBytesMax), chunked: chunked);
        var calls = stage.Gate.Model.Calls.Count;
        using var over = await stage.ChatAsync(WireStage.ChatOf(BodyBytesMax + 1), chunked: chunked);

        Assert.Equal(200, (int)at.StatusCode);
        Assert.Equal(BodyBytesMax, stage.LastCall().BodyBytes);
        Assert.Equal((413, "request_too_large"), ((int)over.StatusCode, RightsStage.ReasonOf(over)));
        Assert.Equal(calls, stage.Gate.Model.Calls.Count);
        Assert.Equal(0, stage.Gate.Server.Parts.BodyRoom.Used);
    }

    [Theory]
    [InlineData("Content-Length: 90\r\n\r\n{\"model\":", true)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", false)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\n{}\r\n", true)]
    public async Task A_body_that_ends_early_or_is_wrongly_chunked_is_the_callers_fault(string rest, bool ends)
    {
        var calls = stage.Gate.Model.Calls.Count;
        using var caller = await RawCaller.ConnectAsync(stage.Gate.Server.GateAddress);
        await caller.SendAsync(
            $"POST /v1/chat/completions HTTP/1.1\r\nHost: gate\r\nAuthorization: Bearer {stage.Token}\r\n{rest}");
        if (ends)
            caller.EndSending();
        var answer = await caller.ReceiveToEndAsync();

        Assert.DoesNotContain(" 500 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(" 200 ", answer, StringComparison.Ordinal);
        Assert.Equal(calls, stage.Gate.Model.Calls.Count);
        Assert.DoesNotContain(stage.Logs.Lines, line => line.Contains("failed in the gate", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"model":"gpt-4o-mini","model":"gpt-4o-mini","messages":[]}""", "ambiguous_json")]
    [InlineData("""{"model":"gpt-4o-mini","mod\u0065l":"other","messages":[]}""", "ambiguous_json")]
    [InlineData("""{"model":"gpt-4o-mini","messages":[{"role":"user","content":"a","content":"b"}]}""",
        "ambiguous_json")]
    [InlineData("""{"model":"gpt-4o-mini","stream":"yes","messages":[]}""", "malformed_request")]
    [InlineData("""{"model":"gpt-4o-mini"} {}""", "malformed_request")]
    [InlineData("""[{"model":"gpt-4o-mini"}]""", "malformed_request")]
    [InlineData("", "malformed_request")]
    public async Task A_body_that_two_readers_could_read_differently_is_refused(string body, string reason)
    {
        var calls = stage.Gate.Model.Calls.Count;
        using var response = await stage.ChatAsync(Encoding.UTF8.GetBytes(body));

        Assert.Equal((400, reason), ((int)response.StatusCode, RightsStage.ReasonOf(response)));
        Assert.Equal(calls, stage.Gate.Model.Calls.Count);
        Assert.Equal("refused", (await stage.RowAsync(response)).Outcome);
    }

    [Fact]
    public async Task A_thread_of_the_provider_is_refused_so_that_the_client_sends_the_conversation_itself()
    {
        using var response = await stage.Gate.PostAsync("/v1/messages",
            """{"model":"claude","max_tokens":1,"messages":[],"thread":{"type":"create"}}""", stage.Token);

        Assert.Equal((403, "provider_tool"), ((int)response.StatusCode, RightsStage.ReasonOf(response)));
        // Anthropic's SDK 1.x, lib/internal/threads/ThreadState: by these it drops the member and goes on.
        var details = JsonNode.Parse(
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!["details"]!;
        Assert.Equal("thread_unsupported_request", details["error_code"]!.ToString());
        Assert.Equal("thread", details["unsupported"]![0]!.ToString());
    }

    [Theory]
    [InlineData("/v1/responses", """{"model":"gpt-4o-mini","input":"x","tools":[{"type":"web_search"}]}""")]
    [InlineData("/v1/responses", """{"model":"gpt-4o-mini","input":"x","tools":[{"type":"mcp","server_url":"u"}]}""")]
    [InlineData("/v1/responses", """{"model":"gpt-4o-mini","input":"x","previous_response_id":"resp_1"}""")]
    [InlineData("/v1/responses", """{"model":"gpt-4o-mini","input":"x","background":true}""")]
    [InlineData("/v1/responses", """{"model":"gpt-4o-mini","prompt":{"id":"pmpt_1"}}""")]
    [InlineData("/v1/messages", """{"model":"claude","max_tokens":1,"messages":[],"mcp_servers":[{"url":"u"}]}""")]
    public async Task What_a_provider_would_do_out_of_sight_is_refused_unless_the_job_names_it(string path, string body)
    {
        var calls = stage.Gate.Model.Calls.Count;
        using var response = await stage.Gate.PostAsync(path, body, stage.Token);

        Assert.Equal((403, "provider_tool"), ((int)response.StatusCode, RightsStage.ReasonOf(response)));
        Assert.Equal(calls, stage.Gate.Model.Calls.Count);
        using var named = await stage.Gate.PostAsync(path, body, await stage.Gate.TokenAsync("searcher"));
        Assert.Equal(body.Contains("web_search", StringComparison.Ordinal) ? 200 : 403, (int)named.StatusCode);
    }

    [Fact]
    public async Task A_budget_asks_a_stream_for_its_usage_and_takes_it_out_again()
    {
        var token = await stage.Gate.TokenAsync("metered");
        using var silent = await stage.Gate.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat("[[tokens=5]]", stream: true), token);
        var text = (await WireAnswer.ReadAsync(silent)).Text;
        Assert.True(stage.LastBody()["stream_options"]!["include_usage"]!.GetValue<bool>(), "Usage was not asked for.");
        Assert.DoesNotContain("usage", text, StringComparison.Ordinal);
        Assert.Contains("[DONE]", text, StringComparison.Ordinal);
        var row = await stage.RowAsync(silent);
        Assert.Equal(5, row.OutputTokens);
        var payloads = await stage.PayloadsAsync(silent);
        Assert.Equal(text, Encoding.UTF8.GetString(payloads["Delivered"]));
        Assert.Contains("\"usage\":{", Encoding.UTF8.GetString(payloads["Upstream"]), StringComparison.Ordinal);

        var asking = JsonNode.Parse(GateTexts.OpenAiChat("[[tokens=5]]", stream: true))!;
        asking["stream_options"] = new JsonObject { ["include_usage"] = true };
        using var asked = await stage.Gate.PostAsync("/v1/chat/completions", asking.ToJsonString(), token);
        Assert.Contains("\"usage\":{", (await WireAnswer.ReadAsync(asked)).Text, StringComparison.Ordinal);

        using var free = await stage.Gate.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat("[[tokens=5]]", stream: true), stage.Token);
        Assert.Null(stage.LastBody()["stream_options"]);
        Assert.Equal(200, (int)free.StatusCode);
    }

    private static byte[] Encode(byte[] plain, string encoding)
    {
        if (encoding == "zstd")
        {
            using var zstd = new ZstdSharp.Compressor();
            return zstd.Wrap(plain).ToArray();
        }

        using var encoded = new MemoryStream();
        using (Stream encoder = encoding switch
        {
            "deflate" => new ZLibStream(encoded, CompressionLevel.Optimal),
            "br" => new BrotliStream(encoded, CompressionLevel.Fastest),
            _ => new GZipStream(encoded, CompressionLevel.Optimal),
        })
        {
            encoder.Write(plain);
        }

        return encoded.ToArray();
    }
}
