using System.Net;
using Gatehouse.Actions;

namespace Gatehouse.Tests.Binary;

/// <summary>
/// System calls on the ledger's files fail, as strace makes them: a broken disk stops the gate, a full one does not.
/// </summary>
[Collection(BinaryCollection.Name)]
public sealed class FailingDiskTests
{
    /// <summary>Syncs fail, and late: a gate that did not wait for them would have answered by then.</summary>
    private const string FailingSync = "inject=fsync,fdatasync:error=EIO:delay_enter=50000";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_gate_stops_and_the_model_sees_nothing_when_the_record_of_a_request_cannot_be_synced(
        bool isFirstOfTheDay)
    {
        Strace.SkipUnlessUsable();
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using var gate = await home.ServeAsync();
        var token = await home.TokenAsync();
        // The first call of a day makes new keys, which have to be durable too.
        if (!isFirstOfTheDay) Assert.Equal(HttpStatusCode.OK, await gate.StatusAsync(token));
        await model.ClearAsync();
        await using var trace = await Strace.AttachAsync(gate.Child.Pid, home, "trace=fsync,fdatasync", FailingSync);

        Assert.Null(await AnswerAsync(gate.ChatAsync(token, "hello")));

        var ended = (await gate.Child.EndAsync()).Expect(ExitCodes.LedgerInDoubt);
        Assert.Contains("The gate stops.", ended.Errors, StringComparison.Ordinal);
        Assert.Empty(await model.BodiesAsync());
        (await home.RunAsync("ledger", "verify", "--payloads")).Expect(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_gate_stops_and_the_caller_gets_no_end_when_the_record_of_an_answer_cannot_be_synced(
        bool stream)
    {
        Strace.SkipUnlessUsable();
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using var gate = await home.ServeAsync();
        var token = await home.TokenAsync();

        Assert.Equal(HttpStatusCode.OK, await gate.StatusAsync(token));
        await model.ClearAsync();
        var call = gate.ChatAsync(token, "[[tokens=2 delay-first=1500]] hello", stream);
        await model.WaitForCallAsync();
        await using var trace = await Strace.AttachAsync(gate.Child.Pid, home, "trace=fsync,fdatasync", FailingSync);
        var answer = await AnswerAsync(call);

        (await gate.Child.EndAsync()).Expect(ExitCodes.LedgerInDoubt);
        Assert.DoesNotContain("\"finish_reason\":\"stop\"", answer ?? "", StringComparison.Ordinal);
        // Text of a stream that went out before its end is not on record after a stop, and the ledger says so.
        await using var next = await home.ServeAsync();
        var outcomes = await home.OutcomesAsync();
        Assert.Equal(2, outcomes.Count);
        // The write itself was not undone: the page cache may have brought the record through.
        Assert.All(outcomes.Values, outcome => Assert.Contains(outcome, new[] { "interrupted", "completed" }));
    }

    [Theory]
    [InlineData("ENOSPC")]
    [InlineData("EDQUOT")]
    [InlineData("EROFS")]
    public async Task Calls_are_refused_while_writes_fail_for_want_of_room_and_pass_again_without_a_restart(
        string error)
    {
        Strace.SkipUnlessUsable();
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using var gate = await home.ServeAsync();
        var token = await home.TokenAsync();
        await using (var trace = await Strace.AttachAsync(
            gate.Child.Pid, home, "trace=pwrite64", $"inject=pwrite64:error={error}"))
        {
            for (var call = 0; call < 3; call++)
                Assert.Equal(HttpStatusCode.ServiceUnavailable, await gate.StatusAsync(token));
            await trace.DetachAsync();
        }
        Assert.Empty(await model.BodiesAsync());

        await gate.RecoversAsync(token);
        (await home.RunAsync("ledger", "verify", "--payloads")).Expect(0);
    }

    /// <summary>The body of an answer with status 200 as far as it came; null when there was no answer.</summary>
    private static async Task<string?> AnswerAsync(Task<HttpResponseMessage> call)
    {
        var text = new MemoryStream();
        try
        {
            using var response = await call;
            Assert.Contains(response.StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable });
            if (response.StatusCode != HttpStatusCode.OK) return null;
            await response.Content.CopyToAsync(text);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            if (text.Length == 0) return null;
        }
        return System.Text.Encoding.UTF8.GetString(text.ToArray());
    }
}
