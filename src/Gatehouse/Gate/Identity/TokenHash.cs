using System.Runtime.InteropServices;

namespace Gatehouse.Gate.Identity;

/// <summary>The SHA-256 of a token, as a value that a dictionary can hold without allocating.</summary>
internal readonly record struct TokenHash
{
    private readonly ulong _a, _b, _c, _d;

    public TokenHash(ReadOnlySpan<byte> sha256)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(sha256);
        (_a, _b, _c, _d) = (words[0], words[1], words[2], words[3]);
    }

    public byte[] ToArray() => MemoryMarshal.AsBytes<ulong>([_a, _b, _c, _d]).ToArray();
}
