using System.Globalization;
using System.Net;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate;
using Gatehouse.Gate.Identity;
using Gatehouse.Storage;

namespace Gatehouse.Actions;

/// <summary>
/// Issuing, listing and revoking tokens. The token itself appears once, in the answer to the request for it.
/// </summary>
internal static class TokenActions
{
    private static readonly TimeSpan DefaultLife = TimeSpan.FromHours(1);

    /// <summary>A token that is not a service's should die within the day it was made.</summary>
    private static readonly TimeSpan LifeMax = TimeSpan.FromHours(24);

    /// <summary>
    /// More than any job needs at a time; bounds memory and the ledger against a loop that only asks.
    /// </summary>
    private const int GoodOfJobMax = 1_000;

    private const int GoodOfJobUserMax = 32;

    private static readonly TimeSpan ServiceLifeMax = TimeSpan.FromDays(30);

    public static async Task IssueAsync(ActionCall call)
    {
        var (token, hash, grant) = Create(call, boundToConnection: false);
        await call.Context.RecordAsync(call.Actor, "token.issue", Details(grant), GateState.Issue(hash, grant));
        call.Context.Tokens.Add(hash, grant);
        call.Context.Tokens.Trim(grant.Job);
        await call.WriteAsync(json =>
        {
            json.WriteString("token", token);
            json.WriteString("id", grant.Id);
            json.WriteString("job", grant.Job);
            json.WriteString("expires", grant.Expires);
            json.WriteString("gate", call.Context.GateAddress);
        });
    }

    public static async Task ListAsync(ActionCall call)
    {
        foreach (var grant in call.Context.Tokens.All.OrderBy(grant => grant.Job, StringComparer.Ordinal)
            .ThenBy(grant => grant.Expires))
        {
            await call.WriteAsync(json =>
            {
                json.WriteString("id", grant.Id);
                json.WriteString("job", grant.Job);
                json.WriteString("state", StateOf(grant, call.Context.Tokens));
                json.WriteString("issued", grant.Issued);
                json.WriteString("expires", grant.Expires);
                json.WriteString("endpoints", string.Join(',', grant.Endpoints.Select(EndpointScopeNames.NameOf)));
                json.WriteString("models", string.Join(',', grant.Models));
                json.WriteString("from", string.Join(',', grant.From));
                json.WriteString("kind", KindOf(grant));
            });
        }
    }

    public static async Task RevokeAsync(ActionCall call)
    {
        var id = call.Required("id");
        var grant = call.Context.Tokens.Find(id)
            ?? throw new ActionException($"There is no token '{id}'. List them with: gatehouse token list");
        // In force first, on record after: revoking never waits for the ledger.
        if (!call.Context.Tokens.Revoke(id, leaked: false))
            throw new ActionException($"The token '{id}' had ended already.");
        call.Context.InFlight?.CutToken(id);
        await call.Context.RecordAfterAsync(call.Actor, "token.revoke",
            new Dictionary<string, string> { ["token"] = id, ["job"] = grant.Job },
            new StateChange.RevokeToken(id, Leaked: false));
        await call.WriteAsync(json =>
        {
            json.WriteString("revoked", id);
            json.WriteString("job", grant.Job);
        });
    }

