using System.Buffers;
using System.Numerics;
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
