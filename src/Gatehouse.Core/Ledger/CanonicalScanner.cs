using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Gatehouse.Core.Ledger;

/// <summary>
/// Accepts exactly what <see cref="CanonicalWriter"/> can write and nothing else: one spelling for each value, so
/// that a changed byte is either another value or refused.
/// </summary>
public ref struct CanonicalScanner
{
    // What ends a run of plain characters inside a string.
    private static readonly SearchValues<byte> Special = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(code => (byte)code), (byte)'"', (byte)'\\']);

    // 2^53 - 1 has 16 digits.
    private const int DigitsMax = 16;

    private readonly ReadOnlySpan<byte> _text;
    private int _position;

    private CanonicalScanner(ReadOnlySpan<byte> text) => _text = text;

    /// <summary>
    /// Checks that <paramref name="text"/> is one canonical object and tells where its members lie.
    /// </summary>
    /// <returns>The number of members, or -1 if it is not canonical or has more than fit.</returns>
    public static int ScanObject(ReadOnlySpan<byte> text, Span<CanonicalMember> members)
    {
        if (!Utf8.IsValid(text))
            return -1;
        var scanner = new CanonicalScanner(text);
        if (!scanner.Take((byte)'{'))
            return -1;
        var count = scanner.Members(1, members);
        return scanner._position == text.Length ? count : -1;
    }

    private int Members(int depth, Span<CanonicalMember> members)
    {
        var keep = depth == 1;
        var count = 0;
        if (Take((byte)'}'))
            return 0;
        ReadOnlySpan<byte> last = default;
        do
        {
            var nameStart = _position + 1;
            if (!ScanString())
                return -1;
            var name = _text[nameStart..(_position - 1)];
            if ((count > 0 && !IsBefore(last, name)) || !Take((byte)':') || (keep && count == members.Length))
                return -1;
            last = name;
            var valueStart = _position;
            if (!ScanValue(depth))
                return -1;
            if (keep)
                members[count] = new CanonicalMember(nameStart..(nameStart + name.Length), valueStart.._position);
            count++;
        }
        while (Take((byte)','));

        return Take((byte)'}') ? count : -1;
    }

    private bool ScanValue(int depth)
    {
        if (_position == _text.Length)
            return false;
        switch (_text[_position])
        {
            case (byte)'"':
                return ScanString();
            case (byte)'{':
                _position++;
                return depth < CanonicalWriter.DepthMax && Members(depth + 1, []) >= 0;
            case (byte)'[':
                _position++;
                return depth < CanonicalWriter.DepthMax && ScanArray(depth + 1);
            default:
                return ScanInteger();
        }
    }

    private bool ScanArray(int depth)
    {
        if (Take((byte)']'))
            return true;
        do
        {
            if (!ScanValue(depth))
                return false;
        }
        while (Take((byte)','));

        return Take((byte)']');
    }

    private bool ScanInteger()
    {
        var negative = Take((byte)'-');
        var start = _position;
        long value = 0;
        while (_position < _text.Length && _text[_position] is >= (byte)'0' and <= (byte)'9')
        {
            if (_position - start == DigitsMax)
                return false;
            value = value * 10 + (_text[_position++] - '0');
        }

        if (_position == start || value > CanonicalWriter.IntegerMax)
            return false;
        return _text[start] != (byte)'0' || (_position == start + 1 && !negative);
    }

    private bool ScanString()
    {
        if (!Take((byte)'"'))
            return false;
        while (true)
        {
            var next = _text[_position..].IndexOfAny(Special);
            if (next < 0)
                return false;
            _position += next + 1;
            if (_text[_position - 1] == (byte)'"')
                return true;
            if (_text[_position - 1] != (byte)'\\' || !ScanEscape())
                return false;
        }
    }

    private bool ScanEscape()
    {
        var rest = _text[_position..];
        if (rest.Length == 0)
            return false;
        if ("\"\\bfnrt"u8.Contains(rest[0]))
        {
            _position++;
            return true;
        }

        // Only control characters without a short form, in lower case: the writer's own spelling.
        if (rest.Length < 5 || !rest.StartsWith("u00"u8) || rest[3] is not ((byte)'0' or (byte)'1'))
            return false;
        if (!"0123456789abcdef"u8.Contains(rest[4]) || (rest[3] == (byte)'0' && "89acd"u8.Contains(rest[4])))
            return false;
        _position += 5;
        return true;
    }

    private bool Take(byte expected)
    {
        if (_position == _text.Length || _text[_position] != expected)
            return false;
        _position++;
        return true;
    }

    // RFC 8785 section 3.2.3 orders by UTF-16 code units; for plain ASCII that is the order of the bytes.
    private static bool IsBefore(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (IsPlain(left) && IsPlain(right))
            return left.SequenceCompareTo(right) < 0;
        return string.CompareOrdinal(Decode(left), Decode(right)) < 0;
    }

    private static bool IsPlain(ReadOnlySpan<byte> name) =>
        System.Text.Ascii.IsValid(name) && !name.Contains((byte)'\\');

    private static string Decode(ReadOnlySpan<byte> name)
    {
        var reader = new Utf8JsonReader([(byte)'"', .. name, (byte)'"']);
        reader.Read();
        return reader.GetString()!;
    }
}

/// <summary>Where one member of the outermost object lies.</summary>
/// <param name="Name">Bytes between the quotes of the name.</param>
/// <param name="Value">Bytes of the value, quotes and brackets included.</param>
public readonly record struct CanonicalMember(Range Name, Range Value);
