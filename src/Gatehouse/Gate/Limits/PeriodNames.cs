using System.Globalization;

namespace Gatehouse.Gate.Limits;

/// <summary>The second (of a clock that never steps back), day and month in which a call falls.</summary>
internal readonly record struct PeriodNames(long Second, string Day, string Month)
{
    public static PeriodNames At(DateTimeOffset local, long second) => new(
        second,
        local.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        local.ToString("yyyy-MM", CultureInfo.InvariantCulture));
}
