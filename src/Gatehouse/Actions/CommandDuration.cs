using System.Globalization;

namespace Gatehouse.Actions;

/// <summary>Durations as people write them on the command line: a whole number and s, m, h or d.</summary>
internal static class CommandDuration
{
    /// <summary>A century: what is added to or taken from today stays inside the calendar.</summary>
    private const long LongestSeconds = 36_500L * 86_400;

    public static TimeSpan? TryParse(string text)
    {
        if (text.Length < 2
            || !int.TryParse(
                text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return null;
        }
        var seconds = text[^1] switch
        {
            's' => count,
            'm' => count * 60L,
            'h' => count * 3_600L,
            'd' => count * 86_400L,
            _ => long.MaxValue,
        };
        return seconds <= LongestSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }
}
