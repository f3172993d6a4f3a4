using CsCheck;
using Gatehouse.Core.Ledger;

namespace Gatehouse.Tests.Ledger;

public sealed class MerkleTreeTests
{
    // The leaves and roots that certificate transparency implementations test with (RFC 6962 section 2.1.3).
    private static readonly string[] Inputs =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    private static readonly string[] Roots =
    [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    [Fact]
    public void The_empty_tree_has_the_hash_of_nothing() =>
        Assert.Equal(
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", MerkleTree.EmptyRoot.ToString());

    [Fact]
    public void Roots_are_those_of_the_published_vectors()
    {
        var frontier = new Frontier();
        var leaves = new List<Hash256>();
        for (var i = 0; i < Inputs.Length; i++)
        {
            leaves.Add(MerkleTree.HashLeaf(Convert.FromHexString(Inputs[i])));
            frontier.Append(leaves[i]);
            Assert.Equal(Roots[i], MerkleTree.Root(leaves.ToArray()).ToString());
            Assert.Equal(Roots[i], frontier.Root().ToString());
        }
    }

    [Fact]
    public void Proofs_start_as_the_published_vectors_do()
    {
        var leaves = Inputs.Select(input => MerkleTree.HashLeaf(Convert.FromHexString(input))).ToArray();

        Assert.Equal(
            ["07506a85", "fac54203", "bc1a0643"],
            MerkleTree.InclusionProof(2, leaves.AsSpan(0, 5)).Select(hash => hash.ToString()[..8]));
        Assert.Equal(
            ["0298d122", "07506a85", "fac54203", "837dbb15"],
            MerkleTree.ConsistencyProof(3, leaves.AsSpan(0, 7)).Select(hash => hash.ToString()[..8]));
        Assert.Equal(["6b47aaf2"], MerkleTree.ConsistencyProof(4, leaves).Select(hash => hash.ToString()[..8]));
    }

    [Fact]
    public void A_frontier_has_the_root_of_the_whole_tree_at_every_size() =>
        Gen.Int[0, 300].Sample(
            size =>
            {
                var leaves = Leaves(size);
                var frontier = new Frontier();
                foreach (var leaf in leaves)
                    frontier.Append(leaf);
                return frontier.Root() == MerkleTree.Root(leaves)
                    && Frontier.TryRead(frontier.ToBytes(), out var read)
                    && read.Root() == frontier.Root() && read.Size == size;
            },
            seed: "0001frontier", iter: 200);

    [Fact]
    public void A_proof_holds_for_its_leaf_and_for_no_other() =>
        Gen.Select(Gen.Int[1, 130], Gen.Int[0, 1000], Gen.Int[0, 1000]).Sample(
            (size, at, other) =>
            {
                var leaves = Leaves(size);
                var root = MerkleTree.Root(leaves);
                var (index, wrong) = (at % size, other % size);
                var proof = MerkleTree.InclusionProof(index, leaves);
                return MerkleTree.VerifyInclusion(leaves[index], index, size, proof, root)
                    && (wrong == index || !MerkleTree.VerifyInclusion(leaves[wrong], index, size, proof, root))
                    && (wrong == index || !MerkleTree.VerifyInclusion(leaves[index], wrong, size, proof, root))
                    && Mutations(proof).All(bad => !MerkleTree.VerifyInclusion(leaves[index], index, size, bad, root));
            },
            seed: "0002inclusion", iter: 200);

    [Fact]
    public void A_consistency_proof_holds_for_its_trees_and_for_no_others() =>
        Gen.Select(Gen.Int[1, 130], Gen.Int[0, 1000]).Sample(
            (size, at) =>
            {
                var leaves = Leaves(size);
                var small = 1 + (at % size);
                var (first, second) = (MerkleTree.Root(leaves.AsSpan(0, small)), MerkleTree.Root(leaves));
                var proof = MerkleTree.ConsistencyProof(small, leaves);
                var forged = MerkleTree.HashLeaf([1, 2, 3]);
                return MerkleTree.VerifyConsistency((small, first), (size, second), proof)
                    && !MerkleTree.VerifyConsistency((small, forged), (size, second), proof)
                    && !MerkleTree.VerifyConsistency((small, first), (size, forged), proof)
                    && Mutations(proof).All(bad => !MerkleTree.VerifyConsistency((small, first), (size, second), bad));
            },
            seed: "0003consistency", iter: 200);

    private static Hash256[] Leaves(int count) =>
        [.. Enumerable.Range(0, count).Select(i => MerkleTree.HashLeaf(BitConverter.GetBytes(i)))];

    private static IEnumerable<IReadOnlyList<Hash256>> Mutations(IReadOnlyList<Hash256> proof)
    {
        yield return [.. proof, MerkleTree.EmptyRoot];
        for (var i = 0; i < proof.Count; i++)
        {
            var changed = proof.ToArray();
            var bytes = changed[i].ToArray();
            bytes[i % bytes.Length] ^= 1;
            changed[i] = new Hash256(bytes);
            yield return changed;
        }

        if (proof.Count > 0)
            yield return [.. proof.Skip(1)];
    }
}
