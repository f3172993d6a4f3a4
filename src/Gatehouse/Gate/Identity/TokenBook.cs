using System.Collections.Concurrent;
using System.Net;
using Gatehouse.Storage;

namespace Gatehouse.Gate.Identity;

/// <summary>
/// The tokens that this gate has issued, by hash, in memory. The database beside the ledger is its durable form;
/// the book is written only after that write succeeded, except for revoking, which never waits. A token ends by the
/// confirmed time, which never steps back by itself, so that a clock that does brings no ended token to life; one that
/// was issued by a clock that nobody has confirmed yet ends by that clock.
/// </summary>
internal sealed class TokenBook(Func<ClockReading> clock)
{
    /// <summary>Ended tokens of one job that are worth remembering, so that a 401 can say whose they were.</summary>
    private const int EndedOfJobMax = 256;

    private readonly ConcurrentDictionary<TokenHash, TokenGrant> _byHash = new();

    public int Count => _byHash.Count;

    public IEnumerable<TokenGrant> All => _byHash.Values;

    public void Add(TokenHash hash, TokenGrant grant) => _byHash[hash] = grant;

    public (TokenVerdict Verdict, TokenGrant? Grant) Check(ReadOnlySpan<char> token, IPAddress? from)
    {
        // The checksum first: what is no token costs nothing. Then the book, which is in memory and whose key is the
        // token's hash.
        if (!TokenFormat.LooksLikeToken(token)) return (TokenVerdict.Unknown, null);
        if (!_byHash.TryGetValue(TokenFormat.Hash(token), out var grant)) return (TokenVerdict.Unknown, null);
        if (grant.Revoked is not null) return (TokenVerdict.Revoked, grant);
        if (IsOver(grant)) return (TokenVerdict.Expired, grant);
        return grant.IsFrom(from) ? (TokenVerdict.Good, grant) : (TokenVerdict.WrongNetwork, grant);
    }

    /// <summary>Whether a token's time is up.</summary>
    public bool IsOver(TokenGrant grant)
        => !grant.BoundToConnection && grant.Expires <= clock().For(grant.Issued);

    /// <summary>
    /// Time on record has gone back to <paramref name="now"/>: tokens that were issued later than that live on for as
    /// long as they had left, and not until the wrong time comes again.
    /// </summary>
    public void GoBack(DateTimeOffset now, TimeSpan by)
    {
        foreach (var (hash, grant) in _byHash)
        {
            if (grant.Issued > now)
                _byHash.TryUpdate(hash, grant with { Issued = grant.Issued - by, Expires = grant.Expires - by }, grant);
        }
    }

    /// <summary>Whether a token that was good has been revoked or forgotten.</summary>
    public bool Ended(TokenHash hash) => !_byHash.TryGetValue(hash, out var grant) || grant.Revoked is not null;

    /// <summary>How many tokens of a job are good now.</summary>
    public int CountGood(string job)
        => _byHash.Values.Count(
            grant => grant.Job == job && grant.Revoked is null && !IsOver(grant));

    /// <summary>Forgets all but a job's newest ended tokens: a loop that asks for tokens fills no memory.</summary>
    public void Trim(string job)
    {
        var ended = _byHash.Where(pair => pair.Value.Job == job
            && (pair.Value.Revoked is not null || IsOver(pair.Value))).ToList();
        if (ended.Count <= EndedOfJobMax) return;
        foreach (var (hash, _) in ended.OrderByDescending(pair => pair.Value.Issued).Skip(EndedOfJobMax))
            _byHash.TryRemove(hash, out _);
    }

    /// <summary>Takes a token out of the book: one that ended and that nobody needs to be told about.</summary>
    public void Remove(TokenHash hash) => _byHash.TryRemove(hash, out _);

    public TokenGrant? Find(string id) => _byHash.Values.FirstOrDefault(grant => grant.Id == id);

    /// <summary>Takes effect for the next call at once. Returns false when no live token has this id.</summary>
    public bool Revoke(string id, bool leaked)
    {
        foreach (var (hash, grant) in _byHash)
        {
            if (grant.Id != id || grant.Revoked is not null) continue;
            return _byHash.TryUpdate(hash, grant with { Revoked = clock().Now, Leaked = leaked }, grant);
        }
        return false;
    }

    /// <summary>Forgets tokens that ended so long ago that a helpful 401 is no longer worth the memory.</summary>
    public void Forget(DateTimeOffset endedBefore)
    {
        foreach (var (hash, grant) in _byHash)
        {
            if ((grant.Revoked ?? grant.Expires) < endedBefore && !grant.BoundToConnection)
                _byHash.TryRemove(hash, out _);
        }
    }
}
