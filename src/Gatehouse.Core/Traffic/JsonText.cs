using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Gatehouse.Core.Traffic;

/// <summary>
/// Strings of JSON: what the reader of the framework leaves unchecked, and short ones without exceptions.
/// </summary>
internal static class JsonText
{
    /// <summary>The characters of base64, and what stands between them in JSON.</summary>
    private static readonly SearchValues<byte> Base64 = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_- \\"u8);

    /// <summary>A string as a JSON token with its quotes.</summary>
    public static byte[] Quote(string text) =>
        Encoding.UTF8.GetBytes($"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"");

    /// <summary>
    /// The characters of a raw string that a reader has accepted. Half a character stays what it is: an answer that
    /// comes in pieces may be cut in the middle of one.
    /// </summary>
    public static string Decode(ReadOnlySpan<byte> raw)
    {
        if (raw.IndexOf((byte)'\\') < 0) return Encoding.UTF8.GetString(raw);
        var text = new StringBuilder(raw.Length);
        while (!raw.IsEmpty)
        {
            var plain = raw.IndexOf((byte)'\\');
            if (plain != 0)
            {
                text.Append(Encoding.UTF8.GetString(plain < 0 ? raw : raw[..plain]));
                raw = plain < 0 ? [] : raw[plain..];
                continue;
            }
            var isUnicode = raw[1] == 'u';
            text.Append(isUnicode ? (char)HexAt(raw, 2) : raw[1] switch
            {
                (byte)'n' => '\n',
                (byte)'r' => '\r',
                (byte)'t' => '\t',
                (byte)'b' => '\b',
                (byte)'f' => '\f',
                var other => (char)other,
            });
            raw = raw[(isUnicode ? 6 : 2)..];
        }
        return text.ToString();
    }

    /// <summary>Characters as a JSON string with its quotes; half a character as an escape.</summary>
    public static byte[] Encode(ReadOnlySpan<char> text)
    {
        var json = new StringBuilder(text.Length + 2).Append('"');
        for (var at = 0; at < text.Length; at++)
        {
            var one = text[at];
            var isPair = char.IsHighSurrogate(one) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]);
            if (isPair) json.Append(one).Append(text[++at]);
            else if (one is '"' or '\\') json.Append('\\').Append(one);
            else if (one == '\n') json.Append("\\n");
            else if (one < ' ' || one == 0x7F || char.IsSurrogate(one))
                json.Append(CultureInfo.InvariantCulture, $"\\u{(int)one:x4}");
            else json.Append(one);
        }
        return Encoding.UTF8.GetBytes(json.Append('"').ToString());
    }

    /// <summary>
    /// Whether every <c>\u</c> escape of a raw string that a reader has accepted stands for a character: a surrogate
    /// without its other half is read in three ways by three parsers.
    /// </summary>
    public static bool EscapesAreWhole(ReadOnlySpan<byte> raw)
    {
        var at = 0;
        while (NextUnicodeEscape(raw, at) is var escape and >= 0)
        {
            var unit = HexAt(raw, escape + 2);
            at = escape + 6;
            if (unit is < 0xD800 or > 0xDFFF)
                continue;
            if (unit > 0xDBFF || raw.Length - at < 6 || raw[at] != '\\' || raw[at + 1] != 'u'
                || HexAt(raw, at + 2) is < 0xDC00 or > 0xDFFF)
            {
                return false;
            }
            at += 6;
        }
        return true;
    }

    /// <summary>
    /// Where in a JSON text a token stands, such as <c>messages[3].content</c>; only for messages, since it walks the
    /// text again.
    /// </summary>
    public static string PathAt(ReadOnlySpan<byte> json, long offset)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = RequestInspector.DepthMax });
        var parents = new Stack<(string Name, int Index)>();
        var (name, index) = ("", -1);
        while (reader.Read() && reader.TokenStartIndex < offset)
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    name = Shown(reader.ValueSpan);
                    continue;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    parents.Push((name, index));
                    (name, index) = ("", reader.TokenType == JsonTokenType.StartArray ? 0 : -1);
                    continue;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    (name, index) = parents.Pop();
                    break;
            }
            if (index >= 0) index++;
        }
        if (reader.TokenType == JsonTokenType.PropertyName && reader.TokenStartIndex == offset)
            name = Shown(reader.ValueSpan);
        var path = new StringBuilder();
        foreach (var (step, at) in parents.Reverse().Append((Name: name, Index: index)))
        {
            if (step.Length > 0) path.Append(path.Length > 0 ? "." : "").Append(step);
            if (at >= 0) path.Append(CultureInfo.InvariantCulture, $"[{at}]");
        }
        return path.Length == 0 ? "the top" : path.ToString();
    }

    /// <summary>The current string of a reader, or null when it is too long or holds half a character.</summary>
    public static string? Read(in Utf8JsonReader reader, int rawBytesMax)
    {
        var raw = reader.ValueSpan;
        if (raw.Length > rawBytesMax || !Utf8.IsValid(raw) || (reader.ValueIsEscaped && !EscapesAreWhole(raw)))
            return null;
        return reader.GetString();
    }

    /// <summary>Whether a raw string begins with an ASCII text in lower case, escapes and case aside.</summary>
    public static bool StartsWith(ReadOnlySpan<byte> raw, ReadOnlySpan<byte> text)
    {
        foreach (var expected in text)
        {
            if (raw.IsEmpty)
                return false;
            int unit = raw[0];
            var used = 1;
            if (unit == '\\' && raw.Length > 1)
            {
                var isUnicode = raw[1] == 'u' && raw.Length >= 6;
                unit = isUnicode ? HexAt(raw, 2) : raw[1];
                used = isUnicode ? 6 : 2;
            }
            if (unit is >= 'A' and <= 'Z')
                unit |= 0x20;
            if (unit != expected)
                return false;
            raw = raw[used..];
        }
        return true;
    }

    /// <summary>
    /// Whether a raw string is base64, and so no address or path. Sound in base64 may begin like an address without
    /// a scheme (<c>//uQ</c>, MP3); pictures and documents never do.
    /// </summary>
    public static bool IsBase64(ReadOnlySpan<byte> raw, bool maybeSound)
    {
        const int ShortestMedia = 64;
        if (raw.ContainsAnyExcept(Base64) || NextUnicodeEscape(raw, 0) >= 0)
            return false;
        return !StartsWith(raw, "/"u8)
            || (raw.Length >= ShortestMedia && (maybeSound || !StartsWith(raw, "//"u8)));
    }

    /// <summary>Whether a raw string is an address with a scheme, or one that takes the server's scheme.</summary>
    public static bool IsAddress(ReadOnlySpan<byte> raw)
    {
        const int SchemeMax = 32;
        Span<byte> start = stackalloc byte[SchemeMax];
        var length = 0;
        for (; length < SchemeMax && !raw.IsEmpty; length++)
        {
            var isUnicode = raw.Length >= 6 && raw[0] == '\\' && raw[1] == 'u';
            var isEscape = raw.Length >= 2 && raw[0] == '\\';
            var unit = isUnicode ? HexAt(raw, 2) : raw[isEscape ? 1 : 0];
            var isBlank = unit <= 0x20 || (isEscape && !isUnicode && (unit is 'n' or 'r' or 't'));
            start[length] = isBlank ? (byte)' ' : (byte)Math.Min(unit, 0xFF);
            raw = raw[(isUnicode ? 6 : isEscape ? 2 : 1)..];
        }
        ReadOnlySpan<byte> text = start[..length].TrimStart((byte)' ');
        // A browser and some libraries take backslashes for slashes.
        if (text.Length >= 2 && text[0] is (byte)'/' or (byte)'\\' && text[1] is (byte)'/' or (byte)'\\')
            return true;
        var scheme = text.IndexOf("://"u8);
        return scheme > 0 && !text[..scheme].Contains((byte)' ');
    }

    /// <summary>The next <c>\u</c> whose backslash is not itself escaped, or -1.</summary>
    public static int NextUnicodeEscape(ReadOnlySpan<byte> raw, int from)
    {
        while (true)
        {
            var found = raw[from..].IndexOf("\\u"u8);
            if (found < 0)
                return -1;
            var at = from + found;
            var backslashes = 0;
            while (at - backslashes > from && raw[at - backslashes - 1] == '\\')
                backslashes++;
            if (backslashes % 2 == 0)
                return at;
            from = at + 2;
        }
    }

    /// <summary>A piece of a caller's text that can stand in a message.</summary>
    public static string Shown(ReadOnlySpan<byte> text)
    {
        const int BytesMax = 64;
        var shown = Encoding.UTF8.GetString(text[..Math.Min(text.Length, BytesMax)]);
        return string.Create(shown.Length, shown, static (chars, source) =>
        {
            for (var i = 0; i < chars.Length; i++)
                chars[i] = char.IsControl(source[i]) || char.IsSurrogate(source[i]) ? '?' : source[i];
        });
    }

    private static int HexAt(ReadOnlySpan<byte> raw, int at) =>
        Utf8Parser.TryParse(raw.Slice(at, 4), out int value, out _, 'X') ? value : 0;
}

/// <summary>Looks one token ahead without moving a reader.</summary>
internal static class JsonPeek
{
    /// <summary>Whether the value at which the reader stands is <c>null</c> or <c>[]</c>.</summary>
    public static bool IsNullOrEmptyArray(Utf8JsonReader copy) =>
        copy.TokenType == JsonTokenType.Null
        || (copy.TokenType == JsonTokenType.StartArray && copy.Read() && copy.TokenType == JsonTokenType.EndArray);

    /// <summary>Whether the object or array at whose beginning the reader stands is empty.</summary>
    public static bool IsEmpty(Utf8JsonReader copy) =>
        copy.Read() && copy.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
}
