using System.Text;
using System.Text.RegularExpressions;
using Gatehouse.Core.Ledger;
using Gatehouse.Gate;
using Gatehouse.Storage;

namespace Gatehouse.Tests.Gate;

/// <summary>The pipeline without an HTTP server in front of it.</summary>
public sealed partial class MemoryCallTests(WireStage stage) : IClassFixture<WireStage>
{
    public static TheoryData<string, bool> Ways => GateDialect.NamesStreamedAndWhole;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_call_from_memory_leaves_the_same_entries_as_one_over_http(string name, bool stream)
    {
        var dialect = GateDialect.Of(name);
        var body = dialect.Body("[[tokens=3]]", stream);
        using var response = await stage.Gate.PostAsync(dialect.Path, body, stage.Token);
        var overHttp = await WireAnswer.ReadAsync(response);
        await using var call = Send(dialect.Path, body);
        var fromMemory = await call.ReadAsync(Stop);

        Assert.Equal(overHttp.Status, call.Status);
        Assert.Equal(Shape(overHttp.Text), Shape(fromMemory));
        var (http, memory) = (
            await EntriesAsync(response.Headers.GetValues("X-Gatehouse-Exchange").Single()),
            await EntriesAsync(call.Headers.Single("X-Gatehouse-Exchange")!));
        Assert.Equal(("token", "server"), (http.Request.Call.IdentifiedBy, memory.Request.Call.IdentifiedBy));
        Assert.Equal("gatehouse", memory.Request.Call.Caller);
        Assert.Equal(Plain(http.Request), Plain(memory.Request));
        Assert.Equal(Plain(http.Outcome), Plain(memory.Outcome));
        Assert.Equal(http.Payloads, memory.Payloads);
    }

    [Fact]
    public async Task A_refusal_has_its_status_its_reason_and_its_record()
    {
        await using var call = Send("/v1/chat/completions", GateTexts.OpenAiChat("hello", model: "unknown"));
        var answer = await call.ReadAsync(Stop);

        Assert.Equal((404, "model_not_found"), (call.Status, call.Headers.Single("X-Gatehouse-Reason")));
        Assert.Contains("\"error\":{", answer, StringComparison.Ordinal);
        Assert.Equal("refused", (await stage.Gate.EndedAsync(call.Headers.Single("X-Gatehouse-Exchange")!)).Outcome);
    }

    [Fact]
    public async Task A_job_that_is_not_in_the_estate_is_refused()
    {
        await using var call = MemoryCall.Start(
            stage.Gate.Server.Pipeline, "nobody", "/v1/models", ReadOnlyMemory<byte>.Empty);
        await call.ReadAsync(Stop);

        Assert.Equal(401, call.Status);
    }

    [Fact]
    public async Task A_list_is_answered_from_the_estate()
    {
        await using var call = MemoryCall.Start(
            stage.Gate.Server.Pipeline, "all", "/v1/models", ReadOnlyMemory<byte>.Empty);

        Assert.Contains("gpt-4o-mini", await call.ReadAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_does_not_read_makes_the_model_wait()
    {
        const int bytes = 30 * 1024 * 1024;
        await using var call = Send("/v1/chat/completions", GateTexts.OpenAiChat($"[[huge={bytes}]]", stream: true));
        await call.Started;
        var sent = -1L;
        for (var tries = 0; tries < 40 && sent != stage.LastCall().BytesSent; tries++)
        {
            sent = stage.LastCall().BytesSent;
            await Task.Delay(250, Stop);
        }

        Assert.InRange(sent, 1, bytes - 4 * 1024 * 1024);
        Assert.InRange((await call.ReadAsync(Stop)).Length, bytes, int.MaxValue);
    }

    [Fact]
    public async Task A_call_that_is_disposed_ends_as_one_whose_caller_left()
    {
        var call = Send("/v1/chat/completions", GateTexts.OpenAiChat("[[tokens=1000 delay-token=20]]", stream: true));
        await call.Answer.ReadAsync(Stop);
        var id = call.Headers.Single("X-Gatehouse-Exchange")!;
        await call.DisposeAsync();

        var row = await stage.Gate.EndedAsync(id);
        Assert.Equal(("client_aborted", "client_gone"), (row.Outcome, row.Reason));
    }

    [Fact]
    public async Task A_stream_that_breaks_off_is_no_whole_answer()
    {
        await using var call = Send(
            "/v1/chat/completions", GateTexts.OpenAiChat("[[tokens=20 cut-after=5]]", stream: true));

        await Assert.ThrowsAsync<IOException>(() => call.ReadAsync(Stop));
    }

    private MemoryCall Send(string target, string body)
        => MemoryCall.Start(stage.Gate.Server.Pipeline, "all", target, Encoding.UTF8.GetBytes(body));

    private async Task<(RequestEntry Request, OutcomeEntry Outcome, IEnumerable<(PayloadKind, string)> Payloads)>
        EntriesAsync(string exchange)
    {
        var row = await stage.Gate.EndedAsync(exchange);
        using var reader = LedgerReader.OpenReadOnly(stage.Gate.Server.Home);
        return (
            (RequestEntry)reader.FindEntry(row.Index)!.Leaf!.Entry,
            (OutcomeEntry)reader.FindEntry(row.OutcomeIndex!.Value)!.Leaf!.Entry,
            [.. reader.ReadPayloads(row, LedgerKeys.Open(stage.Gate.Server.Home))
                .Select(payload => (payload.Record.Kind, Shape(Encoding.UTF8.GetString(payload.Bytes!))))]);
    }

    /// <summary>Without what two equal calls differ in: ids and times.</summary>
    private static string Shape(string answer) => Changing().Replace(answer, "$1");

    [GeneratedRegex(
        "(\"(?:id|item_id|created|created_at|completed_at|obfuscation|[a-z_]+_duration)\":)(?:\"[^\"]*\"|[0-9]+)")]
    private static partial Regex Changing();

    private static string Plain(RequestEntry entry) => $"{entry with
    {
        Id = "",
        Call = entry.Call with
        {
            IdentifiedBy = "",
            TokenId = null,
            Identity = null,
            Caller = "",
            Splices = [],
            Flags = [],
        },
    }} {string.Join(' ', entry.Call.Splices)} {string.Join(' ', entry.Call.Flags)}";

    private static string Plain(OutcomeEntry entry)
        => $"{entry with { Id = "", Of = "", DurationMilliseconds = 0, Flags = [] }} {string.Join(' ', entry.Flags)}";
}
