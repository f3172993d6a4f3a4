using System.IO.Compression;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Gatehouse.Outbound;
using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.Outbound;

/// <summary>
/// What is asked for is what is called, what comes back is what was sent, and everything has a limit.
/// </summary>
public sealed class OutboundClientTests
{
    private static readonly OutboundPolicy Policy = new() { Name = "test", Zones = OutboundZones.Loopback };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        using var there = PlainServer.Start(PlainServer.Answer("200 OK", "there"));
        using var here = PlainServer.Start(PlainServer.Answer("302 Found", "", $"Location: {there.Url}\r\n"));
        using var client = new OutboundClient(Policy);

        var reply = await client.FetchAsync(() => Get(here.Url), Stop);

        Assert.Equal(302, reply.Status);
        Assert.Equal((1, 0), (here.Connections, there.Connections));
    }

    [Fact]
    public async Task A_proxy_that_the_environment_names_is_not_used()
    {
        using var proxy = PlainServer.Start(PlainServer.Answer("200 OK", "proxy"));
        using var server = PlainServer.Start(PlainServer.Answer("200 OK", "server"));
        var before = HttpClient.DefaultProxy;
        // What the variables set, for one name that no other test uses.
        HttpClient.DefaultProxy = new ProxyForOneName(new Uri($"http://127.0.0.1:{proxy.Port}"));
        try
        {
            var world = new OutboundWorld { Resolve = (_, _) => Task.FromResult(new[] { IPAddress.Loopback }) };
            using var client = new OutboundClient(Policy, null, world);

            var reply = await client.FetchAsync(
                () => Get(new Uri($"http://{ProxyForOneName.Host}:{server.Port}/")), Stop);

            Assert.Equal("server", Encoding.ASCII.GetString(reply.Body));
            Assert.Equal(0, proxy.Connections);
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }
    }

    [Fact]
    public async Task A_cookie_is_not_sent_back()
    {
        using var server = PlainServer.Start(PlainServer.Answer("200 OK", "x", "Set-Cookie: a=b\r\n"));
        using var client = new OutboundClient(Policy);

        await client.FetchAsync(() => Get(server.Url), Stop);
        await client.FetchAsync(() => Get(server.Url), Stop);

        Assert.Equal(2, server.Heads.Count);
        Assert.All(server.Heads, head => Assert.DoesNotContain("cookie", head, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_compressed_answer_stays_as_it_was_sent()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync("plain"u8.ToArray(), Stop);
        var body = Encoding.Latin1.GetString(packed.ToArray());
        using var server = PlainServer.Start(PlainServer.Answer("200 OK", body, "Content-Encoding: gzip\r\n"));
        using var client = new OutboundClient(Policy);

        var reply = await client.FetchAsync(() => Get(server.Url), Stop);

        Assert.Equal(packed.ToArray(), reply.Body);
        Assert.DoesNotContain("Accept-Encoding", Assert.Single(server.Heads), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("Content-Length: 2000\r\nConnection: close\r\n")]
    [InlineData("Connection: close\r\n")]
    public async Task An_answer_that_is_too_large_is_cut(string headers)
    {
        var isCut = new TaskCompletionSource();
        using var server = PlainServer.Start(async (_, stream) =>
        {
            await PlainServer.SayAsync(stream, $"HTTP/1.1 200 OK\r\n{headers}\r\n{new string('x', 1500)}");
            // The client closes the connection, and does not read the rest first.
            await PlainServer.WaitForEndAsync(stream, Stop);
            isCut.SetResult();
        });
        using var client = new OutboundClient(Policy with { AnswerBytesMax = 1000 });

        var error = await Assert.ThrowsAsync<OutboundException>(() => client.FetchAsync(() => Get(server.Url), Stop));

        Assert.Equal((OutboundFailure.TooLarge, "sent more than 1000 bytes"), (error.Failure, error.Message));
        Assert.Equal(1, client.Counts[OutboundCount.TooLarge]);
        await isCut.Task.WaitAsync(TimeSpan.FromSeconds(10), Stop);
    }

    [Fact]
    public async Task An_answer_as_large_as_allowed_is_taken()
    {
        using var server = PlainServer.Start(PlainServer.Answer("200 OK", new string('x', 1000)));
        using var client = new OutboundClient(Policy with { AnswerBytesMax = 1000 });

        Assert.Equal(1000, (await client.FetchAsync(() => Get(server.Url), Stop)).Body.Length);
    }

    [Theory]
    [InlineData("", 30, "did not begin to answer within 30 s")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", 20, "sent nothing more within 20 s")]
    public async Task A_server_that_says_nothing_is_given_up(string beginning, int seconds, string message)
    {
        var (hasBegun, time) = (new TaskCompletionSource(), new FakeTimeProvider());
        using var server = PlainServer.Start(async (_, stream) =>
        {
            await PlainServer.SayAsync(stream, beginning);
            hasBegun.SetResult();
            await PlainServer.WaitForEndAsync(stream, Stop);
        });
        using var client = new OutboundClient(Policy with { Silence = TimeSpan.FromSeconds(20) }, null,
            new OutboundWorld { Time = time });

        var fetching = client.FetchAsync(() => Get(server.Url), Stop);
        await hasBegun.Task.WaitAsync(TimeSpan.FromSeconds(10), Stop);
        // The client must have read what was sent before its time runs out.
        await Task.Delay(200, Stop);
        Assert.False(fetching.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(seconds));

        var error = await Assert.ThrowsAsync<OutboundException>(() => fetching);
        Assert.Equal((OutboundFailure.TimedOut, message), (error.Failure, error.Message));
        Assert.Equal(1, client.Counts[OutboundCount.Timeouts]);
    }

    [Fact]
    public async Task An_answer_that_trickles_ends_with_the_total()
    {
        var (hasBegun, time) = (new TaskCompletionSource(), new FakeTimeProvider());
        using var server = PlainServer.Start(async (_, stream) =>
        {
            await PlainServer.SayAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
            hasBegun.SetResult();
            await PlainServer.WaitForEndAsync(stream, Stop);
        });
        using var client = new OutboundClient(
            Policy with { Silence = TimeSpan.FromHours(1), Total = TimeSpan.FromMinutes(1) }, null,
            new OutboundWorld { Time = time });

        var fetching = client.FetchAsync(() => Get(server.Url), Stop);
        await hasBegun.Task.WaitAsync(TimeSpan.FromSeconds(10), Stop);
        await Task.Delay(200, Stop);
        time.Advance(TimeSpan.FromMinutes(1));

        var error = await Assert.ThrowsAsync<OutboundException>(() => fetching);
        Assert.Equal((OutboundFailure.TimedOut, "did not answer within 60 s"), (error.Failure, error.Message));
    }

    [Fact]
    public async Task A_caller_that_stops_gets_no_failure_of_the_server()
    {
        using var stop = new CancellationTokenSource();
        using var server = PlainServer.Start(async (_, stream) =>
        {
            await stop.CancelAsync();
            await PlainServer.WaitForEndAsync(stream, Stop);
        });
        using var client = new OutboundClient(Policy);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => client.FetchAsync(() => Get(server.Url), stop.Token));

        Assert.Equal(0, client.Counts[OutboundCount.Failures]);
    }

    [Fact]
    public async Task A_unix_socket_is_called_whatever_the_address_says()
    {
        var path = Path.Combine(Path.GetTempPath(), $"gatehouse-{Guid.NewGuid():n}.sock");
        try
        {
            using var server = PlainServer.StartOn(path, PlainServer.Answer("200 OK", "over a file"));
            using var client = new OutboundClient(Policy with { SocketPath = path, Zones = OutboundZones.None });

            var reply = await client.FetchAsync(() => Get(new Uri("http://docker/version")), Stop);

            Assert.Equal("over a file", Encoding.ASCII.GetString(reply.Body));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_certificate_that_is_not_accepted_is_explained_in_our_words()
    {
        using var certificate = SelfSigned();
        using var tls = new TlsServer(certificate);
        using var client = new OutboundClient(Policy with { Retries = OutboundRetryTests.Often });

        var error = await Assert.ThrowsAsync<OutboundException>(
            () => client.FetchAsync(() => Get(new Uri($"https://127.0.0.1:{tls.Port}/")), Stop));

        Assert.Equal(OutboundFailure.Untrusted, error.Failure);
        Assert.StartsWith("has a certificate that is not accepted: it is for another name, its issuer is",
            error.Message, StringComparison.Ordinal);
        Assert.Equal(0, client.Counts[OutboundCount.Retries]);
    }

    private static HttpRequestMessage Get(Uri url) => new(HttpMethod.Get, url);

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=elsewhere.test", key, HashAlgorithmName.SHA256);
        using var bare = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        return X509CertificateLoader.LoadPkcs12(bare.Export(X509ContentType.Pfx), null);
    }

    private sealed class ProxyForOneName(Uri proxy) : IWebProxy
    {
        public const string Host = "proxied.invalid";

        public ICredentials? Credentials { get; set; }

        public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? destination : proxy;

        public bool IsBypassed(Uri host) => host.Host != Host;
    }

    private sealed class TlsServer : IDisposable
    {
        private readonly System.Net.Sockets.TcpListener _listener = new(IPAddress.Loopback, 0);

        public TlsServer(X509Certificate2 certificate)
        {
            _listener.Start();
            _ = ServeAsync(certificate);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync(X509Certificate2 certificate)
        {
            try
            {
                using var connection = await _listener.AcceptTcpClientAsync();
                await using var tls = new SslStream(connection.GetStream());
                await tls.AuthenticateAsServerAsync(certificate);
                await PlainServer.WaitForEndAsync(tls, CancellationToken.None);
            }
            catch (Exception error) when (error is IOException or System.Security.Authentication.AuthenticationException
                or System.Net.Sockets.SocketException or ObjectDisposedException)
            {
                // The client refuses the certificate.
            }
        }
    }
}
