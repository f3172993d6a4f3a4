using System.Net.Sockets;
using Gatehouse.Outbound;

namespace Gatehouse.Tests.Outbound;

/// <summary>A question is asked again a few times, after random waits, and never more than the budget allows.</summary>
public sealed class OutboundRetryTests
{
    internal static readonly OutboundRetries Often = new(4, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3), 0.1);

    private static readonly OutboundPolicy Policy = new()
    {
        Name = "test",
        Zones = OutboundZones.Loopback,
        Retries = Often,
    };

    private readonly NotedWaits _time = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Waits_double_up_to_the_longest_and_chance_shortens_them()
    {
        using var server = PlainServer.Start(PlainServer.Answer("503 Busy", ""));
        using var client = Client(Policy, chance: 0.5);

        var reply = await client.FetchAsync(() => Request(HttpMethod.Get, server.Url), Stop);

        Assert.Equal(503, reply.Status);
        Assert.Equal(4, server.Heads.Count);
        Assert.Equal([0.5, 1, 1.5], _time.Waits.Select(static wait => wait.TotalSeconds));
        Assert.Equal((1, 3), (client.Counts[OutboundCount.Requests], client.Counts[OutboundCount.Retries]));
    }

    [Fact]
    public async Task The_first_good_answer_ends_the_tries()
    {
        var answers = new Queue<string>(["502 Bad Gateway", "200 OK"]);
        using var server = PlainServer.Start(
            (_, stream) => PlainServer.SayAsync(stream, PlainServer.Answer(answers.Dequeue(), "x")));
        using var client = Client(Policy);

        Assert.Equal(200, (await client.FetchAsync(() => Request(HttpMethod.Get, server.Url), Stop)).Status);
        Assert.Equal(0, client.Counts[OutboundCount.Failures]);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    public async Task What_may_have_changed_something_is_sent_once(string method)
    {
        using var server = PlainServer.Start(PlainServer.Answer("503 Busy", ""));
        using var client = Client(Policy);

        await client.FetchAsync(() => Request(HttpMethod.Parse(method), server.Url), Stop);

        Assert.Single(server.Heads);
    }

    [Theory]
    [InlineData("500 Broken")]
    [InlineData("404 Not Found")]
    [InlineData("501 Not Implemented")]
    public async Task An_answer_that_stays_the_same_is_not_asked_for_again(string status)
    {
        using var server = PlainServer.Start(PlainServer.Answer(status, ""));
        using var client = Client(Policy);

        await client.FetchAsync(() => Request(HttpMethod.Get, server.Url), Stop);

        Assert.Single(server.Heads);
    }

    [Fact]
    public async Task Without_a_policy_for_retries_nothing_is_tried_again()
    {
        using var server = PlainServer.Start(PlainServer.Answer("503 Busy", ""));
        using var client = Client(Policy with { Retries = OutboundRetries.Never });

        await client.FetchAsync(() => Request(HttpMethod.Get, server.Url), Stop);

        Assert.Single(server.Heads);
    }

    [Fact]
    public async Task The_budget_ends_the_tries_of_a_server_that_stays_down()
    {
        var connects = 0;
        using var client = Client(Policy, change: world => world with
        {
            Connect = (_, _) =>
            {
                connects++;
                throw new SocketException((int)SocketError.ConnectionRefused);
            },
        });

        for (var i = 0; i < 50; i++)
        {
            var error = await Assert.ThrowsAsync<OutboundException>(
                () => client.FetchAsync(() => Request(HttpMethod.Get, new Uri("http://127.0.0.1/")), Stop));
            Assert.Equal(OutboundFailure.Unreachable, error.Failure);
        }

        // 50 first tries, the 10 retries that were saved, and one for each tenth request.
        Assert.InRange(connects, 60, 50 + 10 + 5);
        Assert.Equal(connects - 50, client.Counts[OutboundCount.Retries]);
        Assert.Equal(50, client.Counts[OutboundCount.Failures]);
        Assert.True(client.Counts[OutboundCount.RetriesWithoutBudget] >= 40);
    }

    [Theory]
    [InlineData(2, 4, new double[] { 2, 2, 2 })]
    [InlineData(60, 1, new double[0])]
    public async Task A_server_may_ask_for_a_longer_wait_or_not_be_asked_again(int after, int tries, double[] waits)
    {
        using var server = PlainServer.Start(
            PlainServer.Answer("429 Slow Down", "", $"Retry-After: {after}\r\n"));
        using var client = Client(Policy);

        var reply = await client.FetchAsync(() => Request(HttpMethod.Get, server.Url), Stop);

        Assert.Equal(TimeSpan.FromSeconds(after), reply.RetryAfter);
        Assert.Equal(tries, server.Heads.Count);
        Assert.Equal(waits, _time.Waits.Select(static wait => wait.TotalSeconds));
    }

    [Fact]
    public async Task A_connection_that_breaks_in_the_middle_is_tried_again()
    {
        var answers = new Queue<string>(
        [
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "HTTP/1.1 2", PlainServer.Answer("200 OK", "whole"),
        ]);
        using var server = PlainServer.Start((_, stream) => PlainServer.SayAsync(stream, answers.Dequeue()));
        using var client = Client(Policy);

        var reply = await client.FetchAsync(() => Request(HttpMethod.Get, server.Url), Stop);

        Assert.Equal("whole"u8.ToArray(), reply.Body);
        Assert.Equal(2, client.Counts[OutboundCount.Retries]);
    }

    [Fact]
    public async Task A_socket_file_that_is_missing_is_not_waited_for()
    {
        using var client = Client(Policy with { SocketPath = "/nonexistent/gatehouse-test.sock" });

        var error = await Assert.ThrowsAsync<OutboundException>(
            () => client.FetchAsync(() => Request(HttpMethod.Get, new Uri("http://docker/")), Stop));

        Assert.Equal(SocketError.AddressNotAvailable, error.Socket);
        Assert.Equal(0, client.Counts[OutboundCount.Retries]);
    }

    private static HttpRequestMessage Request(HttpMethod method, Uri url) => new(method, url);

    private OutboundClient Client(
        OutboundPolicy policy, double chance = 0, Func<OutboundWorld, OutboundWorld>? change = null)
    {
        var world = new OutboundWorld { Time = _time, Chance = () => chance };
        return new OutboundClient(policy, null, change?.Invoke(world) ?? world);
    }
}
