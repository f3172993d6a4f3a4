using System.Net;
using System.Text.RegularExpressions;
using Gatehouse.Actions;

namespace Gatehouse.Tests.Binary;

/// <summary>Signals to a running gate, and what a killed one leaves for the next.</summary>
[Collection(BinaryCollection.Name)]
public sealed class ServeSignalTests
{
    private const string OneMore = """
          late:
            owner: ops
            model: gpt
            source: { kind: prompt }
            sink: log

        """;

    [Fact]
    public async Task Hangup_puts_a_valid_file_in_force_and_the_change_on_record()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using var gate = await home.ServeAsync();
        (await home.RunAsync("token", "issue", "--job", "late")).Expect(ExitCodes.Failed);
        home.WriteEstate(model.Address, BinaryEstates.Usual + OneMore);

        gate.Child.Signal(Signals.Hangup);
        await gate.Child.WaitForErrorsAsync(new Regex("Reloaded gatehouse.yaml"));

        Assert.Equal(HttpStatusCode.OK, await gate.StatusAsync(await home.TokenAsync("late")));
        var act = (await home.ShowAsync()).Single(line =>
            line.TryGetProperty("act", out var name) && name.GetString() == "estate.reload");
        var diff = act.GetProperty("details").GetProperty("diff").GetString();
        Assert.Contains("+  late:", diff, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hangup_with_an_invalid_file_changes_nothing_and_readyz_says_so()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using var gate = await home.ServeAsync();
        var token = await home.TokenAsync();
        home.WriteEstate(model.Address, "estate: 1\njbos: {}\n");

        gate.Child.Signal(Signals.Hangup);
        await gate.Child.WaitForErrorsAsync(new Regex("the old plan stays"));

        Assert.Equal(HttpStatusCode.OK, await gate.StatusAsync(token));
        var ready = await gate.Client.GetStringAsync(
            new Uri(gate.ControlUrl, "readyz"), TestContext.Current.CancellationToken);
        Assert.Contains("the file on disk is not valid, the old plan is in force", ready, StringComparison.Ordinal);
        Assert.Contains("did you mean `jobs`?", ready, StringComparison.Ordinal);
        (await home.RunAsync("reload")).Expect(ExitCodes.Unusable);
    }

    [Theory]
    [InlineData(Signals.Terminate)]
    [InlineData(Signals.Interrupt)]
    public async Task A_clean_stop_lets_a_call_end_signs_all_that_is_on_record_and_leaves_no_socket(int signal)
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using var gate = await home.ServeAsync();
        var token = await home.TokenAsync();
        using var call = await gate.ChatAsync(token, "[[tokens=8 delay-token=50]] hello", stream: true);

        gate.Child.Signal(signal);
        var body = await call.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        (await gate.Child.EndAsync()).Expect(0);

        Assert.EndsWith("data: [DONE]\n\n", body, StringComparison.Ordinal);
        Assert.False(File.Exists(home.PathOf("control.sock")));
        var verified = (await home.RunAsync("ledger", "verify", "--payloads")).Expect(0);
        Assert.Matches(@"Signed to \d+, 0 entries after\.", verified.Output);
        Assert.Equal("stop", (await home.ActsAsync())[^1]);
        Assert.Equal(["completed"], (await home.OutcomesAsync()).Values);
    }

    [Fact]
    public async Task A_stop_cuts_a_call_that_does_not_end_and_puts_that_on_record()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using var gate = await home.ServeAsync();
        var token = await home.TokenAsync();
        using var call = await gate.ChatAsync(token, "[[endless delay-token=50]] hello", stream: true);

        gate.Child.Signal(Signals.Terminate);
        (await gate.Child.EndAsync()).Expect(0);

        Assert.DoesNotContain((await home.OutcomesAsync()).Values, outcome => outcome is "completed" or "open");
        (await home.RunAsync("ledger", "verify", "--payloads")).Expect(0);
    }

    [Fact]
    public async Task Sockets_that_a_killed_gate_left_stand_in_nobodys_way()
    {
        await using var model = await BinaryModel.StartAsync();
        const string ownSocket = BinaryEstates.Usual + "    run-as: 65534\n    listen: unix:{home}/tagger.sock\n";
        using var home = BinaryHome.Create(model.Address, ownSocket);
        await using (var killed = await home.ServeAsync()) await killed.Child.KillAsync();
        string[] left = ["control.sock", "tokens.sock", "tagger.sock"];
        Assert.All(left, name => Assert.True(File.Exists(home.PathOf(name)), name));

        // A verb takes the lock although the socket is there, and the next gate makes the sockets anew.
        var token = await home.TokenAsync();
        await using var gate = await home.ServeAsync();

        Assert.Equal(HttpStatusCode.OK, await gate.StatusAsync(token));
        (await home.RunAsync("exec", "--job", "news", "--same-user", "--", "true")).Expect(0);
        (await gate.StopAsync()).Expect(0);
        Assert.All(left, name => Assert.False(File.Exists(home.PathOf(name)), name));
    }
}
