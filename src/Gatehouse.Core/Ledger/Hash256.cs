using System.Buffers;
using System.Runtime.InteropServices;

namespace Gatehouse.Core.Ledger;

/// <summary>A SHA-256 value as a plain value: compared, copied and kept without allocating.</summary>
public readonly record struct Hash256
{
    /// <summary>Length in bytes (FIPS 180-4, SHA-256).</summary>
    public const int Length = 32;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    /// <summary>Takes the first 32 bytes of <paramref name="bytes"/>.</summary>
    /// <exception cref="ArgumentException">There are not exactly 32 bytes.</exception>
    public Hash256(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
            throw new ArgumentException($"A hash has {Length} bytes, not {bytes.Length}.", nameof(bytes));
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        (_a, _b, _c, _d) = (words[0], words[1], words[2], words[3]);
    }

    /// <summary>Writes the 32 bytes to the start of <paramref name="target"/>.</summary>
    public void CopyTo(Span<byte> target)
    {
        var copy = this;
        MemoryMarshal.AsBytes(new ReadOnlySpan<Hash256>(in copy)).CopyTo(target);
    }

    /// <summary>The 32 bytes as a new array.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());

    /// <summary>Reads exactly 64 lower-case hexadecimal digits.</summary>
    public static bool TryParse(ReadOnlySpan<char> hex, out Hash256 hash)
    {
        hash = default;
        if (hex.Length != Length * 2 || hex.ContainsAnyExcept(Digits))
            return false;
        hash = new Hash256(Convert.FromHexString(hex));
        return true;
    }
}
