using System.Net;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate.Identity;
using Gatehouse.Gate.Limits;
using Gatehouse.Storage;

namespace Gatehouse.Gate;

/// <summary>
/// What the gate must not have forgotten after a restart, between the store's form and the gate's own: tokens, pauses,
/// and what jobs used this day and month.
/// </summary>
internal static class GateState
{
    /// <summary>
    /// Ended tokens are kept this long, so that a 401 can say whose token it was and how to renew it.
    /// </summary>
    public static readonly TimeSpan EndedTokensKept = TimeSpan.FromDays(30);

    public static async Task LoadAsync(
        IStateStore store, TokenBook tokens, PauseBook pauses, DateTimeOffset now, CancellationToken stop)
    {
        foreach (var token in await store.LoadTokensAsync(now - EndedTokensKept, stop))
            tokens.Add(new TokenHash(token.Hash.Span), GrantOf(token));
        foreach (var pause in await store.LoadPausesAsync(stop)) pauses.Add(pause);
    }

    public static async Task LoadUsageAsync(
        IStateStore store, LimitBook limits, PeriodNames names, CancellationToken stop)
    {
        foreach (var job in (await store.LoadUsageAsync([names.Day, names.Month], stop)).GroupBy(used => used.Job))
            limits.For(job.Key).Restore(names, UsedIn(job, names.Day), UsedIn(job, names.Month));
    }

    /// <summary>The change that stores a new token.</summary>
    public static StateChange Issue(TokenHash hash, TokenGrant grant) => new StateChange.IssueToken(new StoredToken
    {
        Id = grant.Id,
        Hash = hash.ToArray(),
        Job = grant.Job,
        Issued = grant.Issued,
        Expires = grant.Expires,
        Endpoints = [.. grant.Endpoints.Select(EndpointScopeNames.NameOf)],
        Models = grant.Models,
        Networks = [.. grant.From.Select(network => network.ToString())],
        InUrl = grant.InUrl,
        Service = grant.Service,
    });

    /// <summary>The change that books what a job used.</summary>
    public static StateChange Book(string job, PeriodNames names, UsagePeriod used)
        => new StateChange.BookUsage(job, names.Day, names.Month, used.Tokens, used.CostMicros);

    private static TokenGrant GrantOf(StoredToken token) => new()
    {
        Id = token.Id,
        Job = token.Job,
        Issued = token.Issued,
        Expires = token.Expires,
        Endpoints = [.. token.Endpoints.Select(ScopeOf)],
        Models = token.Models,
        From = [.. token.Networks.Select(network => IPNetwork.Parse(network))],
        InUrl = token.InUrl,
        Service = token.Service,
        Revoked = token.Revoked,
        Leaked = token.Leaked,
    };

    private static UsagePeriod UsedIn(IEnumerable<StoredUsage> used, string period)
        => used.FirstOrDefault(row => row.Period == period) is { } found
            ? new UsagePeriod(found.Tokens, found.Bytes, found.CostMicros) : default;

    private static EndpointScope ScopeOf(string name)
        => EndpointScopeNames.TryParse(name, out var scope)
            ? scope
            : throw new InvalidDataException($"The ledger holds a token for the unknown endpoint scope '{name}'.");
}
