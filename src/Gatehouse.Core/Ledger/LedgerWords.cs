using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Gatehouse.Core.Ledger;

/// <summary>The words that stand in leaves for the closed sets of this folder.</summary>
public static class LedgerWords
{
    private static readonly (ExchangeOutcome Value, string Word)[] Outcomes =
    [
        (ExchangeOutcome.Completed, "completed"),
        (ExchangeOutcome.Interrupted, "interrupted"),
        (ExchangeOutcome.Refused, "refused"),
        (ExchangeOutcome.ClientAborted, "client_aborted"),
        (ExchangeOutcome.UpstreamTruncated, "upstream_truncated"),
    ];

    private static readonly (PayloadKind Value, string Word)[] Kinds =
    [
        (PayloadKind.Received, "received"),
        (PayloadKind.Forwarded, "forwarded"),
        (PayloadKind.Upstream, "upstream"),
        (PayloadKind.Delivered, "delivered"),
        (PayloadKind.Document, "document"),
    ];

    private static readonly (RetentionClass Value, string Word)[] Classes =
    [
        (RetentionClass.Inputs, "inputs"),
        (RetentionClass.Outputs, "outputs"),
        (RetentionClass.Logs, "logs"),
    ];

    /// <summary>The word of an outcome.</summary>
    public static string Word(this ExchangeOutcome outcome) => Find(Outcomes, outcome);

    /// <summary>The word of a payload kind.</summary>
    public static string Word(this PayloadKind kind) => Find(Kinds, kind);

    /// <summary>The word of a retention class.</summary>
    public static string Word(this RetentionClass retention) => Find(Classes, retention);

    /// <summary>Reads the word of an outcome.</summary>
    /// <exception cref="FormatException">There is no such word.</exception>
    public static ExchangeOutcome ParseOutcome(string word) => Parse(Outcomes, word);

    /// <summary>Reads the word of a payload kind.</summary>
    /// <exception cref="FormatException">There is no such word.</exception>
    public static PayloadKind ParsePayloadKind(string word) => Parse(Kinds, word);

    /// <summary>Reads the word of a retention class.</summary>
    /// <exception cref="FormatException">There is no such word.</exception>
    public static RetentionClass ParseRetentionClass(string word) => Parse(Classes, word);

    private static string Find<T>((T Value, string Word)[] words, T value)
        where T : struct, Enum
    {
        foreach (var entry in words)
        {
            if (EqualityComparer<T>.Default.Equals(entry.Value, value))
                return entry.Word;
        }

        throw new ArgumentOutOfRangeException(nameof(value), value, "Not one of the closed set.");
    }

    private static T Parse<T>((T Value, string Word)[] words, string word)
        where T : struct, Enum
    {
        foreach (var entry in words)
        {
            if (entry.Word == word)
                return entry.Value;
        }

        throw new FormatException($"'{word}' is not one of: {string.Join(", ", words.Select(entry => entry.Word))}.");
    }
}

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
