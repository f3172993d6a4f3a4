using Gatehouse.Core.Ledger;
using Microsoft.Data.Sqlite;

namespace Gatehouse.Storage;

/// <summary>
/// Compares the tables that are derived from leaves with the leaves, by deriving them again in memory, a page at a
/// time.
/// </summary>
internal sealed class DerivedTables : IDisposable
{
    private const int LeavesInPage = 512;

    private const string Hint = " Rebuild what is derived: gatehouse ledger rebuild";

    private readonly LedgerReader _reader;
    private readonly SqliteConnection _memory = StoreConnection.OpenInMemory(StoreConnection.VersionMax);
    private readonly StatementCache _expected;
    private readonly StatementCache _found;
    private readonly ExchangeTable _table;
    private readonly string _columns;
    private long _exchanges;
    private long _acts;
    private long _spans;

    public DerivedTables(LedgerReader reader)
    {
        _reader = reader;
        _expected = new StatementCache(_memory);
        _found = new StatementCache(reader.Connection);
        _table = new ExchangeTable(_expected);
        // Every column, also those that later versions add.
        var names = _expected.Get("SELECT group_concat('quote(' || name || ')', ' || '','' || ') "
            + "FROM pragma_table_info('exchange')");
        names.Step();
        _columns = names.Text(0)!;
        names.Reset();
    }

    /// <summary>The first row that is not what its leaves say.</summary>
    public VerifyFault? Fault { get; private set; }

    public void Run(long leaves, long pruned, CancellationToken cancellation)
    {
        for (var next = pruned; next < leaves && Fault is null;)
        {
            cancellation.ThrowIfCancellationRequested();
            var page = _reader.ReadEntries(next, LeavesInPage);
            foreach (var entry in page.TakeWhile(entry => entry.Index < leaves))
                Take(entry);
            next = page.Count == 0 ? leaves : page[^1].Index + 1;
            CompareClosed();
            CompareActs();
        }

        CompareOpen(leaves);
        CompareCount("exchange", "idx", (pruned, leaves), _exchanges);
        CompareCount("act", "idx", (pruned, leaves), _acts);
        CompareCount("clock_span", "until", (pruned, leaves), _spans);
    }

    public void Dispose()
    {
        _expected.Dispose();
        _found.Dispose();
        _memory.Dispose();
    }

    /// <summary>Derives the tables again from the leaves. In a transaction.</summary>
    /// <returns>Number of exchanges.</returns>
    public static long Rebuild(LedgerTables tables)
    {
        // What began in a leaf that lost its text cannot be derived any more and stays.
        var from = tables.Prepare("SELECT min(idx) FROM ledger_entry WHERE log = 1 AND leaf IS NOT NULL").Number();
        tables.Prepare("DELETE FROM act WHERE idx >= ?1 OR idx < 0").Bind(1, from).Run();
        tables.Prepare("DELETE FROM exchange WHERE idx >= ?1 OR idx < 0").Bind(1, from).Run();
        tables.Prepare("DELETE FROM clock_span WHERE until >= ?1 OR until < 0").Bind(1, from).Run();
        var select = tables.Prepare(
            "SELECT idx, leaf FROM ledger_entry WHERE log = 1 AND idx >= ?1 ORDER BY idx LIMIT ?2");
        for (var count = LeavesInPage; count == LeavesInPage;)
        {
            count = 0;
            var page = new List<Leaf>(LeavesInPage);
            select.Bind(1, from).Bind(2, LeavesInPage);
            for (; select.Step(); count++)
                page.Add(Leaf.Parse(select.Blob(1).ToArray()));
            select.Reset();
            foreach (var leaf in page.Where(leaf => !IsTaken(tables, leaf)))
            {
                tables.Exchanges.Project(leaf.Entry, leaf.Index, leaf.Time);
                if (leaf.Entry is ClockStepEntry { Since: { } since, AheadMilliseconds: { } ahead })
                {
                    tables.Prepare("INSERT INTO clock_span (since, until, ahead_ms) VALUES (?1, ?2, ?3)")
                        .Bind(1, since).Bind(2, leaf.Index).Bind(3, ahead).Run();
                }
            }

            from += count;
        }

        return tables.Prepare("SELECT count(*) FROM exchange").Number();
    }

