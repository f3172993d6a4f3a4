using System.Net;
using Gatehouse.Linux;
using Gatehouse.Listening;

namespace Gatehouse.Tests.Gate;

/// <summary>Connections are few, and those on which nobody is identified are the first to go.</summary>
public sealed class ConnectionTests
{
    private static readonly string Jobs = HostileEstate.Of(("all", ""));

    private static readonly string Body = GateTexts.OpenAiChat("[[tokens=2]]");

    private static ConnectionLimits Few(int connections) => new(connections);

    [Fact]
    public async Task Idle_connections_of_nobody_keep_no_caller_out()
    {
        await using var stage = await GateStage.StartAsync(Jobs, change: setup => setup with { Callers = Few(40) });
        var token = await stage.TokenAsync("all");
        using var before = await RawCaller.ConnectAsync(stage.Server.GateAddress);
        await before.PostAsync("/v1/chat/completions", Body, token);
        await before.ReceiveUntilAsync("chat.completion");
        var idle = new List<RawCaller>();
        for (var i = 0; i < 200; i++) idle.Add(await RawCaller.ConnectAsync(stage.Server.GateAddress));

        for (var i = 0; i < 3; i++)
        {
            using var caller = await RawCaller.ConnectAsync(stage.Server.GateAddress);
            await caller.PostAsync("/v1/chat/completions", Body, token);
            Assert.StartsWith(
                "HTTP/1.1 200", await caller.ReceiveUntilAsync("chat.completion"), StringComparison.Ordinal);
        }
        await before.PostAsync("/v1/chat/completions", Body, token, "X-Again: 1\r\n");
        await before.ReceiveUntilAsync("chat.completion");

        Assert.InRange(stage.Server.Callers.Count, 1, 40);
        Assert.InRange(stage.Server.Callers.TurnedAway, 150, 250);
        idle.ForEach(caller => caller.Dispose());
    }

    [Fact]
    public async Task A_connection_on_which_nobody_is_identified_in_time_is_closed_and_a_callers_is_kept()
    {
        await using var stage = await GateStage.StartAsync(
            Jobs, change: setup => setup with { Callers = Few(40) with { FirstRequest = TimeSpan.FromSeconds(2) } });
        var token = await stage.TokenAsync("all");
        using var known = await RawCaller.ConnectAsync(stage.Server.GateAddress);
        await known.PostAsync("/v1/chat/completions", Body, token);
        await known.ReceiveUntilAsync("chat.completion");
        using var silent = await RawCaller.ConnectAsync(stage.Server.GateAddress);
        using var slow = await RawCaller.ConnectAsync(stage.Server.GateAddress);
        await slow.SendAsync("POST /v1/chat/completions HTTP/1.1\r\nHost: gate\r\nX-A: ");
        using var unidentified = await RawCaller.ConnectAsync(stage.Server.GateAddress);
        await unidentified.PostAsync("/v1/chat/completions", Body, "not-a-token");

        Assert.Equal("", await silent.ReceiveToEndAsync());
        Assert.DoesNotContain(" 200 ", await slow.ReceiveToEndAsync(), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 401", await unidentified.ReceiveToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(1, stage.Server.Callers.Count);
        using var answer = await stage.PostAsync("/v1/chat/completions", Body, token);
        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Fact]
    public async Task When_all_connections_are_callers_the_one_that_is_idle_for_longest_makes_room()
    {
        await using var stage = await GateStage.StartAsync(Jobs, change: setup => setup with { Callers = Few(8) });
        var token = await stage.TokenAsync("all");
        var callers = new List<RawCaller>();
        for (var i = 0; i < 12; i++)
        {
            callers.Add(await RawCaller.ConnectAsync(stage.Server.GateAddress));
            await callers[i].PostAsync("/v1/chat/completions", Body, token);
            await callers[i].ReceiveUntilAsync("chat.completion");
        }

        Assert.InRange(stage.Server.Callers.Count, 1, 8);
        await callers[0].ReceiveToEndAsync();
        callers.ForEach(caller => caller.Dispose());
    }

    [Theory]
    [InlineData(256, 64)]
    [InlineData(1_024, 256)]
    [InlineData(1_048_576, 10_000)]
    public void A_third_of_the_descriptors_that_are_not_kept_for_the_ledger_is_for_connections(long files, int most)
        => Assert.Equal(most, FileLimit.ConnectionsFor(files));

    [Theory]
    [InlineData("evil.example", "User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n", false)]
    [InlineData("evil.example:8420", "Sec-Fetch-Site: none\r\nSec-Fetch-Mode: cors\r\n", false)]
    [InlineData("127.0.0.1.evil.example", "Sec-Fetch-Site: same-origin\r\n", false)]
    [InlineData("localhost.evil.example.", "User-Agent: Mozilla/5.0\r\n", false)]
    [InlineData("127.0.0.1", "User-Agent: Mozilla/5.0\r\n", true)]
    [InlineData("ollama", "User-Agent: Mozilla/5.0\r\n", true)]
    [InlineData("gate.lan", "User-Agent: Mozilla/5.0\r\n", true)]
    [InlineData("models.example.org", "User-Agent: python-requests/2.34\r\n", true)]
    [InlineData("models.example.org", "User-Agent: node\r\nSec-Fetch-Mode: cors\r\nAccept-Language: *\r\n", true)]
    public async Task A_browser_reaches_a_jobs_own_listener_by_a_local_name_only(
        string host, string header, bool passes)
    {
        await using var stage = await GateStage.StartAsync(HostileEstate.Of(("all", "listen: \"127.0.0.1:0\"")));
        var address = Assert.IsType<IPEndPoint>(stage.Server.Listeners.AddressOf("all"));
        using var caller = await RawCaller.ConnectAsync(address);

        await caller.SendAsync(
            $"GET /v1/models HTTP/1.1\r\nHost: {host}\r\n{header}Connection: close\r\n\r\n");
        var answer = await caller.ReceiveToEndAsync();

        Assert.StartsWith(passes ? "HTTP/1.1 200" : "HTTP/1.1 403", answer, StringComparison.Ordinal);
    }
}
