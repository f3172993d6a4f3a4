using System.Globalization;

namespace Gatehouse.Acts;

/// <summary>Durations as people write them on the command line: a whole number and s, m, h or d.</summary>
internal static class DurationText
{
    public static TimeSpan? TryParse(string text)
    {
        if (text.Length < 2
            || !int.TryParse(
                text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return null;
        }
        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(count),
            'm' => TimeSpan.FromMinutes(count),
            'h' => TimeSpan.FromHours(count),
            'd' when count <= 36_500 => TimeSpan.FromDays(count),
            _ => null,
        };
    }
}
