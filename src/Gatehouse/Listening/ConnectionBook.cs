using System.Net;
using Gatehouse.Linux;
using Microsoft.AspNetCore.Connections;

namespace Gatehouse.Listening;

/// <summary>How many connections there may be, and how long one may stay unknown.</summary>
/// <param name="ConnectionsMax">Connections at once.</param>
internal sealed record ConnectionLimits(int ConnectionsMax)
{
    /// <summary>Connections of one address that nobody was identified on.</summary>
    public int UnknownPerAddress => Math.Max(ConnectionsMax / 8, 8);

    /// <summary>Unknown connections from addresses where nobody was identified: a quarter stays free.</summary>
    public int UnknownFromNewPeers => Math.Max(ConnectionsMax / 4 * 3, 8);

    /// <summary>How long a connection may take until its first caller is identified.</summary>
    public TimeSpan FirstRequest { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Connections of one address or user at once, identified or not.</summary>
    public int PerPeer { get; init; } = int.MaxValue;

    /// <summary>Whether any request at all makes a connection known, where nobody is asked who he is.</summary>
    public bool KnowsByRequest { get; init; }
}

/// <summary>Who is at the other end, by what the kernel says: an address, or the user of a Unix socket.</summary>
internal readonly record struct ConnectionPeer(IPAddress? Address, int? Uid)
{
    public static ConnectionPeer Of(ConnectionContext context) => new(
        (context.RemoteEndPoint as IPEndPoint)?.Address, PeerCredentials.Of(context.Features)?.Uid);
}

/// <summary>
/// The connections of one or more listeners. Connections on which nobody was identified are the first to go when there
/// are too many: the oldest of the same address or user, then the oldest of all, so that who opens ten thousand and
/// says nothing displaces himself and not the jobs.
/// </summary>
internal sealed class ConnectionBook(ConnectionLimits limits, TimeProvider time)
{
    /// <summary>Addresses and users that are remembered as those of identified callers.</summary>
    private const int KnownPeersMax = 4_096;

    private readonly Lock _lock = new();
    private readonly LinkedList<OpenConnection> _unknown = new();
    private readonly Dictionary<ConnectionPeer, LinkedList<OpenConnection>> _unknownByPeer = [];
    private readonly LinkedList<OpenConnection> _known = new();
    private readonly HashSet<ConnectionPeer> _knownPeers = [];
    private int _unidentified;
    private long _turnedAway;

    public int Count
    {
        get { lock (_lock) return _unknown.Count + _known.Count; }
    }

    /// <summary>Connections that were closed, or not let in, for want of room.</summary>
    public long TurnedAway => Interlocked.Read(ref _turnedAway);

    /// <summary>Puts the book in front of a listener's connections.</summary>
    public ConnectionDelegate Watch(ConnectionDelegate next) => async context =>
    {
        var connection = new OpenConnection(this, context, ConnectionPeer.Of(context), time.GetTimestamp());
        var (isIn, displaced) = Enter(connection);
        if (displaced is not null || !isIn) Interlocked.Increment(ref _turnedAway);
        displaced?.Close();
        if (!isIn)
        {
            connection.Close();
            return;
        }
        context.Features.Set(connection);
        try
        {
            await next(context);
        }
        finally
        {
            Leave(connection);
        }
    };