    /// <summary>Makes a token from the act's arguments; nothing is stored yet.</summary>
    /// <exception cref="ActionException">An argument does not fit the job, or asks for more than tokens may
    /// have.</exception>
    public static (string Token, TokenHash Hash, TokenGrant Grant) Create(ActionCall call, bool boundToConnection)
    {
        var job = call.Context.JobOf(call.Required("job"));
        // Named twice is named once: a list of a thousand names must not become a thousand words on record.
        string[] models = [.. call.List("model").Distinct()];
        EndpointScope[] endpoints = [.. call.List("endpoint").Distinct().Select(ScopeOf)];
        var (service, inUrl) = (call.Flag("service"), call.Flag("in-url"));
        var from = call.List("from").Select(NetworkOf).ToArray();
        if (call.Actor.IsJobUser && (service || inUrl || from.Length > 0 || LifeOf(call, service) > DefaultLife))
        {
            throw new ActionException(
                "A job's own user gets plain tokens for an hour at most. Ask the home's owner for others.");
        }
        if (call.Context.Tokens.CountGood(job.Key) >= (call.Actor.IsJobUser ? GoodOfJobUserMax : GoodOfJobMax))
        {
            throw new ActionException(
                $"Job '{job.Key}' has too many good tokens. List them with `gatehouse token list` and revoke "
                    + "what is not needed.");
        }
        if (service && from.Length == 0)
        {
            throw new ActionException(
                "A service token is bound to a network: add --from CIDR, for example --from 172.18.0.0/16.",
                ExitCodes.Unusable);
        }
        if (inUrl && from.Length == 0)
        {
            throw new ActionException(
                "A token in a URL ends up in logs, so it must be bound to a network: add --from CIDR.",
                ExitCodes.Unusable);
        }
        foreach (var model in models)
        {
            if (job.Models.All(own => own.Key != model))
            {
                throw new ActionException(
                    $"Job '{job.Key}' has no model '{model}'. It has: "
                    + $"{string.Join(", ", job.Models.Select(own => own.Key))}.");
            }
        }
        var now = call.Context.Ledger.Now;
        var grant = new TokenGrant
        {
            Id = call.Context.Ledger.NewId("tok"),
            Job = job.Key,
            Issued = now,
            Expires = now + LifeOf(call, service),
            Endpoints = endpoints,
            Models = models,
            From = from,
            InUrl = inUrl,
            Service = service,
            BoundToConnection = boundToConnection,
        };
        var token = TokenFormat.Create();
        return (token, TokenFormat.Hash(token), grant);
    }

    public static Dictionary<string, string> Details(TokenGrant grant)
    {
        var details = new Dictionary<string, string>
        {
            ["token"] = grant.Id,
            ["job"] = grant.Job,
            ["kind"] = KindOf(grant),
            ["expires"] = grant.Expires.ToString("O", CultureInfo.InvariantCulture),
        };
        if (grant.Endpoints.Count > 0)
            details["endpoints"] = string.Join(',', grant.Endpoints.Select(EndpointScopeNames.NameOf));
        if (grant.Models.Count > 0) details["models"] = string.Join(',', grant.Models);
        if (grant.From.Count > 0) details["from"] = string.Join(',', grant.From);
        return details;
    }

    private static TimeSpan LifeOf(ActionCall call, bool service)
    {
        var most = service ? ServiceLifeMax : LifeMax;
        if (call.Argument("ttl") is not { Length: > 0 } text) return service ? ServiceLifeMax : DefaultLife;
        var life = CommandDuration.TryParse(text) ?? throw new ActionException(
            $"'{text}' is not a duration. Write for example 15m, 8h or 30d.", ExitCodes.Unusable);
        if (life <= TimeSpan.Zero || life > most)
        {
            throw new ActionException(service
                ? "A service token lives 30 days at most."
                : "A token lives 24 hours at most. For an always-on container use --service --from CIDR.",
                ExitCodes.Unusable);
        }
        return life;
    }

    private static string KindOf(TokenGrant grant)
        => grant.BoundToConnection ? "exec" : grant.InUrl ? "in-url" : grant.Service ? "service" : "job";

    private static string StateOf(TokenGrant grant, TokenBook tokens)
        => grant.Leaked ? "leaked" : grant.Revoked is not null ? "revoked"
            : tokens.IsOver(grant) ? "expired" : "good";

    private static EndpointScope ScopeOf(string name)
        => EndpointScopeNames.TryParse(name, out var scope)
            ? scope
            : throw new ActionException(
                $"There is no endpoint '{name}'. Endpoints: {string.Join(", ", EndpointScopeNames.All)}.",
                ExitCodes.Unusable);

    private static IPNetwork NetworkOf(string text)
    {
        if (IPNetwork.TryParse(text, out var network)) return network;
        if (IPAddress.TryParse(text, out var address))
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        throw new ActionException($"'{text}' is not a network. Write for example 192.168.1.0/24.", ExitCodes.Unusable);
    }
}
