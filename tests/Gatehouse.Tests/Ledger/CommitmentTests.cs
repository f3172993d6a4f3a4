using System.Security.Cryptography;
using System.Text;
using Gatehouse.Core.Ledger;

namespace Gatehouse.Tests.Ledger;

public sealed class CommitmentTests
{
    private static readonly byte[] Salt = [.. Enumerable.Repeat((byte)7, 32)];

    [Fact]
    public void A_commitment_is_the_hash_of_the_documented_bytes()
    {
        byte[] documented =
        [
            .. Encoding.ASCII.GetBytes("gatehouse/payload/v1"), 0, .. Encoding.ASCII.GetBytes("received"), 0,
            .. Salt, 0, 0, 0, 0, 0, 0, 0, 3, .. "abc"u8,
        ];

        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(documented)),
            Commitment.Compute(PayloadKind.Received, Salt, "abc"u8).ToString());
    }

    [Fact]
    public void Kind_salt_and_bytes_each_change_it()
    {
        var all = new[]
        {
            Commitment.Compute(PayloadKind.Received, Salt, "abc"u8),
            Commitment.Compute(PayloadKind.Forwarded, Salt, "abc"u8),
            Commitment.Compute(PayloadKind.Received, new byte[32], "abc"u8),
            Commitment.Compute(PayloadKind.Received, Salt, "abd"u8),
            Commitment.Compute(PayloadKind.Received, Salt, ""u8),
        };

        Assert.Equal(all.Length, all.Distinct().Count());
    }
}
