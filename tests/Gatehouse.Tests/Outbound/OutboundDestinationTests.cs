using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Gatehouse.Outbound;

namespace Gatehouse.Tests.Outbound;

/// <summary>Where a call may lead is decided on the address that is connected to, and nowhere else.</summary>
public sealed class OutboundDestinationTests
{
    private static readonly IPAddress Public = IPAddress.Parse("93.184.216.34");

    private static readonly OutboundPolicy PublicOnly = new() { Name = "test", Zones = OutboundZones.Public };

    private readonly ConcurrentQueue<string> _asked = new();
    private readonly ConcurrentQueue<IPAddress> _connected = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f000001")]
    [InlineData("0177.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("localhost")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::ffff:7f00:1]")]
    [InlineData("[::127.0.0.1]")]
    public async Task An_address_of_this_host_is_refused_however_it_is_written(string host)
    {
        using var server = PlainServer.Start(PlainServer.Answer("200 OK", "inside"));
        using var client = new OutboundClient(PublicOnly);

        var error = await FailAsync(client, new Uri($"http://{host}:{server.Port}/"));

        Assert.Equal(OutboundFailure.Refused, error.Failure);
        Assert.Contains("is an address of this host", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Connections);
        Assert.Equal(1, client.Counts[OutboundCount.DestinationsRefused]);
    }

    [Theory]
    [InlineData("169.254.169.254", "a link-local or cloud metadata address")]
    [InlineData("[fd00:ec2::254]", "a link-local or cloud metadata address")]
    [InlineData("[::ffff:169.254.169.254]", "a link-local or cloud metadata address")]
    [InlineData("[64:ff9b::a9fe:a9fe]", "a link-local or cloud metadata address")]
    [InlineData("192.168.1.1", "a private address")]
    [InlineData("[fd12::1]", "a private address")]
    [InlineData("224.0.0.1", "a reserved address")]
    public async Task What_the_policy_does_not_allow_is_never_connected_to(string host, string name)
    {
        using var client = new OutboundClient(PublicOnly, null, World(Public));

        var error = await FailAsync(client, new Uri($"http://{host}/latest/meta-data/"));

        Assert.Equal(OutboundFailure.Refused, error.Failure);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Empty(_connected);
    }

    [Fact]
    public async Task A_policy_for_private_networks_does_not_allow_metadata()
    {
        using var client = new OutboundClient(
            PublicOnly with { Zones = OutboundZones.Public | OutboundZones.Private }, null, World(Public));

        await FailAsync(client, new Uri("http://[fd00:ec2::254]/"));
        await FailAsync(client, new Uri("http://169.254.169.254/"));

        Assert.Empty(_connected);
    }

