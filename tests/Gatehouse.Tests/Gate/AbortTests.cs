using System.Diagnostics;

namespace Gatehouse.Tests.Gate;

/// <summary>Who leaves is noticed on the other side at once.</summary>
public sealed class AbortTests(WireStage stage) : IClassFixture<WireStage>
{
    /// <summary>The aim is 50 ms; a loaded machine gets slack, and the measured median is told.</summary>
    private const double SeenMsMax = 250;

    private const int Rounds = 7;

    public static TheoryData<string, bool> Ways => GateDialect.NamesStreamedAndWhole;

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_caller_that_leaves_is_seen_to_leave_by_the_model(string name, bool stream)
    {
        var dialect = GateDialect.Of(name);
        var seen = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var known = stage.Gate.Model.Calls.Count;
            using var gone = new CancellationTokenSource();
            using var caller = await RawCaller.ConnectAsync(stage.Gate.Server.GateAddress);
            await caller.PostAsync(dialect.Path, dialect.Body("[[endless delay-token=10]]", stream), stage.Token);
            if (stream)
                await caller.ReceiveUntilAsync("on2 ");
            else
                await UntilAsync(() => stage.Gate.Model.Calls.Snapshot().Any(IsNew));
            bool IsNew(Gatehouse.Demo.ScriptedCall call) => call.Number > known && call.BodyBytes > 0;

            var left = stage.Gate.Model.Calls.NowMs();
            caller.Dispose();
            await UntilAsync(() => stage.Gate.Model.Calls.Snapshot().Any(call => IsNew(call) && call.Aborted));
            seen.Add(stage.Gate.Model.Calls.Snapshot().Last(IsNew).AbortedMs!.Value - left);
            var row = stage.Gate.Exchanges()[^1];
            var ended = await stage.Gate.EndedAsync(row.Id);
            Assert.True(
                ended.Outcome == "client_aborted",
                $"{ended.Outcome} {ended.Reason}\n{string.Join('\n', stage.Logs.Lines)}");
        }

        seen.Sort();
        TestContext.Current.TestOutputHelper!.WriteLine($"{name} stream={stream}: median {seen[Rounds / 2]:0.0} ms");
        Assert.InRange(seen[Rounds / 2], 0, SeenMsMax);
    }

    [Fact]
    public async Task What_a_caller_received_before_it_left_is_on_record()
    {
        using var caller = await RawCaller.ConnectAsync(stage.Gate.Server.GateAddress);
        await caller.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat("[[endless delay-token=10]]", stream: true), stage.Token);
        await caller.ReceiveUntilAsync("on5 ");
        caller.Dispose();

        var row = await stage.Gate.EndedAsync(stage.Gate.Exchanges()[^1].Id);
        Assert.Equal("client_aborted", row.Outcome);
        Assert.True(row.BytesDelivered > 500, $"{row.BytesDelivered} bytes");
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        var clock = Stopwatch.StartNew();
        while (!isSo())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), "It did not come to pass in five seconds.");
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }
}
