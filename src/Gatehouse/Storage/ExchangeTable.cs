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

    private void InsertCall(string id, CallFacts call, long index, DateTimeOffset time)
    {
        var row = ExchangeRow.Begin(id, call, index, time);
        statements.Get(Insert)
            .Bind(1, row.Index)
            .Bind(2, row.Id)
            .Bind(3, row.Started.ToUnixTimeMilliseconds())
            .Bind(4, row.Job)
            .Bind(5, row.Model)
            .Bind(6, row.Dialect)
            .Bind(7, row.Endpoint)
            .Bind(8, row.IdentifiedBy)
            .Bind(9, row.Caller)
            .Bind(10, row.IsStream ? 1 : 0)
            .Bind(11, row.Flags)
            .Run();
    }

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
            .Bind(10, ExchangeRow.JoinFlags(outcome.Flags))
            .Run();
}

/// <summary>
/// An exchange as read for people and statistics. Derived from leaves for speed: verification never relies on it.
/// </summary>
internal sealed record ExchangeRow
{
    /// <summary>The exchange's id.</summary>
    public required string Id { get; init; }

    /// <summary>Index of the leaf that started it: the request, or the refusal where there was none.</summary>
    public required long Index { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required string Job { get; init; }

    public string? Model { get; init; }

    public required string Dialect { get; init; }

    public required string Endpoint { get; init; }

    public required string IdentifiedBy { get; init; }

    public required string Caller { get; init; }

    public bool IsStream { get; init; }

    /// <summary>Comma-separated flags of request and outcome.</summary>
    public string? Flags { get; init; }

    /// <summary>The word of the outcome; null while open.</summary>
    public string? Outcome { get; init; }

    /// <summary>Index of the outcome's leaf.</summary>
    public long? OutcomeIndex { get; init; }

    public long? Status { get; init; }

    public string? Reason { get; init; }

    public long? DurationMilliseconds { get; init; }

    public long? InputTokens { get; init; }

    public long? OutputTokens { get; init; }

    public long? BytesDelivered { get; init; }

    /// <summary>The columns that <see cref="Read"/> reads, in its order: all that the table has.</summary>
    public const string Columns =
        "idx, id, started, job, model, dialect, endpoint, identified_by, caller, stream, flags, outcome, "
        + "outcome_idx, status, reason, duration_ms, input_tokens, output_tokens, bytes";

    // What kind of value each column holds: t text, i integer.
    private const string Kinds = "itittttttittiitiiii";

    /// <summary>The row that a call begins.</summary>
    public static ExchangeRow Begin(string id, CallFacts call, long index, DateTimeOffset time) => new()
    {
        Index = index,
        Id = id,
        Started = time,
        Job = call.Job,
        Model = call.ModelName is { } name ? $"{call.Model}/{name}" : call.Model,
        Dialect = call.Dialect,
        Endpoint = call.Endpoint,
        IdentifiedBy = call.IdentifiedBy,
        Caller = call.Caller,
        IsStream = call.IsStream,
        Flags = JoinFlags(call.Flags),
    };

    /// <summary>The row as an outcome leaves it.</summary>
    public ExchangeRow End(OutcomeEntry outcome, long index) => this with
    {
        Outcome = outcome.Outcome.Word(),
        OutcomeIndex = index,
        Status = outcome.Status,
        Reason = outcome.Reason,
        DurationMilliseconds = outcome.DurationMilliseconds,
        InputTokens = outcome.InputTokens,
        OutputTokens = outcome.OutputTokens,
        BytesDelivered = outcome.BytesDelivered,
        Flags = JoinFlags(outcome.Flags) is not { } flags ? Flags : Flags is null ? flags : $"{Flags},{flags}",
    };

    /// <summary>Reads a row of <see cref="Columns"/>.</summary>
    /// <exception cref="HomeException">Its time is no time.</exception>
    public static ExchangeRow Read(SqlStatement select) => new()
    {
        Index = select.Int64(0),
        Id = select.Text(1)!,
        Started = TimeOf(select.Int64(0), select.Int64(2)),
        Job = select.Text(3)!,
        Model = select.Text(4),
        Dialect = select.Text(5)!,
        Endpoint = select.Text(6)!,
        IdentifiedBy = select.Text(7)!,
        Caller = select.Text(8)!,
        IsStream = select.Int64(9) != 0,
        Flags = select.Text(10),
        Outcome = select.Text(11),
        OutcomeIndex = select.Int64IfSet(12),
        Status = select.Int64IfSet(13),
        Reason = select.Text(14),
        DurationMilliseconds = select.Int64IfSet(15),
        InputTokens = select.Int64IfSet(16),
        OutputTokens = select.Int64IfSet(17),
        BytesDelivered = select.Int64IfSet(18),
    };

    /// <summary>
    /// Whether each value of a row of <see cref="Columns"/> is of its column's kind. SQLite would read a blob as text,
    /// and not find it where the text is looked for.
    /// </summary>
    public static bool HasItsKinds(SqlStatement select)
    {
        for (var column = 0; column < Kinds.Length; column++)
        {
            if (!select.IsNull(column) && select.IsText(column) != (Kinds[column] == 't'))
                return false;
        }

        return true;
    }

    public static string? JoinFlags(IReadOnlyList<string> flags) => flags.Count == 0 ? null : string.Join(',', flags);

    private static DateTimeOffset TimeOf(long index, long milliseconds)
    {
        try
        {
            return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new HomeException($"Entry {index} of the ledger is not what was written: its time in the table of "
                + "exchanges is no time. Run `gatehouse ledger verify`.", e);
        }
    }
}
