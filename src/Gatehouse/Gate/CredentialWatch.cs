using System.Text;
using System.Text.Json;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Gate;

/// <summary>
/// Looks for the model's credential in an answer: in its bytes, behind escapes of JSON (also those of JSON inside of
/// JSON), and in each text that an answer gives in pieces, such as the content of one choice over many events. What an
/// upstream echoes is found so; what it encodes in order to hide it is not.
/// </summary>
internal sealed class CredentialWatch
{
    /// <summary>
    /// Shorter ones are words such as "ollama", which a local server takes for a key and any answer may hold.
    /// </summary>
    private const int CredentialBytesMin = 16;

    /// <summary>Texts that may end in a beginning of the credential at one time. Real answers have a handful.</summary>
    private const int TextsMax = 4096;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = 256, AllowMultipleValues = true };

    private readonly byte[] _secret;
    private readonly int[] _fallback;
    private readonly int _telling;
    private readonly Dictionary<ulong, Ending> _texts = [];
    private Ending _wire;

    private CredentialWatch(byte[] secret)
    {
        (_secret, _fallback, _telling) = (secret, new int[secret.Length], Math.Min(8, secret.Length / 4));
        for (int i = 1, matched = 0; i < secret.Length; i++)
        {
            while (matched > 0 && secret[i] != secret[matched]) matched = _fallback[matched - 1];
            if (secret[i] == secret[matched]) matched++;
            _fallback[i] = matched;
        }
    }

    /// <summary>
    /// Whether what was looked at ends in so much of the credential that its rest has to be seen before that goes out.
    /// The first characters of a key, such as <c>sk-</c>, tell nothing.
    /// </summary>
    public bool IsInDoubt => EndsInAtLeast(_telling);

    /// <summary>Whether what was looked at ends in half of the credential or more.</summary>
    public bool IsMostlyThere => EndsInAtLeast(_secret.Length / 2);

    /// <summary>A watch for one answer; null when no credential can be distinguished from a word.</summary>
    public static CredentialWatch? For(string? credential)
        => credential is not null && Encoding.UTF8.GetByteCount(credential) >= CredentialBytesMin
            ? new CredentialWatch(Encoding.UTF8.GetBytes(credential)) : null;

    /// <summary>Whether an answer that came whole holds the credential.</summary>
    public bool IsIn(ReadOnlySpan<byte> answer)
        => answer.IndexOf(_secret) >= 0 || Ends(ref _wire, answer) || IsInTexts(answer);

    /// <summary>Whether the credential ends in this event of a stream, wherever it began.</summary>
    public bool EndsIn(in StreamEvent part)
        => part.Wire.Span.IndexOf(_secret) >= 0 || Ends(ref _wire, part.Wire.Span)
            || (part.HasData && IsInTexts(part.Data.Span));

    private bool EndsInAtLeast(int length)
    {
        if (_wire.Matched >= length) return true;
        foreach (var (_, ending) in _texts)
        {
            if (ending.Matched >= length) return true;
        }
        return false;
    }

    /// <summary>Each string of the JSON continues the text that stood at the same place before.</summary>
    private bool IsInTexts(ReadOnlySpan<byte> json)
    {
        // The raw bytes were looked at: text that is no JSON has nothing more to say.
        try
        {
            var numbers = IndexesOf(json);
            var reader = new Utf8JsonReader(json, Options);
            var places = new Stack<(ulong, ulong)>();
            var (place, member, ordinal) = (0UL, 0UL, 0);
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject:
                        places.Push((place, member));
                        place = Mix(Mix(place, member), numbers[ordinal++]);
                        break;
                    case JsonTokenType.StartArray:
                        places.Push((place, member));
                        place = Mix(place, member);
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        (place, member) = places.Pop();
                        break;
                    case JsonTokenType.PropertyName:
                        member = HashOf(reader.ValueSpan);
                        break;
                    case JsonTokenType.String when Continues(Mix(place, member), reader.ValueSpan):
                        return true;
                }
            }
        }
        catch (JsonException)
        {
        }
        return false;
    }

    private bool Continues(ulong place, ReadOnlySpan<byte> text)
    {
        _texts.TryGetValue(place, out var ending);
        if (Ends(ref ending, text)) return true;
        if (ending.IsNothing) _texts.Remove(place);
        else if (_texts.Count < TextsMax || _texts.ContainsKey(place)) _texts[place] = ending;
        return false;
    }

    /// <summary>What sets the objects of an event apart: which choice, block or call each is of.</summary>
    private static List<ulong> IndexesOf(ReadOnlySpan<byte> json)
    {
        var numbers = new List<ulong>();
        var open = new Stack<int>();
        var member = 0UL;
        var reader = new Utf8JsonReader(json, Options);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                open.Push(numbers.Count);
                numbers.Add(0);
            }
            else if (reader.TokenType == JsonTokenType.EndObject)
            {
                open.Pop();
            }
            else if (reader.TokenType == JsonTokenType.Number && member != 0)
            {
                numbers[open.Peek()] += Mix(member, HashOf(reader.ValueSpan));
            }
            member = reader.TokenType == JsonTokenType.PropertyName && reader.ValueSpan.EndsWith("index"u8)
                ? HashOf(reader.ValueSpan) : 0;
        }
        return numbers;
    }

    /// <summary>Whether the credential ends in these bytes, after what came before them.</summary>
    private bool Ends(ref Ending ending, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (ending.IsNothing)
            {
                var next = bytes.IndexOfAny(_secret[0], (byte)'\\');
                if (next < 0) return false;
                bytes = bytes[next..];
            }
            var one = bytes[0];
            bytes = bytes[1..];
            if (Take(ref ending, one)) return true;
        }
        return false;
    }

    private bool Take(ref Ending ending, byte one)
    {
        if (ending.Unit > 0)
        {
            if (char.IsAsciiHexDigit((char)one))
            {
                ending.Raw = (ending.Raw << 8) | one;
                if (++ending.Unit < 5) return false;
                var unit = Convert.ToInt32(TextOf(ending.Raw), 16);
                (ending.Unit, ending.Raw) = (0, 0);
                return Match(ref ending, unit < 128 ? (byte)unit : (byte)0xFF);
            }
            // No escape after all: what was taken for one is text.
            var (digits, raw) = (ending.Unit - 1, ending.Raw);
            (ending.Unit, ending.Raw) = (0, 0);
            if (Match(ref ending, (byte)'u')) return true;
            while (digits-- > 0)
            {
                if (Match(ref ending, (byte)(raw >> (8 * digits)))) return true;
            }
        }
        if (one == '\\')
        {
            ending.IsEscaped = true;
            return false;
        }
        var wasEscaped = ending.IsEscaped;
        ending.IsEscaped = false;
        if (!wasEscaped || one != 'u') return Match(ref ending, one);
        ending.Unit = 1;
        return false;
    }

    private bool Match(ref Ending ending, byte one)
    {
        while (ending.Matched > 0 && _secret[ending.Matched] != one) ending.Matched = _fallback[ending.Matched - 1];
        if (_secret[ending.Matched] == one) ending.Matched++;
        if (ending.Matched < _secret.Length) return false;
        ending.Matched = _fallback[ending.Matched - 1];
        return true;
    }

    private static string TextOf(uint digits)
        => string.Create(4, digits, static (text, raw) =>
        {
            for (var at = 3; at >= 0; at--, raw >>= 8) text[at] = (char)(raw & 0xFF);
        });

    private static ulong HashOf(ReadOnlySpan<byte> bytes)
    {
        var hash = 14695981039346656037UL;
        foreach (var one in bytes) hash = (hash ^ one) * 1099511628211UL;
        return hash;
    }

    private static ulong Mix(ulong left, ulong right) => ((left ^ right) * 0x9E3779B97F4A7C15UL) + (left << 6) + right;

    /// <summary>How much of the credential a text ends in, and of an escape that is not over.</summary>
    private struct Ending
    {
        /// <summary>Bytes of the credential.</summary>
        public int Matched;

        /// <summary>After one or more backslashes.</summary>
        public bool IsEscaped;

        /// <summary>Characters of an escape with <c>u</c> that have come; 0 outside of one.</summary>
        public int Unit;

        /// <summary>The hexadecimal digits of that escape, as they came.</summary>
        public uint Raw;

        public readonly bool IsNothing => Matched == 0 && !IsEscaped && Unit == 0;
    }
}
