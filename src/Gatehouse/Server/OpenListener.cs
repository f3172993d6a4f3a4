using Gatehouse.Gate.Identity;
using Gatehouse.Linux;
using Gatehouse.Listening;

namespace Gatehouse.Server;

/// <summary>A listener that is open, and what its calls carry.</summary>
internal sealed record OpenListener(HttpEndpoint Endpoint, ListenerIdentity Identity)
{
    /// <summary>
    /// Whether the interface that the socket is bound to has gone, or was made again: the socket then hears nothing
    /// more, whatever has the address now.
    /// </summary>
    public bool IsDead(ListenerTarget listener, IReadOnlyList<LocalAddress> own)
        => Endpoint.Interface != 0 && listener.In(own)?.Index != Endpoint.Interface;
}
