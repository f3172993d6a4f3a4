using System.Buffers;
using System.Globalization;

namespace Gatehouse.Core.Estate;

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
