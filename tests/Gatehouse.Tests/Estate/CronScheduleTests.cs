using Gatehouse.Core.Estate;

namespace Gatehouse.Tests.Estate;

public sealed class CronScheduleTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Theory]
    [InlineData("0 7 * * *", "2026-03-02T06:59:59Z", false)]
    [InlineData("0 7 * * *", "2026-03-02T07:00:00Z", true)]
    [InlineData("0 7 * * *", "2026-03-02T08:00:00Z", true)]
    [InlineData("0 7 * * *", "2026-03-02T08:00:01Z", false)]
    [InlineData("30 23 * * *", "2026-03-02T00:15:00Z", true)]
    [InlineData("0 0 29 2 *", "2028-02-29T00:10:00Z", true)]
    [InlineData("0 0 29 2 *", "2027-03-01T00:10:00Z", false)]
    [InlineData("@hourly", "2026-03-02T12:34:00Z", true)]
    // 2 March 2026 is a Monday: either day field is enough.
    [InlineData("0 7 1 * 1", "2026-03-02T07:10:00Z", true)]
    [InlineData("0 7 2 * 5", "2026-03-02T07:10:00Z", true)]
    [InlineData("0 7 3 * 5", "2026-03-02T07:10:00Z", false)]
    [InlineData("0 7 * * THU", "2026-03-05T07:10:00Z", true)]
    public void A_call_is_expected_from_the_fire_to_the_end_of_the_window(string cron, string now, bool expected)
    {
        var moment = DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture);

        Assert.Equal(expected, CronSchedule.TryParse(cron)!.IsWithinWindow(moment, TimeZoneInfo.Utc, Hour));
    }

    [Fact]
    public void A_schedule_is_meant_in_the_zone_of_the_estate_and_follows_summer_time()
    {
        var madrid = TimeZoneInfo.FindSystemTimeZoneById("Europe/Madrid");
        var schedule = CronSchedule.TryParse("0 7 * * *")!;
        var winter = new DateTimeOffset(2026, 1, 10, 6, 5, 0, TimeSpan.Zero);
        var summer = new DateTimeOffset(2026, 7, 10, 5, 5, 0, TimeSpan.Zero);

        Assert.True(schedule.IsWithinWindow(winter, madrid, TimeSpan.FromMinutes(10)));
        Assert.True(schedule.IsWithinWindow(summer, madrid, TimeSpan.FromMinutes(10)));
        Assert.False(schedule.IsWithinWindow(summer + Hour, madrid, TimeSpan.FromMinutes(10)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("* * * * * *")]
    [InlineData("60 * * * *")]
    [InlineData("a b c d e")]
    [InlineData("H H * * *")]
    [InlineData("0 0 30 2 *")]
    [InlineData("@reboot")]
    [InlineData("@never")]
    [InlineData("@daily\0H")]
    public void What_never_fires_is_no_schedule(string cron) => Assert.Null(CronSchedule.TryParse(cron));

    [Fact]
    public void The_next_fire_is_the_earlier_one_of_both_day_fields()
    {
        var schedule = CronSchedule.TryParse(" 0  7 1 * 1 ")!;
        var sunday = new DateTimeOffset(2026, 3, 1, 7, 0, 0, TimeSpan.Zero);

        Assert.Equal(sunday.AddDays(1), schedule.NextAfter(sunday, TimeZoneInfo.Utc));
        Assert.Equal("0 7 1 * 1", schedule.ToString());
    }
}
