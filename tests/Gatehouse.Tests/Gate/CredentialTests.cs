using System.Text;

namespace Gatehouse.Tests.Gate;

/// <summary>The caller's credential goes no further than the gate, and the model's no nearer.</summary>
public sealed class CredentialTests(WireStage stage) : IClassFixture<WireStage>
{
    private const string Telling = "model-key-0123456789";

    [Theory]
    [InlineData("/v1/chat/completions", "authorization", "Bearer " + WireStage.ModelKey)]
    [InlineData("/v1/messages", "x-api-key", WireStage.ModelKey)]
    public async Task A_model_gets_its_own_credential_and_nothing_of_the_callers(
        string path, string header, string value)
    {
        var dialect = GateDialect.All.Single(one => one.Path == path);
        using var response = await stage.Gate.PostAsync(
            path, dialect.Body("hello", false), stage.Token,
            ("x-api-key", stage.Token), ("Cookie", $"session={stage.Token}"), ("X-Forwarded-For", "10.1.2.3"),
            ("X-Stainless-Lang", "js"), ("Referer", "http://job/"), ("OpenAI-Organization", "org-1"),
            ("Proxy-Authorization", stage.Token), ("Forwarded", "for=10.1.2.3"), ("Via", "1.1 job"));

        Assert.Equal(200, (int)response.StatusCode);
        var call = stage.LastCall();
        Assert.Equal(value, call.Header(header));
        Assert.Equal(
            new[] { "accept-encoding", header, "content-length", "content-type", "host" }.Order(),
            call.Headers.Select(one => one.Key.ToLowerInvariant()).Order());
        Assert.DoesNotContain(
            call.Headers, one => one.Value.Contains(stage.Token[..12], StringComparison.Ordinal));
        Assert.Equal("identity", call.Header("accept-encoding"));
    }

    [Fact]
    public async Task A_model_without_a_credential_gets_none()
    {
        using var response = await stage.Gate.PostAsync(
            "/api/chat", GateTexts.OllamaChat("hello", stream: false), stage.Token);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Null(stage.LastCall().Header("authorization"));
        Assert.Null(stage.LastCall().Header("x-api-key"));
    }

    [Fact]
    public async Task Headers_that_a_dialect_needs_go_to_the_model()
    {
        using var response = await stage.Gate.PostAsync(
            "/v1/messages", GateTexts.AnthropicMessage("hello"), stage.Token,
            ("anthropic-version", "2023-06-01"), ("anthropic-beta", "a,b"), ("User-Agent", "job/1"),
            ("Idempotency-Key", "k1"));

        var call = stage.LastCall();
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(
            ("2023-06-01", "a,b", "job/1", "k1"),
            (call.Header("anthropic-version"), call.Header("anthropic-beta"), call.Header("user-agent"),
                call.Header("idempotency-key")));
    }

    [Theory]
    [InlineData("status=401", 502, "upstream_credential")]
    [InlineData("status=403", 502, "upstream_credential")]
    [InlineData("echo", 502, "upstream_credential")]
    public async Task A_whole_answer_never_shows_the_models_credential(string knobs, int status, string reason)
    {
        foreach (var dialect in GateDialect.All.Where(one => one.Name != "ollama"))
        {
            using var response = await stage.Gate.PostAsync(
                dialect.Path, dialect.Body($"[[{knobs}]]", false), stage.Token);
            var answer = await WireAnswer.ReadAsync(response);

            Assert.Equal((status, reason), (answer.Status, RightsStage.ReasonOf(response)));
            Assert.Equal("false", response.Headers.GetValues("x-should-retry").Single());
            Assert.DoesNotContain(Telling, answer.Text, StringComparison.Ordinal);
            dialect.HasError(answer.Text);
        }

        Assert.DoesNotContain(stage.Logs.Lines, line => line.Contains(Telling, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stream_that_shows_the_models_credential_is_broken_off_before_it()
    {
        foreach (var dialect in GateDialect.All.Where(one => one.Name != "ollama"))
        {
            using var response = await stage.Gate.PostAsync(dialect.Path, dialect.Body("[[echo]]", true), stage.Token);
            var answer = await WireAnswer.ReadAsync(response);

            Assert.DoesNotContain(Telling, answer.Text, StringComparison.Ordinal);
            Assert.True(answer.Broke, "The stream ended cleanly.");
            dialect.HasError(answer.Text);
        }
    }

    [Fact]
    public async Task Of_the_models_headers_only_the_listed_ones_reach_the_caller_and_none_with_its_credential()
    {
        foreach (var stream in new[] { true, false })
        {
            var knobs = "[[tokens=2 header=Set-Cookie:a=b header=X-Request-Id:req_1 header=OpenAI-Version:2020 "
                + $"header=Server:secret header=X-Internal:1 header=request-id:{WireStage.ModelKey} "
                + "header=Access-Control-Allow-Origin:* header=X-RateLimit-Limit-Requests:9]]";
            using var response = await stage.Gate.PostAsync(
                "/v1/chat/completions", GateTexts.OpenAiChat(knobs, stream), stage.Token);
            var names = response.Headers.Concat(response.Content.Headers)
                .Select(header => header.Key.ToLowerInvariant()).ToHashSet();

            Assert.Equal(200, (int)response.StatusCode);
            Assert.Subset(
                new HashSet<string>
                {
                    "date", "content-type", "content-length", "transfer-encoding", "cache-control",
                    "x-accel-buffering", "x-content-type-options", "x-gatehouse-exchange", "x-gatehouse-job",
                    "x-request-id", "openai-version",
                },
                names);
            Assert.Equal("req_1", response.Headers.GetValues("X-Request-Id").Single());
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        }
    }

    [Fact]
    public async Task A_credential_that_cannot_be_had_is_a_503_that_names_the_reference_and_no_call()
    {
        var calls = stage.Gate.Model.Calls.Count;
        using var response = await stage.Gate.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat("hello", model: "keyless"), stage.Token);
        var answer = await WireAnswer.ReadAsync(response);

        Assert.Equal((503, "credential_unavailable"), (answer.Status, RightsStage.ReasonOf(response)));
        Assert.Equal("false", response.Headers.GetValues("x-should-retry").Single());
        Assert.Contains("none.key", answer.Text, StringComparison.Ordinal);
        Assert.Equal(calls, stage.Gate.Model.Calls.Count);
        var row = await stage.RowAsync(response);
        Assert.Equal(("refused", "credential_unavailable"), (row.Outcome, row.Reason));
    }

    [Fact]
    public async Task No_credential_is_written_to_the_log_or_in_the_clear_to_the_ledger()
    {
        (await stage.Gate.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("[[echo]]"), stage.Token)).Dispose();
        (await stage.Gate.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("hello"), stage.Token)).Dispose();

        Assert.DoesNotContain(stage.Logs.Lines, line => line.Contains(Telling, StringComparison.Ordinal));
        foreach (var path in Directory.EnumerateFiles(stage.Gate.HomePath, "ledger.db*"))
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[file.Length];
            await file.ReadExactlyAsync(bytes, TestContext.Current.CancellationToken);
            Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Telling)) < 0, path);
        }
    }
}
