namespace Gatehouse.Tests.Binary;

/// <summary>
/// What a kill cannot show: that records are on the disk, not only in the page cache, before the bytes that they are
/// about move on. strace sees the order of the system calls.
/// </summary>
[Collection(BinaryCollection.Name)]
public sealed class FsyncBeforeForwardTests
{
    private const string Wal = "ledger.db-wal";

    /// <summary>Syncs take 50 ms longer, so that a gate that did not wait for them is seen to run ahead.</summary>
    private const string SlowSync = "inject=fsync,fdatasync:delay_enter=50000";

    /// <summary>What a terminal signal looks like inside a string that strace prints.</summary>
    private const string Terminal = "\\\"finish_reason\\\":\\\"stop\\\"";

    [Fact]
    public async Task A_call_that_is_not_streamed_is_on_disk_before_it_is_forwarded_and_before_it_is_answered()
    {
        var trace = await TraceAsync("whole-marker", stream: false);

        var heard =
            trace.Calls.First(call => call.IsReceive && call.IsOfCallerAt(trace.Gate) && call.Says("whole-marker"));
        var forwarded =
            trace.Calls.First(call => call.IsSend && call.IsOfServerAt(trace.Model) && call.Began > heard.Began);
        var answered =
            trace.Calls.First(call => call.IsReceive && call.IsOfServerAt(trace.Model) && call.Says(Terminal));
        var released =
            trace.Calls.First(call => call.IsSend && call.IsOfCallerAt(trace.Gate) && call.Began > heard.Began);

        Assert.Contains("whole-marker", forwarded.Text, StringComparison.Ordinal);
        Assert.Contains(Terminal, released.Text, StringComparison.Ordinal);
        AssertSynced(trace.Calls, heard, forwarded);
        AssertSynced(trace.Calls, answered, released);
    }

    [Fact]
    public async Task A_stream_is_on_disk_before_it_is_forwarded_and_before_its_terminal_signal_goes_out()
    {
        var trace = await TraceAsync("stream-marker", stream: true);

        var heard =
            trace.Calls.First(call => call.IsReceive && call.IsOfCallerAt(trace.Gate) && call.Says("stream-marker"));
        var forwarded =
            trace.Calls.First(call => call.IsSend && call.IsOfServerAt(trace.Model) && call.Began > heard.Began);
        var begun = trace.Calls.First(call => call.IsSend && call.IsOfCallerAt(trace.Gate) && call.Says("word0"));
        var ended = trace.Calls.First(call => call.IsReceive && call.IsOfServerAt(trace.Model) && call.Says(Terminal));
        var released = trace.Calls.First(call => call.IsSend && call.IsOfCallerAt(trace.Gate) && call.Says(Terminal));

        Assert.True(begun.Began < ended.Began, "The first words wait for the end: that is no stream.");
        AssertSynced(trace.Calls, heard, forwarded);
        AssertSynced(trace.Calls, ended, released);
    }

    /// <summary>
    /// Something was written to the WAL and synced, all of it after one call was over and before another began.
    /// </summary>
    private static void AssertSynced(IReadOnlyList<TracedCall> calls, TracedCall after, TracedCall before)
    {
        var between = calls.Where(
            call => call.Began > after.Returned && call.Returned < before.Began && call.IsOnFile(Wal)).ToList();
        var written = between.FindLast(call => call.Name == "pwrite64" && call.Succeeded);
        Assert.True(written is not null, "Nothing was written to the WAL.");
        Assert.Contains(between, call => call.IsSync && call.Succeeded && call.Began > written.Returned);
    }

    private static async Task<(IReadOnlyList<TracedCall> Calls, int Gate, int Model)> TraceAsync(
        string marker, bool stream)
    {
        Strace.SkipUnlessUsable();
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using var gate = await home.ServeAsync();
        var token = await home.TokenAsync();
        await using var trace = await Strace.AttachAsync(gate.Child.Pid, home,
            "trace=fsync,fdatasync,pwrite64,sendto,sendmsg,sendmmsg,write,writev,recvfrom,recvmsg,read,readv",
            SlowSync);

        using (var response = await gate.ChatAsync(token, $"[[tokens=3 delay-token=20]] {marker}", stream))
            Assert.Contains("word2", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await trace.DetachAsync();
        return (trace.Calls(), gate.Url.Port, model.Port);
    }
}
