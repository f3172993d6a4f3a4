using System.IO.Compression;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Gatehouse.Tests.Gate;

/// <summary>What a caller is told of its model's server, and what is on record of it, is what happened.</summary>
public sealed class UpstreamTruthTests(WireUpstreamStage stage) : IClassFixture<WireUpstreamStage>
{
    private const string Answer = """
        {"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,
        "message":{"role":"assistant","content":"plain enough"},"finish_reason":"stop"}]}
        """;

    [Fact]
    public async Task A_header_of_the_model_outside_of_ASCII_is_left_out_and_its_answer_passes()
    {
        stage.Upstream.On(
            "latin", "200 OK\r\nContent-Type: application/json\r\nContent-Language: d\u00e9\r\nX-Request-Id: r1",
            Encoding.UTF8.GetBytes(Answer));

        using var response = await stage.ChatAsync("open", "latin");
        var answer = await WireAnswer.ReadAsync(response);

        Assert.Equal((200, Answer), (answer.Status, answer.Text));
        Assert.Equal("r1", response.Headers.GetValues("X-Request-Id").Single());
        Assert.Empty(response.Content.Headers.ContentLanguage);
        var row = await stage.RowAsync(response);
        Assert.Equal(("completed", 200, Answer.Length), (row.Outcome, row.Status, (int)row.BytesDelivered!));
    }

    [Fact]
    public async Task An_answer_without_content_passes()
    {
        stage.Upstream.On("empty", to => WireUpstream.SayAsync(to, "HTTP/1.1 204 No Content\r\n\r\n"));

        using var response = await stage.ChatAsync("open", "empty");
        var answer = await WireAnswer.ReadAsync(response);

        Assert.Equal((204, "", false), (answer.Status, answer.Text, answer.Broke));
        var row = await stage.RowAsync(response);
        Assert.Equal(("completed", 204), (row.Outcome, row.Status));
    }

    [Theory]
    [InlineData("401 Unauthorized", """{"error":"unauthorized","signin_url":"https://ollama.com/connect?name=x"}""")]
    [InlineData("403 Forbidden", """{"error":{"code":403,"message":"your input was flagged","metadata":{"a":[1]}}}""")]
    public async Task A_refusal_of_a_model_that_needs_no_credential_passes_with_its_body(string status, string body)
    {
        stage.Upstream.OnJson("refusing", body, status);
        foreach (var job in (string[])["open", "llama"])
        {
            using var response = await stage.ChatAsync(job, "refusing");
            var answer = await WireAnswer.ReadAsync(response);

            Assert.Equal((status[..3], body), ($"{answer.Status}", answer.Text));
            Assert.Equal("", RightsStage.ReasonOf(response));
            Assert.Equal(("completed", "upstream_error"),
                ((await stage.RowAsync(response)).Outcome, (await stage.RowAsync(response)).Reason));
        }

        using var withKey = await stage.ChatAsync("secret", "refusing");
        Assert.Equal((HttpStatusCode.BadGateway, "upstream_credential"),
            (withKey.StatusCode, RightsStage.ReasonOf(withKey)));
    }

    [Fact]
    public async Task A_connection_that_is_refused_is_named_in_the_answer_the_log_and_the_record()
    {
        using var response = await stage.ChatAsync("open", "dead");

        await AssertCauseAsync(stage, response, "connection-refused", "the connection was refused");
    }

    [Fact]
    public async Task A_server_that_closes_without_an_answer_is_not_called_unreachable_for_another_reason()
    {
        stage.Upstream.On("mute", _ => Task.CompletedTask);

        using var response = await stage.ChatAsync("open", "mute");

        await AssertCauseAsync(stage, response, "closed", "closed the connection without an answer");
    }

