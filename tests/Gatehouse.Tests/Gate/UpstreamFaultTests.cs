using Gatehouse.Demo;

namespace Gatehouse.Tests.Gate;

/// <summary>A model that fails is shown as failing, in the caller's dialect, and never as a whole answer.</summary>
public sealed class UpstreamFaultTests(WireStage stage) : IClassFixture<WireStage>
{
    private const string Truncated = "upstream_truncated";
    private const string Unreadable = "upstream_answer_unreadable";

    public static TheoryData<string, string, string> Broken { get; } =
    [
        .. GateDialect.All.SelectMany(dialect => new[]
        {
            (dialect.Name, "tokens=9 delay-token=2 cut-after=3", Truncated),
            (dialect.Name, "tokens=9 end-after=3", Truncated),
            (dialect.Name, "tokens=9 no-finish", Truncated),
            (dialect.Name, "tokens=9 garbage-after=3", Unreadable),
        }),
    ];

    public static TheoryData<string> Dialects => GateDialect.Names;

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_stream_that_breaks_ends_in_an_error_and_a_broken_connection(
        string name, string knobs, string reason)
    {
        var dialect = GateDialect.Of(name);
        using var response = await stage.Gate.PostAsync(dialect.Path, dialect.Body($"[[{knobs}]]", true), stage.Token);
        var answer = await WireAnswer.ReadAsync(response);

        Assert.Contains("word2", answer.Text, StringComparison.Ordinal);
        dialect.HasNoEnd(answer.Text);
        dialect.HasError(answer.Text);
        Assert.True(answer.Broke, "The stream ended cleanly.");
        var row = await stage.RowAsync(response);
        Assert.Equal(("upstream_truncated", reason), (row.Outcome, row.Reason));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_models_own_error_in_a_stream_is_passed_on_as_it_came(string name)
    {
        var dialect = GateDialect.Of(name);
        using var response = await stage.Gate.PostAsync(
            dialect.Path, dialect.Body("[[tokens=9 error-after=3]]", true), stage.Token);
        var answer = await WireAnswer.ReadAsync(response);

        Assert.Contains("asked to fail here", answer.Text, StringComparison.Ordinal);
        dialect.HasNoEnd(answer.Text);
        var row = await stage.RowAsync(response);
        Assert.Equal("upstream_error", row.Reason);
        Assert.Equal(answer.Text.Length, row.BytesDelivered);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_stream_in_single_bytes_with_pings_is_passed_on_whole(string name)
    {
        var dialect = GateDialect.Of(name);
        using var response = await stage.Gate.PostAsync(
            dialect.Path, dialect.Body("[[tokens=4 pings crlf split=1]]", true), stage.Token);
        var answer = await WireAnswer.ReadAsync(response);

        Assert.False(answer.Broke, "The stream broke.");
        Assert.Contains("word3", answer.Text, StringComparison.Ordinal);
        Assert.Contains(dialect.TerminalMarks[0], answer.Text, StringComparison.Ordinal);
        Assert.Equal(stage.LastCall().BytesSent, answer.Text.Length);
        Assert.Equal("completed", (await stage.RowAsync(response)).Outcome);
    }

    [Theory]
    [InlineData("cut-after=1", 502, Truncated)]
    [InlineData("status=302 header=Location:http://127.0.0.1:1/", 502, Unreadable)]
    [InlineData("huge=34000000", 502, Unreadable)]
    public async Task A_whole_answer_that_cannot_be_had_is_a_502_in_the_callers_dialect(
        string knobs, int status, string reason)
    {
        foreach (var dialect in GateDialect.All)
        {
            using var response = await stage.Gate.PostAsync(
                dialect.Path, dialect.Body($"[[{knobs}]]", false), stage.Token);
            var answer = await WireAnswer.ReadAsync(response);

            Assert.Equal((status, reason), (answer.Status, RightsStage.ReasonOf(response)));
            Assert.Null(response.Headers.Location);
            dialect.HasError(answer.Text);
            var row = await stage.RowAsync(response);
            Assert.Equal(("upstream_truncated", reason), (row.Outcome, row.Reason));
        }
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_models_own_refusal_is_passed_on_with_its_retry_headers(int status)
    {
        foreach (var dialect in GateDialect.All)
        {
            using var response = await stage.Gate.PostAsync(
                dialect.Path, dialect.Body($"[[status={status} retry-after=7]]", true), stage.Token);
            var answer = await WireAnswer.ReadAsync(response);

            Assert.Equal(status, answer.Status);
            Assert.Equal("7", response.Headers.GetValues("Retry-After").Single());
            Assert.Equal("", RightsStage.ReasonOf(response));
            Assert.Contains($"The script answers {status}.", answer.Text, StringComparison.Ordinal);
            var row = await stage.RowAsync(response);
            Assert.Equal(("completed", "upstream_error", status), (row.Outcome, row.Reason, row.Status));
        }
    }

    [Fact]
    public async Task A_model_that_nobody_serves_is_a_502_that_names_it()
    {
        using var response = await stage.Gate.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat("hi", model: "dead"), stage.Token);
        var answer = await WireAnswer.ReadAsync(response);

        Assert.Equal((502, "upstream_unreachable"), (answer.Status, RightsStage.ReasonOf(response)));
        Assert.Contains("'dead'", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_below_a_base_path_and_one_on_a_socket_are_reached()
    {
        await using var local = await ScriptedModel.StartAsync(
            Path.Combine(stage.Gate.HomePath, "model.sock"), cancel: TestContext.Current.CancellationToken);
        using var based = await stage.Gate.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat("[[tokens=2]]", model: "base"), stage.Token);
        using var socket = await stage.Gate.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat("[[tokens=2]]", model: "local"), stage.Token);

        Assert.Equal(200, (int)based.StatusCode);
        Assert.Equal("/base/v1/chat/completions", stage.LastCall().Path);
        Assert.Equal(200, (int)socket.StatusCode);
        Assert.Equal("/v1/chat/completions", Assert.Single(local.Calls.Snapshot()).Path);
    }
}
