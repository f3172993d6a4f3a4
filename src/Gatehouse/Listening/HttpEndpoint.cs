using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Gatehouse.Linux;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gatehouse.Listening;

/// <summary>
/// One bound address that serves HTTP. Each is a Kestrel server of its own, so that what arrives at it needs no
/// further proof of where it arrived, and so that listeners come and go without a restart.
/// </summary>
internal sealed class HttpEndpoint : IAsyncDisposable
{
    /// <summary>
    /// What a connection may hold unread and unsent, outside every budget. Kestrel's defaults are 1 MiB and 64 KiB.
    /// </summary>
    private const int ReadBufferBytes = 64 * 1024, WriteBufferBytes = 32 * 1024;

    private readonly KestrelServer _server;
    private readonly string? _unixPath;

    private HttpEndpoint(KestrelServer server, EndPoint address, string? unixPath)
        => (_server, Address, _unixPath) = (server, address, unixPath);

    public EndPoint Address { get; }

    /// <summary>The kernel's number of the interface that it is bound to; 0 when it is bound to none.</summary>
    public int Interface { get; private init; }

    /// <summary>Binds and listens.</summary>
    /// <exception cref="IOException">The address cannot be bound; the message says why.</exception>
    public static async Task<HttpEndpoint> StartAsync(
        EndPoint address, Func<HttpContext, Task> handle, ILoggerFactory logs, CancellationToken stop,
        ConnectionBook? connections = null)
    {
        var options = new KestrelServerOptions { AddServerHeader = false, ApplicationServices = NoServices };
        // Header fields may hold any byte above ASCII (RFC 9110 section 5.5); Latin-1 reads and writes each as it is.
        options.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
        // The gate bounds bodies itself, by job and by memory budget, and answers in the caller's dialect.
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MaxRequestBufferSize = ReadBufferBytes;
        options.Limits.MaxResponseBufferSize = WriteBufferBytes;
        var unixPath = (address as UnixDomainSocketEndPoint)?.ToString();
        if (unixPath is not null)
        {
            RemoveStaleSocket(unixPath);
            options.ListenUnixSocket(unixPath, Configure);
        }
        else
        {
            options.Listen((IPEndPoint)address, Configure);
        }

        void Configure(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1;
            if (connections is not null) listen.Use(connections.Watch);
        }

        var boundTo = 0;
        var transport = new SocketTransportOptions
        {
            NoDelay = true,
            MaxReadBufferSize = ReadBufferBytes,
            MaxWriteBufferSize = WriteBufferBytes,
            CreateBoundListenSocket = asked =>
            {
                (var socket, boundTo) = BoundSocket.Create(asked);
                return socket;
            },
        };
        var server = new KestrelServer(
            Options.Create(options), new SocketTransportFactory(Options.Create(transport), logs), logs);
        try
        {
            await server.StartAsync(new Application(handle), stop);
        }
        catch (SocketException error)
        {
            server.Dispose();
            throw new IOException($"Cannot listen on {address}: {Explain(error, unixPath)}", error);
        }
        catch
        {
            server.Dispose();
            throw;
        }
        return new HttpEndpoint(server, BoundAddress(server, address), unixPath) { Interface = boundTo };
    }

    /// <summary>Stops accepting, and waits for calls in flight until the token says no longer.</summary>
    public async Task StopAsync(CancellationToken hurry)
    {
        await _server.StopAsync(hurry);
        if (_unixPath is not null && SocketFile.IsSocket(_unixPath)) File.Delete(_unixPath);
    }

    public ValueTask DisposeAsync()
    {
        _server.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string Explain(SocketException error, string? unixPath)
    {
        if (unixPath is null)
            return $"{error.Message}. Does this machine have that address, and may this user take that port?";
        return ErrnoOfNewFile(unixPath + ".try") switch
        {
            Erofs => "its disk is read-only. Make it writable, then start the gate again.",
            Enospc => "its disk is full. Free some space, then start the gate again.",
            _ => $"{error.Message}. Is its folder there, and writable?",
        };
    }

    // .NET has no word for what a file system says of a socket file; of another file beside it, it has.
    private static int ErrnoOfNewFile(string path)
    {
        try
        {
            File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, options: FileOptions.DeleteOnClose).Dispose();
            return 0;
        }
        catch (IOException error)
        {
            return error.HResult;
        }
        catch (UnauthorizedAccessException)
        {
            return 0;
        }
    }

    // errno: read-only file system, no space left on device.
    private const int Erofs = 30;
    private const int Enospc = 28;

    private static IServiceProvider NoServices { get; } = new ServiceCollection().BuildServiceProvider();

    /// <summary>
    /// A socket file that nobody answers on was left by a killed process. One that answers belongs to somebody.
    /// </summary>
    private static void RemoveStaleSocket(string path)
    {
        if (!File.Exists(path)) return;
        // Whatever else lies there is somebody's data: `listen: unix:` may be a slip of the pen.
        if (!SocketFile.IsSocket(path))
        {
            throw new IOException(
                $"{path} is there and is no socket, so it stays. Remove it, or listen somewhere else.");
        }
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException)
        {
            return;
        }
        throw new IOException($"Another process listens on {path}.");
    }

    private static EndPoint BoundAddress(KestrelServer server, EndPoint asked)
    {
        if (asked is not IPEndPoint { Port: 0 } tcp) return asked;
        var addresses = server.Features.Get<Microsoft.AspNetCore.Hosting.Server.Features.IServerAddressesFeature>()!;
        return new IPEndPoint(tcp.Address, new Uri(addresses.Addresses.First()).Port);
    }

    /// <summary>
    /// Kestrel's contract without the generic host around it: a context per request, kept with its connection and
    /// used again.
    /// </summary>
    private sealed class Application(Func<HttpContext, Task> handle) : IHttpApplication<DefaultHttpContext>
    {
        public DefaultHttpContext CreateContext(Microsoft.AspNetCore.Http.Features.IFeatureCollection features)
        {
            features.Get<OpenConnection>()?.BeginRequest();
            if (features is not IHostContextContainer<DefaultHttpContext> kept) return new DefaultHttpContext(features);
            if (kept.HostContext is { } used)
            {
                used.Initialize(features);
                return used;
            }
            return kept.HostContext = new DefaultHttpContext(features);
        }

        public Task ProcessRequestAsync(DefaultHttpContext context) => handle(context);

        public void DisposeContext(DefaultHttpContext context, Exception? exception)
        {
            context.Features.Get<OpenConnection>()?.EndRequest(Stopwatch.GetTimestamp());
            context.Uninitialize();
        }
    }
}
