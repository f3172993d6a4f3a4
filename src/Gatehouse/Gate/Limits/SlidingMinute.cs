namespace Gatehouse.Gate.Limits;

/// <summary>A sum over the last 60 seconds in one-second steps: exact enough for a limit, constant in memory.</summary>
internal sealed class SlidingMinute
{
    private const int Buckets = 60;

    private readonly long[] _perSecond = new long[Buckets];
    private long _lastSecond = -1;

    public long Sum { get; private set; }

    public void Add(long second, long amount)
    {
        Advance(second);
        _perSecond[_lastSecond % Buckets] += amount;
        Sum += amount;
    }

    /// <summary>Drops what is older than a minute. A clock that steps back changes nothing.</summary>
    public void Advance(long second)
    {
        if (second <= _lastSecond) return;
        if (_lastSecond < 0 || second - _lastSecond >= Buckets)
        {
            Array.Clear(_perSecond);
            Sum = 0;
        }
        else
        {
            for (var passed = _lastSecond + 1; passed <= second; passed++)
            {
                Sum -= _perSecond[passed % Buckets];
                _perSecond[passed % Buckets] = 0;
            }
        }
        _lastSecond = second;
    }

    /// <summary>Seconds until at least <paramref name="amount"/> has left the window; 60 at most.</summary>
    public int SecondsUntilFreed(long amount)
    {
        var freed = 0L;
        for (var passed = 1; passed <= Buckets; passed++)
        {
            freed += _perSecond[(_lastSecond + passed) % Buckets];
            if (freed >= amount) return passed;
        }
        return Buckets;
    }
}