    /// <summary>Closes connections on which nobody was identified in time, until the gate stops.</summary>
    public async Task SweepAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), time, stop)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var late in Late()) late.Close();
        }
    }

    public void Identified(OpenConnection connection)
    {
        lock (_lock)
        {
            if (connection.Node?.List != _unknown) return;
            Remove_NeedsLock(connection);
            connection.Node = _known.AddLast(connection);
            if (_knownPeers.Count < KnownPeersMax) _knownPeers.Add(connection.Peer);
        }
    }

    public void Requested(OpenConnection connection)
    {
        if (limits.KnowsByRequest) Identified(connection);
    }

    private static IPAddress AddressOf(ConnectionContext context)
        => (context.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;

    private (bool IsIn, OpenConnection? Displaced) Enter(OpenConnection connection)
    {
        lock (_lock)
        {
            connection.IsUnidentified = !_knownPeers.Contains(connection.Peer);
            OpenConnection? displaced = null;
            if (_unknownByPeer.TryGetValue(connection.Peer, out var own) && own.Count >= limits.UnknownPerAddress)
            {
                displaced = own.First!.Value;
            }
            else if (limits.PerPeer < int.MaxValue && CountOf_NeedsLock(connection.Peer) >= limits.PerPeer)
            {
                displaced = own?.First?.Value
                    ?? LongestIdle_NeedsLock(_known.Where(one => one.Peer == connection.Peer));
                if (displaced is null) return (false, null);
            }
            else if (connection.IsUnidentified && _unidentified >= limits.UnknownFromNewPeers)
            {
                displaced = _unknown.FirstOrDefault(one => one.IsUnidentified);
            }
            else if (_unknown.Count + _known.Count >= limits.ConnectionsMax)
            {
                displaced = _unknown.First?.Value ?? LongestIdle_NeedsLock(_known);
            }
            if (displaced is not null) Remove_NeedsLock(displaced);
            else if (_unknown.Count + _known.Count >= limits.ConnectionsMax) return (false, null);
            connection.Node = _unknown.AddLast(connection);
            if (connection.IsUnidentified) _unidentified++;
            if (own is null || own.Count == 0)
                _unknownByPeer[connection.Peer] = own = new LinkedList<OpenConnection>();
            connection.PeerNode = own.AddLast(connection);
            return (true, displaced);
        }
    }

    private void Leave(OpenConnection connection)
    {
        lock (_lock) Remove_NeedsLock(connection);
    }

    private int CountOf_NeedsLock(ConnectionPeer peer)
        => (_unknownByPeer.TryGetValue(peer, out var own) ? own.Count : 0) + _known.Count(one => one.Peer == peer);

    private static OpenConnection? LongestIdle_NeedsLock(IEnumerable<OpenConnection> known)
        => known.Where(one => !one.IsBusy).MinBy(one => one.LastUsed);

    private void Remove_NeedsLock(OpenConnection connection)
    {
        if (connection.Node is not { List: { } list } node) return;
        list.Remove(node);
        connection.Node = null;
        if (connection.PeerNode is not { List: { } own } ownNode) return;
        own.Remove(ownNode);
        connection.PeerNode = null;
        if (own.Count == 0) _unknownByPeer.Remove(connection.Peer);
        if (connection.IsUnidentified) _unidentified--;
    }

    private List<OpenConnection> Late()
    {
        var late = new List<OpenConnection>();
        lock (_lock)
        {
            while (_unknown.First?.Value is { } oldest && time.GetElapsedTime(oldest.Since) > limits.FirstRequest)
            {
                Remove_NeedsLock(oldest);
                late.Add(oldest);
            }
        }
        return late;
    }
}

/// <summary>One connection of a listener, for the code that serves its requests.</summary>
internal sealed class OpenConnection(ConnectionBook book, ConnectionContext context, ConnectionPeer peer, long since)
{
    private bool _isBusy;
    private long _lastUsed = since;

    public ConnectionPeer Peer => peer;

    /// <summary>When it was opened; a timestamp of the monotonic clock.</summary>
    public long Since { get; } = since;

    public bool IsBusy => Volatile.Read(ref _isBusy);

    public long LastUsed => Volatile.Read(ref _lastUsed);

    /// <summary>Whether nobody was ever identified at its other end when it was opened.</summary>
    public bool IsUnidentified { get; set; }

    public LinkedListNode<OpenConnection>? Node { get; set; }

    public LinkedListNode<OpenConnection>? PeerNode { get; set; }

    public void BeginRequest()
    {
        Volatile.Write(ref _isBusy, true);
        book.Requested(this);
    }

    public void EndRequest(long now)
    {
        Volatile.Write(ref _lastUsed, now);
        Volatile.Write(ref _isBusy, false);
    }

    /// <summary>Its caller is known: it is not among the first to go any more.</summary>
    public void Identified() => book.Identified(this);

    public void Close() => context.Abort(new ConnectionAbortedException("The gate needs the connection's place."));
}
