using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Gatehouse.Outbound;

/// <summary>
/// How one part of Gatehouse calls out. What is the same for all is not here: no proxy from the environment, no
/// redirects, no cookies, no decompression, no trace headers.
/// </summary>
internal sealed record OutboundPolicy
{
    /// <summary>Who calls, in counts and messages: <c>models</c>, <c>docker</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Which addresses may be called. Checked for every connection, after the name is resolved.</summary>
    public required OutboundZones Zones { get; init; }

    /// <summary>From the start of resolving the name to the end of the TLS handshake.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Until the status line, for <see cref="OutboundClient.FetchAsync"/>.</summary>
    public TimeSpan FirstByte { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Between two pieces of the answer, for <see cref="OutboundClient.FetchAsync"/>.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// All attempts and the waits between them, for <see cref="OutboundClient.FetchAsync"/>.
    /// </summary>
    public TimeSpan Total { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The largest body that <see cref="OutboundClient.FetchAsync"/> takes.</summary>
    public int AnswerBytesMax { get; init; } = 1024 * 1024;

    /// <summary>When <see cref="OutboundClient.FetchAsync"/> tries again; never, unless the policy says so.</summary>
    public OutboundRetries Retries { get; init; } = OutboundRetries.Never;

    public int ConnectionsMax { get; init; } = int.MaxValue;

    /// <summary>
    /// Well under the 5 minutes after which common servers close idle connections; nginx closes after 75 s.
    /// </summary>
    public TimeSpan ConnectionIdle { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A server in a container gets a new address when it restarts: ask DNS again now and then.</summary>
    public TimeSpan ConnectionLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Calls this Unix socket, whatever host the address of a request names.</summary>
    public string? SocketPath { get; init; }

    /// <summary>
    /// Opens each connection in the caller's own way, for example in another network namespace. The caller then decides
    /// where it leads, so no zone is checked.
    /// </summary>
    public Func<CancellationToken, ValueTask<Stream>>? Open { get; init; }

    /// <summary>For a connection that is open already and serves one request.</summary>
    public static OutboundPolicy Over(string name, Socket socket) => new()
    {
        Name = name,
        Zones = OutboundZones.None,
        Open = _ => ValueTask.FromResult<Stream>(new NetworkStream(socket, ownsSocket: true)),
    };
}

/// <summary>
/// When a failed GET or HEAD is tried again. Other methods never are: the first try may have had its effect.
/// </summary>
/// <param name="AttemptsMax">Tries in all.</param>
/// <param name="First">The longest wait before the second try; doubled for each further one.</param>
/// <param name="Longest">The longest wait of all. A server that asks for more is not asked again.</param>
/// <param name="PerRequest">
/// Retries that each request adds to the budget of its client. It keeps a server that is down from getting a multiple
/// of its usual load.
/// </param>
internal sealed record OutboundRetries(int AttemptsMax, TimeSpan First, TimeSpan Longest, double PerRequest)
{
    public static OutboundRetries Never { get; } = new(1, TimeSpan.Zero, TimeSpan.Zero, 0);
}

/// <summary>What an outbound client needs from the world; tests put other values in its place.</summary>
internal sealed record OutboundWorld
{
    public static OutboundWorld Real { get; } = new();

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The addresses of a name.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;

    /// <summary>Whether an interface of this host has the address.</summary>
    public Func<IPAddress, bool> IsOwn { get; init; }
        = static address => Linux.LocalAddresses.Read().Any(own => own.Address.Equals(address));

    /// <summary>Opens a TCP connection to exactly this address.</summary>
    public Func<IPEndPoint, CancellationToken, ValueTask<Stream>> Connect { get; init; } = OutboundSocket.OpenAsync;

    /// <summary>At least 0, less than 1: which part of a wait is waited.</summary>
    public Func<double> Chance { get; init; }
        = static () => RandomNumberGenerator.GetInt32(1_000_000) / 1_000_000.0;
}
