using System.Net;
using System.Runtime.InteropServices;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Gate.Identity;

/// <summary>What one token allows: one job, the named endpoints and models only, until an instant.</summary>
internal sealed record TokenGrant
{
    public required string Id { get; init; }

    public required string Job { get; init; }

    public required DateTimeOffset Issued { get; init; }

    public required DateTimeOffset Expires { get; init; }

    /// <summary>The endpoint scopes it may use; empty means every one that the job may use.</summary>
    public IReadOnlyList<EndpointScope> Endpoints { get; init; } = [];

    /// <summary>Estate keys of the models it may use; empty means every one of the job.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>The networks it may come from; empty means any.</summary>
    public IReadOnlyList<IPNetwork> From { get; init; } = [];

    /// <summary>Accepted as the path prefix <c>/t/TOKEN/…</c>; every other token seen in a path is a leak.</summary>
    public bool InUrl { get; init; }

    /// <summary>A long-lived token of an always-on container.</summary>
    public bool Service { get; init; }

    /// <summary>Lives exactly as long as the connection of the <c>exec</c> that asked for it.</summary>
    public bool BoundToConnection { get; init; }

    public DateTimeOffset? Revoked { get; init; }

    public bool Leaked { get; init; }

    public bool IsFrom(IPAddress? address)
    {
        if (From.Count == 0) return true;
        if (address is null) return false;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in From)
        {
            if (network.Contains(plain)) return true;
        }
        return false;
    }
}

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

/// <summary>
/// What the book says of a presented token. Expired and revoked ones are known, so that the 401 can help.
/// </summary>
internal enum TokenVerdict
{
    Good,
    Unknown,
    Expired,
    Revoked,
    WrongNetwork,
}
