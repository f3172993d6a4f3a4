using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Gatehouse.Core.Ledger;

/// <summary>
/// Writes RFC 8785 JSON made of objects, arrays, strings and integers. Members must come in order: the writer checks
/// it, because a leaf that is not canonical could be written twice with two hashes. Reusable; not safe for several
/// threads.
/// </summary>
public sealed class CanonicalWriter
{
    /// <summary>RFC 8785 section 3.2.2.3 with RFC 7493: integers beyond 2^53 - 1 are not exact everywhere.</summary>
    public const long IntegerMax = 9_007_199_254_740_991;

    /// <summary>Deepest nesting that is written or read.</summary>
    public const int DepthMax = 8;

    // RFC 8785 section 3.2.2.2: only these characters are escaped.
    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(code => (char)code), '"', '\\']);

    private readonly string?[] _lastNames = new string?[DepthMax];
    private readonly int _bytesMax;
    private byte[] _buffer = new byte[1024];
    private int _length;
    private int _depth;
    private bool _needsComma;

    /// <summary>A writer that holds at most <paramref name="bytesMax"/> bytes.</summary>
    public CanonicalWriter(int bytesMax) => _bytesMax = bytesMax;

    /// <summary>True once more was written than fits; what was written is then incomplete.</summary>
    public bool IsOverflown { get; private set; }

    /// <summary>What was written so far. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Starts again from nothing.</summary>
    public void Reset()
    {
        (_length, _depth, _needsComma, IsOverflown) = (0, 0, false, false);
        Array.Clear(_lastNames);
    }

    /// <summary>Opens an object.</summary>
    public void BeginObject() => Begin((byte)'{');

    /// <summary>Closes an object.</summary>
    public void EndObject() => End((byte)'}');

    /// <summary>Opens an array.</summary>
    public void BeginArray() => Begin((byte)'[');

    /// <summary>Closes an array.</summary>
    public void EndArray() => End((byte)']');

    /// <summary>Writes a member's name.</summary>
    /// <exception cref="InvalidOperationException">The name does not come after the one before it.</exception>
    public void Name(string name)
    {
        if (_lastNames[_depth - 1] is { } last && string.CompareOrdinal(last, name) >= 0)
            throw new InvalidOperationException($"Canonical JSON: '{name}' may not follow '{last}'.");
        _lastNames[_depth - 1] = name;
        String(name);
        Append((byte)':');
        _needsComma = false;
    }

    /// <summary>Writes a string. A lone surrogate becomes U+FFFD: it has no UTF-8.</summary>
    public void String(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Separate();
        Append((byte)'"');
        var rest = value.AsSpan();
        while (rest.Length > 0 && !IsOverflown)
        {
            var plain = rest.IndexOfAny(Escaped);
            AppendText(plain < 0 ? rest : rest[..plain]);
            if (plain < 0)
                break;
            AppendEscape(rest[plain]);
            rest = rest[(plain + 1)..];
        }

        Append((byte)'"');
    }

    /// <summary>Writes an integer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is beyond ±(2^53 - 1).</exception>
    public void Integer(long value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, IntegerMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(value, -IntegerMax);
        Separate();
        if (!Reserve(20))
            return;
        Utf8Formatter.TryFormat(value, _buffer.AsSpan(_length), out var written);
        _length += written;
    }

    /// <summary>Writes a value that this class wrote before.</summary>
    public void Raw(ReadOnlySpan<byte> value)
    {
        Separate();
        AppendBytes(value);
    }

    /// <summary>A member with a string.</summary>
    public void Member(string name, string value)
    {
        Name(name);
        String(value);
    }

    /// <summary>A member with an integer.</summary>
    public void Member(string name, long value)
    {
        Name(name);
        Integer(value);
    }

    /// <summary>A member with a string, or nothing if there is none.</summary>
    public void MemberIfSet(string name, string? value)
    {
        if (value is not null)
            Member(name, value);
    }

    /// <summary>A member with an integer, or nothing if there is none.</summary>
    public void MemberIfSet(string name, long? value)
    {
        if (value is { } number)
            Member(name, number);
    }

    /// <summary>A member with strings in the given order, or nothing if there are none.</summary>
    public void MemberIfAny(string name, IReadOnlyList<string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count == 0)
            return;
        Name(name);
        BeginArray();
        foreach (var value in values)
            String(value);
        EndArray();
    }

    private void Begin(byte bracket)
    {
        if (_depth == DepthMax)
            throw new InvalidOperationException($"Canonical JSON: deeper than {DepthMax}.");
        Separate();
        Append(bracket);
        _lastNames[_depth++] = null;
        _needsComma = false;
    }

    private void End(byte bracket)
    {
        _depth--;
        Append(bracket);
        _needsComma = true;
    }

    private void Separate()
    {
        if (_needsComma)
            Append((byte)',');
        _needsComma = true;
    }

    private void AppendEscape(char c)
    {
        ReadOnlySpan<byte> text = c switch
        {
            '"' => "\\\""u8,
            '\\' => "\\\\"u8,
            '\b' => "\\b"u8,
            '\t' => "\\t"u8,
            '\n' => "\\n"u8,
            '\f' => "\\f"u8,
            '\r' => "\\r"u8,
            _ => [],
        };
        if (text.Length > 0)
        {
            AppendBytes(text);
            return;
        }

        const string digits = "0123456789abcdef";
        AppendBytes([(byte)'\\', (byte)'u', (byte)'0', (byte)'0', (byte)digits[c >> 4], (byte)digits[c & 15]]);
    }

    private void AppendText(ReadOnlySpan<char> text)
    {
        if (text.Length > _bytesMax || !Reserve(Encoding.UTF8.GetByteCount(text)))
        {
            IsOverflown = true;
            return;
        }

        _length += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_length));
    }

    private void AppendBytes(ReadOnlySpan<byte> bytes)
    {
        if (!Reserve(bytes.Length))
            return;
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Append(byte value)
    {
        if (Reserve(1))
            _buffer[_length++] = value;
    }

    private bool Reserve(int count)
    {
        if (_length + count > _bytesMax + 20)
            IsOverflown = true;
        if (IsOverflown)
            return false;
        if (_length + count > _buffer.Length)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + count));
        return true;
    }
}
