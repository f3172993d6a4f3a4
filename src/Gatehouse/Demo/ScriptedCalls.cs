namespace Gatehouse.Demo;

/// <summary>The scripted model's memory of its calls, bounded: the oldest go first.</summary>
internal sealed class ScriptedCalls(TimeProvider time)
{
    private const int CallsMax = 10_000;
    private const long BodyBytesMax = 128L * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly LinkedList<ScriptedCall> _calls = [];
    private readonly Dictionary<long, LinkedListNode<ScriptedCall>> _byNumber = [];
    private long _bodyBytes;
    private long _number;
    private long _generation;

    /// <summary>Calls received since the start or the last clearing, forgotten ones included.</summary>
    public long Count
    {
        get
        {
            lock (_lock)
                return _number;
        }
    }

    /// <summary>The calls that are remembered, oldest first.</summary>
    public IReadOnlyList<ScriptedCall> Snapshot()
    {
        lock (_lock)
            return [.. _calls];
    }

    public void Clear()
    {
        lock (_lock)
        {
            _calls.Clear();
            _byNumber.Clear();
            _bodyBytes = 0;
            _number = 0;
            _generation++;
        }
    }

    public double NowMs() => time.GetTimestamp() * 1000.0 / time.TimestampFrequency;

    /// <summary>Remembers a call; the result names it for <see cref="Update"/>.</summary>
    public (long Generation, long Number) Add(Func<long, ScriptedCall> create)
    {
        lock (_lock)
        {
            var call = create(++_number);
            _byNumber[call.Number] = _calls.AddLast(call);
            DropOld();
            return (_generation, call.Number);
        }
    }

    /// <summary>Replaces a call by what is now known of it; does nothing if it was forgotten.</summary>
    public void Update((long Generation, long Number) key, Func<ScriptedCall, ScriptedCall> change)
    {
        lock (_lock)
        {
            if (key.Generation != _generation || !_byNumber.TryGetValue(key.Number, out var node))
                return;
            _bodyBytes -= node.Value.Body.Length;
            node.Value = change(node.Value);
            _bodyBytes += node.Value.Body.Length;
            DropOld();
        }
    }

    private void DropOld()
    {
        while (_calls.Count > 1 && (_calls.Count > CallsMax || _bodyBytes > BodyBytesMax))
        {
            var oldest = _calls.First!;
            _bodyBytes -= oldest.Value.Body.Length;
            _byNumber.Remove(oldest.Value.Number);
            _calls.RemoveFirst();
        }
    }
}
