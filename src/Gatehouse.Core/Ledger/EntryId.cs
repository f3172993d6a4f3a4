using System.Buffers;
using System.Buffers.Binary;

namespace Gatehouse.Core.Ledger;

/// <summary>Ids: a prefix that says what it names, and a UUIDv7 (RFC 9562 section 5.7). Never a capability.</summary>
public static class EntryId
{
    /// <summary>Prefix of an exchange: a call and its answer.</summary>
    public const string Exchange = "ex";

    /// <summary>Prefix of an outcome.</summary>
    public const string Outcome = "out";

    /// <summary>Prefix of an administrative act.</summary>
    public const string Act = "act";

    /// <summary>Prefix of a summary.</summary>
    public const string Summary = "sum";

    /// <summary>Prefix of a clock step.</summary>
    public const string ClockStep = "clk";

    /// <summary>Prefix of a purge.</summary>
    public const string Purge = "prg";

    /// <summary>Random bytes that one id takes.</summary>
    public const int RandomBytes = 10;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef-");

    // The dashed form of RFC 9562 section 4.
    private const int UuidLength = 36;
    private const int PrefixLengthMax = 8;

    /// <summary>A new id of the form <c>prefix_uuid</c>.</summary>
    /// <param name="prefix">What it names, for example <see cref="Exchange"/>.</param>
    /// <param name="time">Its time, kept to the millisecond.</param>
    /// <param name="random">At least <see cref="RandomBytes"/> random bytes.</param>
    public static string Create(string prefix, DateTimeOffset time, ReadOnlySpan<byte> random)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, time.ToUnixTimeMilliseconds() << 16);
        random[..RandomBytes].CopyTo(bytes[6..]);
        bytes[6] = (byte)(0x70 | (bytes[6] & 0x0f));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3f));
        return $"{prefix}_{new Guid(bytes, bigEndian: true):D}";
    }

    /// <summary>True if the text has the form of an id: a short lower-case prefix and a UUID.</summary>
    public static bool IsId(ReadOnlySpan<char> text)
    {
        var split = text.IndexOf('_');
        if (split is < 1 or > PrefixLengthMax || text.Length != split + 1 + UuidLength)
            return false;
        return !text[..split].ContainsAnyExceptInRange('a', 'z')
            && !text[(split + 1)..].ContainsAnyExcept(Digits)
            && Guid.TryParseExact(text[(split + 1)..], "D", out _);
    }
}