    // The outcome of an exchange that stayed is in its row already.
    private static bool IsTaken(LedgerTables tables, Leaf leaf)
    {
        if (leaf.Entry is not OutcomeEntry { Call: null } outcome)
            return false;
        return tables.Prepare("SELECT count(*) FROM exchange WHERE id = ?1 AND outcome_idx = ?2")
            .Bind(1, outcome.Of).Bind(2, leaf.Index).Number() > 0;
    }

    private void Take(StoredEntry stored)
    {
        if (stored.Leaf is not { } leaf)
            return;
        _table.Project(leaf.Entry, stored.Index, leaf.Time);
        if (leaf.Entry is RequestEntry or OutcomeEntry { Call: not null })
            _exchanges++;
        else if (leaf.Entry is not OutcomeEntry)
            _acts++;
        if (leaf.Entry is ClockStepEntry { Since: { } since, AheadMilliseconds: { } ahead })
            CompareSpan(stored.Index, since, ahead);
    }

    // It decides what is due: a row of somebody else's would purge too early, or never.
    private void CompareSpan(long until, long since, long ahead)
    {
        _spans++;
        var rows = _found.Get("SELECT count(*) FROM clock_span WHERE until = ?1 AND since = ?2 AND ahead_ms = ?3")
            .Bind(1, until).Bind(2, since).Bind(3, ahead).Number();
        if (rows == 0)
            Differs(until, "clock_span");
    }

    private void CompareClosed()
    {
        var closed = _expected.Get($"SELECT idx, {_columns} FROM exchange WHERE outcome IS NOT NULL ORDER BY idx");
        while (closed.Step())
        {
            var (index, expected) = (closed.Int64(0), closed.Text(1));
            var row = _found.Get($"SELECT {_columns} FROM exchange WHERE idx = ?1").Bind(1, index);
            if (!row.Step() || row.Text(0) != expected)
                Differs(index, "exchange");
            row.Reset();
        }

        _expected.Get("DELETE FROM exchange WHERE outcome IS NOT NULL").Run();
    }

    private void CompareActs()
    {
        var acts = _expected.Get("SELECT idx FROM act ORDER BY idx");
        while (acts.Step())
        {
            var row = _found.Get("SELECT 1 FROM act WHERE idx = ?1").Bind(1, acts.Int64(0));
            if (!row.Step())
                Differs(acts.Int64(0), "act");
            row.Reset();
        }

        _expected.Get("DELETE FROM act").Run();
    }

    // What was open at the end of the leaves that were read may be closed by now.
    private void CompareOpen(long leaves)
    {
        var open = _expected.Get($"SELECT idx, {_columns}, quote(id) || quote(job) FROM exchange ORDER BY idx");
        while (open.Step())
        {
            var row = _found.Get(
                $"SELECT {_columns}, quote(id) || quote(job), outcome_idx FROM exchange WHERE idx = ?1")
                .Bind(1, open.Int64(0));
            var isThere = row.Step();
            var isNewer = isThere && !row.IsNull(2) && row.Int64(2) >= leaves;
            if (!isThere || (isNewer ? row.Text(1) != open.Text(2) : row.Text(0) != open.Text(1)))
                Differs(open.Int64(0), "exchange");
            row.Reset();
        }
    }

    private void CompareCount(string table, string column, (long From, long Below) leaves, long expected)
    {
        var found = _found.Get($"SELECT count(*) FROM {table} WHERE {column} >= ?1 AND {column} < ?2")
            .Bind(1, leaves.From).Bind(2, leaves.Below).Number();
        if (found > expected)
        {
            Fault ??= new VerifyFault(-1,
                $"{found - expected} row(s) of the derived table '{table}' belong to no entry.{Hint}", IsDerived: true);
        }
    }

    private void Differs(long index, string table) => Fault ??= new VerifyFault(
        index, $"The derived table '{table}' does not say of entry {index} what its leaf says.{Hint}", IsDerived: true);
}

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
}
