using System.Collections.Concurrent;
using Gatehouse.Core.Estate;
using Gatehouse.Outbound;

namespace Gatehouse.Gate.Upstream;

/// <summary>
/// Connections to models, one client for each socket and limit for connecting; and which calls wait for a connection.
/// </summary>
internal sealed class UpstreamClient : IDisposable
{
    /// <summary>What a call may wait for a connection beyond the limit for connecting, in the pool.</summary>
    private static readonly TimeSpan ConnectSlack = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(string? Socket, TimeSpan Connect), OutboundClient> _clients = new();

    /// <summary>The calls that have no connection yet, since when, and how long connecting may take.</summary>
    private readonly ConcurrentDictionary<ForwardedBody, (long Since, TimeSpan Limit)> _waiting = new();

    public OutboundCounts Counts { get; } = new();

    public async Task<HttpResponseMessage> SendAsync(
        ModelPlan model, HttpRequestMessage request, CancellationToken stop)
    {
        var client = _clients.GetOrAdd((model.Url.SocketPath, model.Timeouts.Connect), Create);
        if (request.Content is not ForwardedBody body) return await client.SendAsync(request, stop);
        _waiting[body] = (TimeProvider.System.GetTimestamp(), model.Timeouts.Connect + ConnectSlack);
        body.OnConnected = () => _waiting.TryRemove(body, out _);
        try
        {
            return await client.SendAsync(request, stop);
        }
        finally
        {
            _waiting.TryRemove(body, out _);
        }
    }

    /// <summary>Calls that wait for a connection longer than connecting can take: something here is stuck.</summary>
    public int Waiting()
        => _waiting.Count(one => TimeProvider.System.GetElapsedTime(one.Value.Since) > one.Value.Limit);

    public void Dispose()
    {
        foreach (var client in _clients.Values) client.Dispose();
    }

    /// <summary>
    /// What the estate names is what is called, in every zone. How long a call waits for its answer and how much it
    /// takes is decided for each call, and a call is never sent twice.
    /// </summary>
    private OutboundClient Create((string? Socket, TimeSpan Connect) at) => new(
        new OutboundPolicy
        {
            Name = "models",
            Zones = OutboundZones.All,
            Connect = at.Connect,
            SocketPath = at.Socket,
        }, Counts);
}
