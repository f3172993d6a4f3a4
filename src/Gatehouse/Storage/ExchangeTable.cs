using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>
/// Keeps the tables that are derived from leaves, in the same transactions. Used by the writer's thread.
/// </summary>
internal sealed class ExchangeTable(StatementCache statements)
{
    private const string Insert =
        "INSERT INTO exchange (idx, id, started, job, model, dialect, endpoint, identified_by, caller, stream, flags) "
        + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";

    private const string Update =
        "UPDATE exchange SET outcome = ?2, outcome_idx = ?3, status = ?4, reason = ?5, duration_ms = ?6, "
        + "input_tokens = ?7, output_tokens = ?8, bytes = ?9, "
        + "flags = CASE WHEN ?10 IS NULL THEN flags WHEN flags IS NULL THEN ?10 ELSE flags || ',' || ?10 END "
        + "WHERE id = ?1";

    /// <summary>Takes an entry into account.</summary>
    public void Project(LedgerEntry entry, long index, DateTimeOffset time)
    {
        switch (entry)
        {
            case RequestEntry request:
                InsertCall(request.Id, request.Call, index, time);
                break;
            case OutcomeEntry outcome:
                if (outcome.Call is { } call)
                    InsertCall(outcome.Of, call, index, time);
                UpdateOutcome(outcome, index);
                break;
            default:
                statements.Get("INSERT INTO act (idx) VALUES (?1)").Bind(1, index).Run();
                break;
        }
    }

    /// <summary>Exchanges without an outcome, oldest first.</summary>
    public List<string> Open()
    {
        var ids = new List<string>();
        var select =
            statements.Get("SELECT id FROM exchange INDEXED BY exchange_open WHERE outcome IS NULL ORDER BY idx");
        while (select.Step())
            ids.Add(select.Text(0)!);
        return ids;
    }

    /// <summary>True if the exchange is here and has no outcome.</summary>
    public bool IsOpen(string id)
    {
        var select = statements.Get("SELECT 1 FROM exchange WHERE id = ?1 AND outcome IS NULL").Bind(1, id);
        var isOpen = select.Step();
        select.Reset();
        return isOpen;
    }

    private void InsertCall(string id, CallFacts call, long index, DateTimeOffset time) =>
        statements.Get(Insert)
            .Bind(1, index)
            .Bind(2, id)
            .Bind(3, time.ToUnixTimeMilliseconds())
            .Bind(4, call.Job)
            .Bind(5, call.ModelName is { } name ? $"{call.Model}/{name}" : call.Model)
            .Bind(6, call.Dialect)
            .Bind(7, call.Endpoint)
            .Bind(8, call.IdentifiedBy)
            .Bind(9, call.Caller)
            .Bind(10, call.IsStream ? 1 : 0)
            .Bind(11, JoinFlags(call.Flags))
            .Run();

    private void UpdateOutcome(OutcomeEntry outcome, long index) =>
        statements.Get(Update)
            .Bind(1, outcome.Of)
            .Bind(2, outcome.Outcome.Word())
            .Bind(3, index)
            .Bind(4, outcome.Status)
            .Bind(5, outcome.Reason)
            .Bind(6, outcome.DurationMilliseconds)
            .Bind(7, outcome.InputTokens)
            .Bind(8, outcome.OutputTokens)
            .Bind(9, outcome.BytesDelivered)
            .Bind(10, JoinFlags(outcome.Flags))
            .Run();

    private static string? JoinFlags(IReadOnlyList<string> flags) => flags.Count == 0 ? null : string.Join(',', flags);
}