    [Fact]
    public async Task A_certificate_that_is_not_accepted_is_named_in_the_answer_the_log_and_the_record()
    {
        using var key = RSA.Create(2048);
        var asked = new CertificateRequest(
            "CN=other.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = asked.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
        await using var upstream = new WireUpstream
        {
            Wrap = async raw =>
            {
                var secured = new SslStream(raw);
                await secured.AuthenticateAsServerAsync(certificate);
                return secured;
            },
        };
        var logs = new LogCapture();
        await using var gate = await GateStage.StartAsync(
            HostileEstate.Of(("all", "")).Replace(
                "{model}", upstream.Address.Replace("http:", "https:", StringComparison.Ordinal),
                StringComparison.Ordinal), logs: logs);

        using var response = await gate.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat("hello"), await gate.TokenAsync("all"));
        var answer = await WireAnswer.ReadAsync(response);

        Assert.Equal(502, answer.Status);
        foreach (var why in (string[])["it is for another name", "UntrustedRoot"])
        {
            Assert.Contains(why, answer.Text, StringComparison.Ordinal);
            Assert.Contains(logs.Lines, line => line.Contains(why, StringComparison.Ordinal));
        }
        var row = await gate.EndedAsync(response.Headers.GetValues("X-Gatehouse-Exchange").Single());
        Assert.Equal(("upstream_unreachable", "cause:tls-certificate"), (row.Reason, row.Flags));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("x-gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("zstd")]
    public async Task A_compressed_answer_is_decoded_whole_and_streamed(string coding)
    {
        var stream = $"data: {Chunk("coded")}\n\ndata: {Chunk("", "stop")}\n\ndata: [DONE]\n\n";
        stage.Upstream.On("whole", $"200 OK\r\nContent-Type: application/json\r\nContent-Encoding: {coding}",
            Code(coding, Encoding.UTF8.GetBytes(Answer)));
        stage.Upstream.On("streamed", $"200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: {coding}",
            Code(coding, Encoding.UTF8.GetBytes(stream)));

        using var whole = await stage.ChatAsync("open", "whole");
        using var streamed = await stage.ChatAsync("open", "streamed", stream: true);

        Assert.Equal(Answer, (await WireAnswer.ReadAsync(whole)).Text);
        Assert.Equal(stream, (await WireAnswer.ReadAsync(streamed)).Text);
        Assert.Empty(whole.Content.Headers.ContentEncoding);
        Assert.Equal(("completed", $"decoded:{coding}"),
            ((await stage.RowAsync(whole)).Outcome, (await stage.RowAsync(streamed)).Flags));
    }

    [Theory]
    [InlineData("gzip", "cut")]
    [InlineData("br", "cut")]
    [InlineData("zstd", "cut")]
    [InlineData("gzip", "plain")]
    [InlineData("br", "plain")]
    [InlineData("zstd", "plain")]
    [InlineData("gzip", "bomb")]
    [InlineData("br", "bomb")]
    [InlineData("zstd", "bomb")]
    [InlineData("compress", "whole")]
    [InlineData("gzip, br", "whole")]
    public async Task An_answer_that_cannot_be_decoded_or_grows_without_end_is_no_whole_one(string coding, string form)
    {
        var body = form switch
        {
            "plain" => Encoding.UTF8.GetBytes(Answer),
            "bomb" => Code(coding, new byte[200 * 1024 * 1024]),
            "cut" => Code(coding, Encoding.UTF8.GetBytes(Answer))[..^12],
            _ => Encoding.UTF8.GetBytes(Answer),
        };
        stage.Upstream.On(
            "wrong", $"200 OK\r\nContent-Type: application/json\r\nContent-Encoding: {coding}", body);

        using var response = await stage.ChatAsync("open", "wrong");
        var answer = await WireAnswer.ReadAsync(response);

        var reason = form == "cut" ? "upstream_truncated" : "upstream_answer_unreadable";
        Assert.Equal((502, reason), (answer.Status, RightsStage.ReasonOf(response)));
        Assert.Equal("upstream_truncated", (await stage.RowAsync(response)).Outcome);
    }

    [Fact]
    public async Task A_JSON_answer_that_only_the_end_of_its_connection_ends_has_to_be_whole()
    {
        stage.Upstream.On("cut", async to =>
        {
            await WireUpstream.BeginAsync(to, "application/json");
            await WireUpstream.SayAsync(to, Answer[..^5]);
        });
        stage.Upstream.On("uncut", async to =>
        {
            await WireUpstream.BeginAsync(to, "application/json");
            await WireUpstream.SayAsync(to, Answer);
        });

        using var cut = await stage.ChatAsync("open", "cut");
        using var uncut = await stage.ChatAsync("open", "uncut");

        Assert.Equal((502, "upstream_truncated"), ((int)cut.StatusCode, RightsStage.ReasonOf(cut)));
        Assert.Equal(Answer, (await WireAnswer.ReadAsync(uncut)).Text);
    }

    [Fact]
    public async Task A_model_that_is_silent_longer_than_its_entry_allows_is_a_504_that_names_the_setting()
    {
        stage.Upstream.On("late", _ => Task.Delay(Timeout.Infinite, stage.Upstream.Stop));
        stage.Upstream.On("headed", async to =>
        {
            await WireUpstream.BeginAsync(to, "text/event-stream");
            await Task.Delay(Timeout.Infinite, stage.Upstream.Stop);
        });
        stage.Upstream.On("paused", async to =>
        {
            await WireUpstream.BeginAsync(to, "text/event-stream");
            await WireUpstream.SayAsync(to, $"data: {Chunk("word")}\n\n");
            await Task.Delay(Timeout.Infinite, stage.Upstream.Stop);
        });

        using var late = await stage.ChatAsync("quick", "late");
        using var headed = await stage.ChatAsync("quick", "headed", stream: true);
        using var paused = await stage.ChatAsync("quick", "paused", stream: true);

        Assert.Equal((504, "upstream_timeout"), ((int)late.StatusCode, RightsStage.ReasonOf(late)));
        Assert.Contains("first-byte in timeouts:", (await WireAnswer.ReadAsync(late)).Text, StringComparison.Ordinal);
        Assert.Contains("first-byte in timeouts:", (await WireAnswer.ReadAsync(headed)).Text, StringComparison.Ordinal);
        var broken = await WireAnswer.ReadAsync(paused);
        Assert.Contains("silence in timeouts:", broken.Text, StringComparison.Ordinal);
        Assert.True(broken.Broke, "The stream ended cleanly.");
        Assert.Equal("upstream_timeout", (await stage.RowAsync(paused)).Reason);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_end_that_did_not_go_out_is_corrected_on_record(bool stream)
    {
        var ledger = new LedgerFaults();
        await using var gate = await GateStage.StartAsync(append: ledger.AppendAsync);
        var token = await gate.TokenAsync("all");
        ledger.HoldOutcomes();
        using (var caller = await RawCaller.ConnectAsync(gate.Server.GateAddress))
        {
            await caller.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("[[tokens=3]]", stream), token);
            await ledger.HeldAsync();
        }
        // The gate learns of it beside the ledger; it needs no time of its own.
        await Task.Delay(1000, TestContext.Current.CancellationToken);
        ledger.Fix();

        for (var tries = 0; tries < 200 && gate.Exchanges()[^1].Outcome != "client_aborted"; tries++)
            await Task.Delay(25, TestContext.Current.CancellationToken);
        var row = gate.Exchanges()[^1];
        Assert.Equal(("client_aborted", "client_gone", "corrected"), (row.Outcome, row.Reason, row.Flags));
        Assert.Equal(stream, row.BytesDelivered > 0);
    }

    private static async Task AssertCauseAsync(
        WireUpstreamStage stage, HttpResponseMessage response, string word, string text)
    {
        var answer = await WireAnswer.ReadAsync(response);
        Assert.Equal((502, "upstream_unreachable"), (answer.Status, RightsStage.ReasonOf(response)));
        Assert.Contains(text, answer.Text, StringComparison.Ordinal);
        Assert.Contains(stage.Logs.Lines, line => line.Contains(text, StringComparison.Ordinal));
        var row = await stage.RowAsync(response);
        Assert.Equal(("upstream_unreachable", $"cause:{word}"), (row.Reason, row.Flags));
    }

    private static string Chunk(string content, string? finish = null)
    {
        var reason = finish is null ? "null" : $"\"{finish}\"";
        return "{\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + content
            + "\"},\"finish_reason\":" + reason + "}]}";
    }

    private static byte[] Code(string coding, byte[] plain)
    {
        using var coded = new MemoryStream();
        using (Stream encoder = coding switch
        {
            "br" => new BrotliStream(coded, CompressionLevel.Fastest, leaveOpen: true),
            "deflate" => new ZLibStream(coded, CompressionLevel.Fastest, leaveOpen: true),
            "zstd" => new ZstdSharp.CompressionStream(coded, leaveOpen: true),
            _ => new GZipStream(coded, CompressionLevel.Fastest, leaveOpen: true),
        })
        {
            encoder.Write(plain);
        }
        return coded.ToArray();
    }
}
