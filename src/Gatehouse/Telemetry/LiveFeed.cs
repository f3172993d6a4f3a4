using System.Threading.Channels;

namespace Gatehouse.Telemetry;

/// <summary>
/// The last calls and the pages that watch them. A <em>safe</em> promise: a slow watcher misses events, a call never
/// waits.
/// </summary>
internal sealed class LiveFeed
{
    /// <summary>What a page that opens now is shown of the past.</summary>
    private const int Remembered = 100;

    /// <summary>Watchers at a time: people's open pages, and the demo's terminal.</summary>
    private const int WatchersMax = 32;

    /// <summary>Events a watcher may be behind before it loses the oldest.</summary>
    private const int BehindMax = 256;

    private readonly Lock _gate = new();
    private readonly LinkedList<LiveCall> _last = new();
    private readonly Dictionary<string, LinkedListNode<LiveCall>> _byId = [];
    private readonly List<Channel<LiveCall>> _watchers = [];

    public void Show(LiveCall call)
    {
        lock (_gate)
        {
            if (_byId.TryGetValue(call.Id, out var known))
            {
                known.Value = call;
            }
            else
            {
                _byId[call.Id] = _last.AddLast(call);
                if (_last.Count > Remembered)
                {
                    _byId.Remove(_last.First!.Value.Id);
                    _last.RemoveFirst();
                }
            }
            foreach (var watcher in _watchers) watcher.Writer.TryWrite(call);
        }
    }

    /// <summary>
    /// The remembered calls, oldest first, then each new one. When too many watch, the one that came first is ended:
    /// pages that somebody left open must not keep out the one that is opened now.
    /// </summary>
    public ChannelReader<LiveCall> Watch(CancellationToken until)
    {
        var channel = Channel.CreateBounded<LiveCall>(new BoundedChannelOptions(Remembered + BehindMax)
        {
            FullMode = BoundedChannelFullMode.DropOldest,
            SingleReader = true,
        });
        lock (_gate)
        {
            if (_watchers.Count >= WatchersMax)
            {
                _watchers[0].Writer.TryComplete();
                _watchers.RemoveAt(0);
            }
            foreach (var call in _last) channel.Writer.TryWrite(call);
            _watchers.Add(channel);
        }
        until.Register(() =>
        {
            lock (_gate) _watchers.Remove(channel);
            channel.Writer.TryComplete();
        });
        return channel.Reader;
    }
}

/// <summary>
/// One call as the live page shows it: who, what, how it ended. No payload, no caller text but the names it used.
/// </summary>
internal sealed record LiveCall
{
    public required string Id { get; init; }

    public required DateTimeOffset Time { get; init; }

    public required string Job { get; init; }

    /// <summary>How the job was identified.</summary>
    public required string By { get; init; }

    public required string Dialect { get; init; }

    public required string Endpoint { get; init; }

    public required string Model { get; init; }

    /// <summary><c>running</c>, or an outcome as the ledger names it.</summary>
    public required string Outcome { get; init; }

    public string Reason { get; init; } = "";

    public int Status { get; init; }

    public long Milliseconds { get; init; }

    public long Tokens { get; init; }
}
