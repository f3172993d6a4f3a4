using System.Collections.Concurrent;

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
