using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Gatehouse.Core.Ledger;

/// <summary>
/// Hashes and proofs of the binary Merkle tree of RFC 6962 section 2.1. Leaf and node hashes carry different first
/// bytes, so that no node can be passed off as a leaf.
/// </summary>
public static class MerkleTree
{
    // RFC 6962 section 2.1: the first byte of what is hashed.
    private const byte LeafPrefix = 0x00;
    private const byte NodePrefix = 0x01;

    // A path in a tree of 2^63 leaves has at most 63 steps, a consistency proof one hash more.
    private const int ProofLengthMax = 64;

    // Leaves up to this size are hashed from the stack; larger ones borrow from the pool.
    private const int StackBytes = 2048;

    /// <summary>The root of the tree without leaves: SHA-256 of nothing.</summary>
    public static Hash256 EmptyRoot { get; } = new(SHA256.HashData([]));

    /// <summary>SHA-256(0x00 || leaf).</summary>
    public static Hash256 HashLeaf(ReadOnlySpan<byte> leaf)
    {
        if (leaf.Length < StackBytes)
        {
            Span<byte> small = stackalloc byte[StackBytes];
            return HashPrefixed(leaf, small);
        }

        var rented = ArrayPool<byte>.Shared.Rent(leaf.Length + 1);
        try
        {
            return HashPrefixed(leaf, rented);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>SHA-256(0x01 || left || right).</summary>
    public static Hash256 HashNode(in Hash256 left, in Hash256 right)
    {
        Span<byte> input = stackalloc byte[1 + 2 * Hash256.Length];
        input[0] = NodePrefix;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + Hash256.Length)..]);
        Span<byte> output = stackalloc byte[Hash256.Length];
        SHA256.HashData(input, output);
        return new Hash256(output);
    }

    /// <summary>The root over <paramref name="leaves"/> (leaf hashes in order).</summary>
    public static Hash256 Root(ReadOnlySpan<Hash256> leaves)
    {
        if (leaves.Length == 0)
            return EmptyRoot;
        if (leaves.Length == 1)
            return leaves[0];
        var split = (int)Split(leaves.Length);
        return HashNode(Root(leaves[..split]), Root(leaves[split..]));
    }

    /// <summary>The audit path of leaf <paramref name="index"/> in the tree over <paramref name="leaves"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such leaf.</exception>
    public static IReadOnlyList<Hash256> InclusionProof(int index, ReadOnlySpan<Hash256> leaves)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, leaves.Length);
        var path = new List<Hash256>();
        while (leaves.Length > 1)
        {
            var split = (int)Split(leaves.Length);
            var goLeft = index < split;
            path.Add(Root(goLeft ? leaves[split..] : leaves[..split]));
            leaves = goLeft ? leaves[..split] : leaves[split..];
            index -= goLeft ? 0 : split;
        }

        path.Reverse();
        return path;
    }

    /// <summary>
    /// The proof that the first <paramref name="size"/> leaves are a prefix of <paramref name="leaves"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is not between 1 and the number of leaves.</exception>
    public static IReadOnlyList<Hash256> ConsistencyProof(int size, ReadOnlySpan<Hash256> leaves)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, leaves.Length);
        var path = new List<Hash256>();
        var whole = true;
        while (size < leaves.Length)
        {
            var split = (int)Split(leaves.Length);
            if (size <= split)
            {
                path.Add(Root(leaves[split..]));
                leaves = leaves[..split];
                continue;
            }

            path.Add(Root(leaves[..split]));
            leaves = leaves[split..];
            size -= split;
            whole = false;
        }

        if (!whole)
            path.Add(Root(leaves));
        path.Reverse();
        return path;
    }

    /// <summary>True if <paramref name="proof"/> shows that the leaf hash stands at <paramref name="index"/>.</summary>
    public static bool VerifyInclusion(
        Hash256 leaf, long index, long size, IReadOnlyList<Hash256> proof, Hash256 root)
    {
        if (index < 0 || index >= size || proof.Count > ProofLengthMax)
            return false;
        // RFC 9162 section 2.1.3.2: walk up with the index and the last index of the tree side by side.
        var (node, last, hash) = (index, size - 1, leaf);
        foreach (var sibling in proof)
        {
            if (last == 0)
                return false;
            if ((node & 1) == 1 || node == last)
            {
                hash = HashNode(sibling, hash);
                while ((node & 1) == 0 && node != 0)
                    (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                hash = HashNode(hash, sibling);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && hash == root;
    }

    /// <summary>True if <paramref name="proof"/> shows that the smaller tree is a prefix of the larger one.</summary>
    public static bool VerifyConsistency(
        (long Size, Hash256 Root) first, (long Size, Hash256 Root) second, IReadOnlyList<Hash256> proof)
    {
        if (first.Size < 1 || first.Size > second.Size || proof.Count > ProofLengthMax)
            return false;
        if (first.Size == second.Size)
            return proof.Count == 0 && first.Root == second.Root;
        // RFC 9162 section 2.1.4.2: a complete first tree is its own starting node.
        var power = BitOperations.IsPow2(first.Size);
        if (!power && proof.Count == 0)
            return false;
        var start = power ? first.Root : proof[0];
        var (node, last) = (first.Size - 1, second.Size - 1);
        while ((node & 1) == 1)
            (node, last) = (node >> 1, last >> 1);
        var (oldHash, newHash) = (start, start);
        for (var i = power ? 0 : 1; i < proof.Count; i++)
        {
            if (last == 0)
                return false;
            if ((node & 1) == 1 || node == last)
            {
                oldHash = HashNode(proof[i], oldHash);
                newHash = HashNode(proof[i], newHash);
                while ((node & 1) == 0 && node != 0)
                    (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                newHash = HashNode(newHash, proof[i]);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && oldHash == first.Root && newHash == second.Root;
    }

    // The largest power of two below n: where RFC 6962 splits a tree.
    private static long Split(long n) => 1L << BitOperations.Log2((ulong)(n - 1));

    private static Hash256 HashPrefixed(ReadOnlySpan<byte> leaf, Span<byte> buffer)
    {
        buffer[0] = LeafPrefix;
        leaf.CopyTo(buffer[1..]);
        Span<byte> output = stackalloc byte[Hash256.Length];
        SHA256.HashData(buffer[..(leaf.Length + 1)], output);
        return new Hash256(output);
    }
}

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
