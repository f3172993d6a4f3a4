using System.Buffers.Binary;
using System.Numerics;

namespace Gatehouse.Core.Ledger;

/// <summary>
/// The right edge of a growing tree: one hash for each set bit of the size, which is all that is needed to append and
/// to state the root. Not safe for several threads.
/// </summary>
public sealed class Frontier
{
    // One complete subtree per bit of a 63-bit size.
    private readonly Hash256[] _subtrees = new Hash256[63];
    private int _count;

    /// <summary>Number of leaves.</summary>
    public long Size { get; private set; }

    /// <summary>Appends one leaf hash.</summary>
    public void Append(Hash256 leaf)
    {
        // Each trailing one of the size is a complete subtree of the same height that the new one merges with.
        for (var bits = Size; (bits & 1) == 1; bits >>= 1)
            leaf = MerkleTree.HashNode(_subtrees[--_count], leaf);
        _subtrees[_count++] = leaf;
        Size++;
    }

    /// <summary>The root over all leaves appended so far.</summary>
    public Hash256 Root()
    {
        if (_count == 0)
            return MerkleTree.EmptyRoot;
        var root = _subtrees[_count - 1];
        for (var i = _count - 2; i >= 0; i--)
            root = MerkleTree.HashNode(_subtrees[i], root);
        return root;
    }

    /// <summary>Makes this the same as <paramref name="other"/>.</summary>
    public void CopyFrom(Frontier other)
    {
        ArgumentNullException.ThrowIfNull(other);
        other._subtrees.AsSpan(0, other._count).CopyTo(_subtrees);
        (_count, Size) = (other._count, other.Size);
    }

    /// <summary>An independent copy.</summary>
    public Frontier Clone()
    {
        var copy = new Frontier();
        copy.CopyFrom(this);
        return copy;
    }

    /// <summary>The size as 8 bytes big-endian, then the hashes from the largest subtree to the smallest.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[8 + _count * Hash256.Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Size);
        for (var i = 0; i < _count; i++)
            _subtrees[i].CopyTo(bytes.AsSpan(8 + i * Hash256.Length));
        return bytes;
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote; false if the length does not fit the size.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Frontier frontier)
    {
        frontier = new Frontier();
        if (bytes.Length < 8)
            return false;
        var size = BinaryPrimitives.ReadInt64BigEndian(bytes);
        var count = BitOperations.PopCount((ulong)size);
        if (size < 0 || bytes.Length != 8 + count * Hash256.Length)
            return false;
        for (var i = 0; i < count; i++)
            frontier._subtrees[i] = new Hash256(bytes.Slice(8 + i * Hash256.Length, Hash256.Length));
        (frontier._count, frontier.Size) = (count, size);
        return true;
    }
}
