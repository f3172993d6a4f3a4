using System.Globalization;

namespace Gatehouse.Core.Estate;

/// <summary>Durations as the estate writes them: number and unit (<c>15m</c>), or several (<c>1h30m</c>).</summary>
internal static class DurationText
{
    public const string Pattern = "^([0-9]{1,9}[smhdw])+$";

    private const int LengthMax = 40; // Characters.
    private const int DigitsMax = 9; // Keeps every product far inside a TimeSpan.

    public static bool TryParse(string text, out TimeSpan value)
    {
        value = default;
        if (text.Length is 0 or > LengthMax)
            return false;
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]))
                continue;
            if (i == start || i - start > DigitsMax || SecondsOf(text[i]) is not { } seconds)
                return false;
            var count = int.Parse(text.AsSpan(start, i - start), CultureInfo.InvariantCulture);
            value += TimeSpan.FromSeconds(seconds * count);
            start = i + 1;
        }
        return start == text.Length;
    }

    /// <summary>The shortest form in one unit.</summary>
    public static string Of(TimeSpan value)
    {
        var seconds = (long)value.TotalSeconds;
        foreach (var (unit, length) in (ReadOnlySpan<(char, long)>)[('d', 86400), ('h', 3600), ('m', 60)])
        {
            if (seconds >= length && seconds % length == 0)
                return FormattableString.Invariant($"{seconds / length}{unit}");
        }
        return FormattableString.Invariant($"{seconds}s");
    }

    private static long? SecondsOf(char unit) => unit switch
    {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86400,
        'w' => 604800,
        _ => null,
    };
}
