using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>
/// Compares the tables that are derived from leaves with the leaves, by deriving each row again.
/// </summary>
internal sealed class DerivedTables(LedgerReader reader) : IDisposable
{
    private const int LeavesInPage = 512;

    private const string Hint = " Rebuild what is derived: gatehouse ledger rebuild";

    private readonly StatementCache _found = new(reader.Connection);

    // Exchanges that have no outcome yet, or one that a later entry corrects.
    private readonly Dictionary<string, ExchangeRow> _pending = new(StringComparer.Ordinal);
    private long _exchanges;
    private long _acts;
    private long _spans;

    /// <summary>The first row that is not what its leaves say.</summary>
    public VerifyFault? Fault { get; private set; }

    public void Run(long leaves, long pruned, CancellationToken cancellation)
    {
        for (var next = pruned; next < leaves && Fault is null;)
        {
            cancellation.ThrowIfCancellationRequested();
            var page = reader.ReadEntries(next, LeavesInPage);
            foreach (var entry in page.TakeWhile(entry => entry.Index < leaves))
                Take(entry);
            next = page.Count == 0 ? leaves : page[^1].Index + 1;
        }

        foreach (var row in _pending.Values.OrderBy(row => row.Index))
            ComparePending(row, leaves);
        CompareCount("exchange", "idx", (pruned, leaves), _exchanges);
        CompareCount("act", "idx", (pruned, leaves), _acts);
        CompareCount("clock_span", "until", (pruned, leaves), _spans);
    }

    public void Dispose() => _found.Dispose();

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
        switch (leaf.Entry)
        {
            case RequestEntry request:
                _exchanges++;
                _pending[request.Id] = ExchangeRow.Begin(request.Id, request.Call, leaf.Index, leaf.Time);
                break;
            case OutcomeEntry { Call: { } call } outcome:
                _exchanges++;
                End(ExchangeRow.Begin(outcome.Of, call, leaf.Index, leaf.Time), outcome, leaf.Index);
                break;
            case OutcomeEntry outcome when _pending.TryGetValue(outcome.Of, out var row):
                End(row, outcome, leaf.Index);
                break;
            case OutcomeEntry outcome:
                CompareLater(outcome, leaf.Index);
                break;
            default:
                _acts++;
                CompareAct(leaf);
                break;
        }
    }

    // An exchange may have a second outcome, which corrects the first: the row says what the last one does.
    private void End(ExchangeRow row, OutcomeEntry outcome, long index)
    {
        var expected = row.End(outcome, index);
        if (Find(expected.Index) is { } found && found.OutcomeIndex == index)
        {
            if (found != expected)
                Differs(expected.Index, "exchange");
            _pending.Remove(row.Id);
        }
        else
        {
            _pending[row.Id] = expected;
        }
    }

    // The exchange began in a leaf that lost its text, or its row was compared and knows nothing of this outcome.
    private void CompareLater(OutcomeEntry outcome, long index)
    {
        var select = _found.Get("SELECT idx, outcome_idx FROM exchange WHERE id = ?1").Bind(1, outcome.Of);
        if (!select.Step())
            return;
        var (row, last) = (select.Int64(0), select.Int64IfSet(1));
        select.Reset();
        if (last is null || last < index)
            Differs(row, "exchange");
    }

    private void CompareAct(Leaf leaf)
    {
        if (_found.Get("SELECT 1 FROM act WHERE idx = ?1").Bind(1, leaf.Index).Number() == 0)
            Differs(leaf.Index, "act");
        if (leaf.Entry is not ClockStepEntry { Since: { } since, AheadMilliseconds: { } ahead })
            return;
        // It decides what is due: a row of somebody else's would purge too early, or never.
        _spans++;
        var rows = _found.Get("SELECT count(*) FROM clock_span WHERE until = ?1 AND since = ?2 AND ahead_ms = ?3")
            .Bind(1, leaf.Index).Bind(2, since).Bind(3, ahead).Number();
        if (rows == 0)
            Differs(leaf.Index, "clock_span");
    }

    // What was open at the end of the leaves that were read may be closed by now.
    private void ComparePending(ExchangeRow expected, long leaves)
    {
        var found = Find(expected.Index);
        var isNewer = found?.OutcomeIndex >= leaves;
        if (found is null || (isNewer ? (found.Id, found.Job) != (expected.Id, expected.Job) : found != expected))
            Differs(expected.Index, "exchange");
    }

    // Null if there is none, or none that can be read as one.
    private ExchangeRow? Find(long index)
    {
        var select = _found.Get($"SELECT {ExchangeRow.Columns} FROM exchange WHERE idx = ?1").Bind(1, index);
        try
        {
            return select.Step() && ExchangeRow.HasItsKinds(select) ? ExchangeRow.Read(select) : null;
        }
        catch (HomeException)
        {
            return null;
        }
        finally
        {
            select.Reset();
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