    [Fact]
    public async Task A_name_that_means_another_address_a_moment_later_gains_nothing()
    {
        using var server = PlainServer.Start(PlainServer.Answer("200 OK", "public"));
        var answers = new Queue<IPAddress>([Public, IPAddress.Loopback, IPAddress.Parse("10.0.0.1")]);
        using var client = new OutboundClient(PublicOnly, null, World(server, () => [answers.Dequeue()]));
        var url = new Uri($"http://rebinding.test:{server.Port}/");

        var first = await client.FetchAsync(() => new HttpRequestMessage(HttpMethod.Get, url), Stop);
        var (second, third) = (await FailAsync(client, url), await FailAsync(client, url));

        Assert.Equal("public", Encoding.ASCII.GetString(first.Body));
        Assert.Equal((OutboundFailure.Refused, OutboundFailure.Refused), (second.Failure, third.Failure));
        // Asked once for each connection: what was checked is what was connected to.
        Assert.Equal(3, _asked.Count);
        Assert.Equal([Public], _connected);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task Of_several_addresses_only_the_allowed_ones_are_tried()
    {
        using var server = PlainServer.Start(PlainServer.Answer("200 OK", "public"));
        using var client = new OutboundClient(PublicOnly, null, World(
            server, () => [IPAddress.Loopback, IPAddress.Parse("192.168.0.9"), Public, IPAddress.IPv6Loopback]));

        await client.FetchAsync(
            () => new HttpRequestMessage(HttpMethod.Get, new Uri($"http://mixed.test:{server.Port}/")), Stop);

        Assert.Equal([Public], _connected);
        Assert.Equal(0, client.Counts[OutboundCount.DestinationsRefused]);
    }

    [Fact]
    public async Task The_next_address_is_tried_when_one_does_not_answer()
    {
        using var server = PlainServer.Start(PlainServer.Answer("200 OK", "second"));
        var other = IPAddress.Parse("93.184.216.35");
        var world = World(server, () => [other, Public]);
        using var client = new OutboundClient(PublicOnly, null, world with
        {
            Connect = (address, stop) => address.Address.Equals(other)
                ? throw new SocketException((int)SocketError.ConnectionRefused) : world.Connect(address, stop),
        });

        var reply = await client.FetchAsync(
            () => new HttpRequestMessage(HttpMethod.Get, new Uri($"http://two.test:{server.Port}/")), Stop);

        Assert.Equal("second", Encoding.ASCII.GetString(reply.Body));
    }

    [Theory]
    [InlineData("93.184.216.34")]
    [InlineData("[::ffff:93.184.216.34]")]
    public async Task A_public_address_that_this_host_has_counts_as_this_host(string host)
    {
        using var client = new OutboundClient(
            PublicOnly, null, World(Public) with { IsOwn = address => address.Equals(Public) });

        var error = await FailAsync(client, new Uri($"http://{host}/"));

        Assert.Equal(OutboundFailure.Refused, error.Failure);
        Assert.Empty(_connected);
    }

    [Fact]
    public async Task A_name_that_is_not_known_is_a_failure_of_the_resolver()
    {
        using var client = new OutboundClient(PublicOnly, null, World() with
        {
            Resolve = (_, _) => throw new SocketException((int)SocketError.HostNotFound),
        });

        var error = await FailAsync(client, new Uri("http://nowhere.test/"));

        Assert.Equal(
            (OutboundFailure.Unreachable, SocketError.HostNotFound), (error.Failure, error.Socket));
        Assert.Equal(HttpRequestError.NameResolutionError,
            Assert.IsType<HttpRequestException>(error.InnerException).HttpRequestError);
    }

    [Fact]
    public async Task A_policy_that_allows_all_zones_calls_a_loopback_model()
    {
        using var server = PlainServer.Start(PlainServer.Answer("200 OK", "model"));
        using var client = new OutboundClient(PublicOnly with { Zones = OutboundZones.All });

        using var response = await client.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, new Uri($"http://localhost:{server.Port}/")), Stop);

        Assert.Equal("model", await response.Content.ReadAsStringAsync(Stop));
        Assert.Equal((1, 1), (client.Counts[OutboundCount.Requests], client.Counts[OutboundCount.Connections]));
    }

    private static Task<OutboundException> FailAsync(OutboundClient client, Uri url)
        => Assert.ThrowsAsync<OutboundException>(
            () => client.FetchAsync(() => new HttpRequestMessage(HttpMethod.Get, url), Stop));

    /// <summary>A world in which no connection succeeds, and every one is noted.</summary>
    private OutboundWorld World(params IPAddress[] addresses) => new()
    {
        IsOwn = static _ => false,
        Resolve = (name, _) =>
        {
            _asked.Enqueue(name);
            return Task.FromResult(addresses);
        },
        Connect = (address, _) =>
        {
            _connected.Enqueue(address.Address);
            throw new SocketException((int)SocketError.NetworkUnreachable);
        },
    };

    /// <summary>A world in which the server has every address.</summary>
    private OutboundWorld World(PlainServer server, Func<IPAddress[]> addresses) => World() with
    {
        Resolve = (name, _) =>
        {
            _asked.Enqueue(name);
            return Task.FromResult(addresses());
        },
        Connect = (address, stop) =>
        {
            _connected.Enqueue(address.Address);
            return server.ConnectAsync(stop);
        },
    };
}
