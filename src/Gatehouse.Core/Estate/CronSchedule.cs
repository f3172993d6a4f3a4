using Cronos;

namespace Gatehouse.Core.Estate;

/// <summary>
/// A cron expression of five fields (minute, hour, day of month, month, day of week), or a macro such as
/// <c>@daily</c>. Where both day fields are restricted a day that matches either one fires, as crontab(5) says.
/// </summary>
public sealed class CronSchedule
{
    private const int LengthMax = 200; // Characters: more than any expression that a person can read.

    // The only names of months and days that hold the letter which asks for a random time.
    private static readonly string[] NamesWithH = ["MARCH", "THU"];

    private readonly string _text;
    private readonly CronExpression _expression;

    // The second half of an expression that restricts both day fields; null otherwise.
    private readonly CronExpression? _alternative;

    private CronSchedule(string text, CronExpression expression, CronExpression? alternative)
    {
        _text = text;
        _expression = expression;
        _alternative = alternative;
    }

    /// <summary>Reads an expression.</summary>
    /// <returns>The schedule, or null when the text is not an expression or never fires.</returns>
    public static CronSchedule? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        // Cronos takes a null character for the end of the text and would pass over what stands behind it.
        if (text.Length > LengthMax || text.Contains('\0', StringComparison.Ordinal))
            return null;
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        // `H` asks for a random but fixed time, which the gate could not know.
        if (fields.Length is not (1 or 5) || fields.Any(field => field.Contains('H') && !IsName(field)))
            return null;
        var eitherDay = fields.Length == 5 && fields[2][0] is not ('*' or '?') && fields[4][0] is not ('*' or '?');
        var first = Parse(eitherDay ? [fields[0], fields[1], fields[2], fields[3], "*"] : fields);
        var second = eitherDay ? Parse([fields[0], fields[1], "*", fields[3], fields[4]]) : null;
        if (first is null || (eitherDay && second is null))
            return null;
        var schedule = new CronSchedule(string.Join(' ', fields), first, second);
        return schedule.NextAfter(new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), TimeZoneInfo.Utc) is null
            ? null : schedule;
    }

    /// <summary>The first fire after a moment; null when there is none.</summary>
    /// <param name="moment">The moment, which itself does not count.</param>
    /// <param name="timeZone">The zone in which the expression is meant.</param>
    public DateTimeOffset? NextAfter(DateTimeOffset moment, TimeZoneInfo timeZone)
    {
        var first = _expression.GetNextOccurrence(moment, timeZone);
        var second = _alternative?.GetNextOccurrence(moment, timeZone);
        return first is null || second < first ? second ?? first : first;
    }

    /// <summary>True when the schedule fired at this moment, or at most the window before.</summary>
    /// <param name="now">The moment to check.</param>
    /// <param name="timeZone">The zone in which the expression is meant.</param>
    /// <param name="window">How long after a fire still counts.</param>
    public bool IsWithinWindow(DateTimeOffset now, TimeZoneInfo timeZone, TimeSpan window) =>
        FiredSince(_expression, now, timeZone, window)
        || (_alternative is not null && FiredSince(_alternative, now, timeZone, window));

    /// <summary>The expression with single spaces between its fields.</summary>
    public override string ToString() => _text;

    // An expression that cannot fire again is searched once forward from the window's start, never back through time.
    private static bool FiredSince(
        CronExpression expression, DateTimeOffset now, TimeZoneInfo timeZone, TimeSpan window) =>
        expression.GetNextOccurrence(now - window, timeZone, inclusive: true) <= now;

    private static bool IsName(string field) =>
        field.StartsWith('@') || NamesWithH.Any(name => field.Contains(name, StringComparison.OrdinalIgnoreCase));

    private static CronExpression? Parse(string[] fields) =>
        CronExpression.TryParse(string.Join(' ', fields), CronFormat.Standard, out var expression) ? expression : null;
}
