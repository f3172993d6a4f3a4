using System.Collections.Concurrent;
using System.Globalization;

namespace Gatehouse.Gate.Limits;

/// <summary>The meters of all jobs, and what day it is in the estate's time zone.</summary>
internal sealed class LimitBook(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, JobMeter> _meters = new();
    private readonly long _started = time.GetTimestamp();
    private (long Minute, string Zone, string Day, string Month) _names = (-1, "", "", "");
    private readonly Lock _gate = new();

    public JobMeter For(string job) => _meters.GetOrAdd(job, static key => new JobMeter(key));

    /// <summary>Day and month are worked out once a minute: no zone begins a day off the minute.</summary>
    public PeriodNames Names(DateTimeOffset now, TimeZoneInfo zone)
    {
        var second = (long)time.GetElapsedTime(_started).TotalSeconds;
        var minute = now.UtcTicks / TimeSpan.TicksPerMinute;
        lock (_gate)
        {
            if (_names.Minute != minute || _names.Zone != zone.Id)
            {
                var names = PeriodNames.At(TimeZoneInfo.ConvertTime(now, zone), second);
                _names = (minute, zone.Id, names.Day, names.Month);
            }
            return new PeriodNames(second, _names.Day, _names.Month);
        }
    }
}

/// <summary>The second (of a clock that never steps back), day and month in which a call falls.</summary>
internal readonly record struct PeriodNames(long Second, string Day, string Month)
{
    public static PeriodNames At(DateTimeOffset local, long second) => new(
        second,
        local.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        local.ToString("yyyy-MM", CultureInfo.InvariantCulture));
}

/// <summary>
/// Where a job stands within its limits of the minute, for the headers that clients pace themselves by.
/// </summary>
internal readonly record struct RateStanding(
    long RequestsLeft, int RequestsResetSeconds, long TokensLeft, int TokensResetSeconds);

/// <summary>
/// What one job used in one day or month of the estate's time zone. Costs in millionths of the user's currency.
/// </summary>
internal readonly record struct UsagePeriod(long Tokens, long Bytes, long CostMicros)
{
    public static UsagePeriod operator +(UsagePeriod a, UsagePeriod b)
        => new(a.Tokens + b.Tokens, a.Bytes + b.Bytes, a.CostMicros + b.CostMicros);

    public static UsagePeriod operator -(UsagePeriod a, UsagePeriod b)
        => new(a.Tokens - b.Tokens, a.Bytes - b.Bytes, a.CostMicros - b.CostMicros);
}

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
