using System.Net;
using System.Text.Json;
using Gatehouse.Actions;

namespace Gatehouse.Tests.Binary;

/// <summary>One process writes to a home; the other verbs work beside it, and without it.</summary>
[Collection(BinaryCollection.Name)]
public sealed class OneWriterTests
{
    [Fact]
    public async Task A_second_gate_on_one_home_refuses_and_names_the_holder_and_the_first_goes_on()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using var gate = await home.ServeAsync();
        var token = await home.TokenAsync();

        var second = (await home.RunAsync("serve")).Expect(ExitCodes.Unusable);

        Assert.Contains($"is held by serve (process {gate.Child.Pid})", second.Errors, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await gate.StatusAsync(token));
        Assert.Single(await home.ActsAsync(), act => act == "start");
    }

    [Fact]
    public async Task Verbs_work_beside_a_running_gate()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using var gate = await home.ServeAsync();
        await TryEveryVerbAsync(home, gate);
        Assert.Contains("Reloaded", (await home.RunAsync("reload")).Expect(0).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await gate.StopAsync()).Exit);
    }

    [Fact]
    public async Task Verbs_take_the_lock_themselves_when_no_gate_runs()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using (var gate = await home.ServeAsync())
        {
            Assert.Equal(HttpStatusCode.OK, await gate.StatusAsync(await home.TokenAsync(), "needle in a prompt"));
            await gate.StopAsync();
        }
        await TryEveryVerbAsync(home, gate: null);
        var refused = (await home.RunAsync("reload")).Expect(ExitCodes.Unavailable);
        Assert.Contains("No gate runs on this home", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_decided_without_a_gate_holds_in_the_gate_that_starts_next()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        var (good, revoked) = (await home.TokenAsync(), await home.TokenAsync());
        var ids = BinaryHome.Parse(await home.RunAsync("token", "list", "--json"))
            .Select(line => line.GetProperty("id").GetString()!).ToList();
        (await home.RunAsync("token", "revoke", ids[^1])).Expect(0);
        (await home.RunAsync("pause", "tagger", "--why", "wrong tags")).Expect(0);
        var tagger = await home.TokenAsync("tagger");

        await using var gate = await home.ServeAsync();

        Assert.Equal(HttpStatusCode.OK, await gate.StatusAsync(good));
        Assert.Equal(HttpStatusCode.Unauthorized, await gate.StatusAsync(revoked));
        using var paused = await gate.ChatAsync(tagger, "hello");
        Assert.Equal("paused", Assert.Single(paused.Headers.GetValues("X-Gatehouse-Reason")));
    }

    [Fact]
    public async Task A_verb_says_who_holds_the_home_when_that_process_has_no_socket()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using var gate = await home.ServeAsync();
        File.Delete(home.PathOf("control.sock"));

        var refused = (await home.RunAsync("token", "issue", "--job", "news")).Expect(ExitCodes.Unavailable);

        Assert.Contains($"serve (process {gate.Child.Pid})", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_home_on_a_network_file_system_is_refused()
    {
        Strace.SkipUnlessUsable();
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);

        // strace puts the magic number of NFS (linux/magic.h) where statfs(2) answers the kind of file system.
        var refused = (await Child.RunAsync("/usr/bin/strace",
        [
            "-f", "-o", "/dev/null", "-e", "trace=statfs", "-e", "inject=statfs:poke_exit=@arg2=6969000000000000",
            GateBinary.Path, "serve", "--home", home.HomePath,
        ])).Expect(ExitCodes.Unusable);

        Assert.Contains("lies on NFS", refused.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(home.LedgerFile));
    }

    [Theory]
    [InlineData("none", ExitCodes.Unusable, "cannot be read")]
    [InlineData("folder", ExitCodes.Unusable, "is a directory")]
    [InlineData("/dev/null", ExitCodes.Unusable, "is empty")]
    [InlineData("/dev/zero", ExitCodes.Unusable, "is larger than 64 MiB")]
    [InlineData("gatehouse.yaml", ExitCodes.Failed, "The checkpoint kept elsewhere is not good")]
    public async Task A_kept_checkpoint_that_is_none_is_never_taken_for_a_good_one(string path, int exit, string why)
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using (await home.ServeAsync()) { }
        Directory.CreateDirectory(home.PathOf("folder"));

        var ended = (await home.RunAsync("ledger", "verify", "--against", home.PathOf(path))).Expect(exit);

        Assert.Contains(why, ended.Output + ended.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ended.Errors, StringComparison.Ordinal);
    }

    private static async Task TryEveryVerbAsync(BinaryHome home, BinaryGate? gate)
    {
        var token = await home.TokenAsync();
        if (gate is not null) Assert.Equal(HttpStatusCode.OK, await gate.StatusAsync(token, "needle in a prompt"));
        var exchange = (await home.OutcomesAsync()).Keys.First();
        var listed = BinaryHome.Parse(await home.RunAsync("token", "list", "--json"))[^1];
        Assert.Equal("good", listed.GetProperty("state").GetString());
        (await home.RunAsync("token", "revoke", listed.GetProperty("id").GetString()!)).Expect(0);
        if (gate is not null) Assert.Equal(HttpStatusCode.Unauthorized, await gate.StatusAsync(token));
        (await home.RunAsync("jobs")).Expect(0);
        (await home.RunAsync("pause", "news")).Expect(0);
        (await home.RunAsync("resume", "news")).Expect(0);
        (await home.RunAsync("resume", "news")).Expect(ExitCodes.Failed);
        Assert.Contains("news", (await home.RunAsync("ledger", "stats")).Expect(0).Output, StringComparison.Ordinal);
        Assert.Contains("needle in", (await home.RunAsync("ledger", "grep", "needle in")).Expect(0).Output,
            StringComparison.Ordinal);
        (await home.RunAsync("ledger", "grep", "not in any prompt")).Expect(ExitCodes.Failed);
        Assert.Contains("needle in", (await home.RunAsync("ledger", "payload", exchange)).Expect(0).Output,
            StringComparison.Ordinal);
        (await home.RunAsync("ledger", "payload", "ex_none")).Expect(ExitCodes.Failed);
        var checkpoint = (await home.RunAsync("ledger", "checkpoint")).Expect(0).Output;
        Assert.StartsWith("test/stage\n", checkpoint, StringComparison.Ordinal);
        await File.WriteAllTextAsync(home.PathOf("kept"), checkpoint);
        (await home.RunAsync("ledger", "verify", "--payloads", "--against", home.PathOf("kept"))).Expect(0);
        AssertOnRecord(await home.ShowAsync(), "token.issue", "token.revoke", "pause", "resume", "payload.read");
    }

    private static void AssertOnRecord(IReadOnlyList<JsonElement> lines, params string[] acts)
    {
        var found = lines.Where(line => line.GetProperty("kind").GetString() == "act").ToList();
        foreach (var act in acts)
        {
            var line = found.First(line => line.GetProperty("act").GetString() == act);
            Assert.Equal(Environment.UserName, line.GetProperty("who").GetString());
        }
    }
}
