using System.Buffers;
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

/// <summary>Sizes as the estate writes them: bytes, or a number and a unit (<c>10GiB</c>, <c>200MB</c>).</summary>
internal static class SizeText
{
    public const string Pattern = "^[0-9]{1,15}(\\.[0-9]{1,3})? ?(B|[kKMGT]i?B)?$";

    private const int LengthMax = 24; // Characters.

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        if (text.Length is 0 or > LengthMax)
            return false;
        var end = text.AsSpan().IndexOfAnyExcept(NumberCharacters);
        var digits = end < 0 ? text : text[..end];
        var unit = end < 0 ? "" : text[end..].TrimStart(' ');
        var scale = ScaleOf(unit);
        var isNumber = decimal.TryParse(
            digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number);
        if (!isNumber || scale is null)
            return false;
        if (digits.StartsWith('.') || digits.EndsWith('.') || number > 1_000_000_000_000_000m)
            return false;
        var product = number * scale.Value;
        if (product > long.MaxValue || decimal.Truncate(product) != product)
            return false;
        bytes = (long)product;
        return true;
    }

    /// <summary>The shortest form in one binary unit.</summary>
    public static string Of(long bytes)
    {
        foreach (var (unit, power) in (ReadOnlySpan<(string, int)>)[("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)])
        {
            if (bytes >= 1L << power && bytes % (1L << power) == 0)
                return FormattableString.Invariant($"{bytes >> power}{unit}");
        }
        return FormattableString.Invariant($"{bytes}B");
    }

    private static long? ScaleOf(string unit) => unit switch
    {
        "" or "B" => 1,
        "kB" or "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "KiB" or "kiB" => 1L << 10,
        "MiB" => 1L << 20,
        "GiB" => 1L << 30,
        "TiB" => 1L << 40,
        _ => null,
    };
}
