using System.Globalization;
using System.Text;

namespace Gatehouse.Core.Ledger;

/// <summary>
/// Times in leaves: RFC 3339, UTC, milliseconds, always 24 characters, so that text order is time order.
/// </summary>
public static class LedgerTime
{
    /// <summary>Length of the text.</summary>
    public const int Length = 24;

    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>Cuts a time to whole milliseconds, which is all a leaf keeps.</summary>
    public static DateTimeOffset Truncate(DateTimeOffset time)
    {
        var utc = time.ToUniversalTime();
        return utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMillisecond));
    }

    /// <summary>The text of a time.</summary>
    public static string ToText(DateTimeOffset time) =>
        time.ToUniversalTime().ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Writes the text of a time.</summary>
    public static void Write(DateTimeOffset time, Span<byte> target) =>
        time.ToUniversalTime().TryFormat(target, out _, Format, CultureInfo.InvariantCulture);

    /// <summary>Reads exactly that text.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(
            text, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);

    /// <summary>True if the bytes have the form of a time: digits and separators where they belong.</summary>
    public static bool HasForm(ReadOnlySpan<byte> text)
    {
        var form = "0000-00-00T00:00:00.000Z"u8;
        if (text.Length != Length)
            return false;
        for (var i = 0; i < Length; i++)
        {
            if (form[i] == (byte)'0' ? text[i] is < (byte)'0' or > (byte)'9' : text[i] != form[i])
                return false;
        }

        return true;
    }

    /// <summary>Reads exactly that text.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out DateTimeOffset time)
    {
        time = default;
        return HasForm(text) && TryParse(Encoding.ASCII.GetString(text), out time);
    }
}
