using Gatehouse.Storage;

namespace Gatehouse.Gate.Identity;

/// <summary>Stores a token's hash and grant, or what became of it, with the act that says so.</summary>
internal sealed class TokenChange(TokenHash? hash, TokenGrant grant) : IStateChange
{
    private const string Insert =
        "INSERT INTO token (id, hash, job, issued, expires, endpoints, models, networks, in_url, service, " +
        "revoked, leaked) " +
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, NULL, 0)";

    private const string Revoke = "UPDATE token SET revoked = ?2, leaked = ?3 WHERE id = ?1";

    public void Apply(LedgerTransaction transaction)
    {
        if (hash is { } issued) Add(transaction, issued);
        else End(transaction);
    }

    private void Add(LedgerTransaction transaction, TokenHash issued)
    {
        var statement = transaction.Prepare(Insert);
        statement.Bind(1, grant.Id);
        statement.Bind(2, issued.ToArray());
        statement.Bind(3, grant.Job);
        statement.Bind(4, grant.Issued.ToUnixTimeMilliseconds());
        statement.Bind(5, grant.Expires.ToUnixTimeMilliseconds());
        statement.Bind(6, string.Join(',', grant.Endpoints.Select(Core.Traffic.EndpointScopeNames.NameOf)));
        statement.Bind(7, string.Join(',', grant.Models));
        statement.Bind(8, string.Join(',', grant.From));
        statement.Bind(9, grant.InUrl ? 1 : 0);
        statement.Bind(10, grant.Service ? 1 : 0);
        statement.Run();
    }

    private void End(LedgerTransaction transaction)
    {
        var statement = transaction.Prepare(Revoke);
        statement.Bind(1, grant.Id);
        statement.Bind(2, transaction.Time.ToUnixTimeMilliseconds());
        statement.Bind(3, grant.Leaked ? 1 : 0);
        statement.Run();
    }
}
