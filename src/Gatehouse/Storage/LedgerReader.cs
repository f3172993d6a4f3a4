using Gatehouse.Core.Ledger;
using Microsoft.Data.Sqlite;

namespace Gatehouse.Storage;

/// <summary>
/// Reads a ledger beside its writer. Each call is one short transaction and answers at most one page. One thread at a
/// time.
/// </summary>
internal sealed class LedgerReader : IDisposable
{
    private const string Columns = $"SELECT {ExchangeRow.Columns} FROM exchange ";

    private const string Leaves = "(SELECT coalesce(max(idx) + 1, 0) FROM ledger_entry WHERE log = 1)";

    private static readonly (string Table, string Where)[] Strays =
    [
        ("ledger_entry", "log <> 1 OR idx < 0"),
        ("checkpoint", $"log <> 1 OR size < 0 OR size > {Leaves}"),
        ("payload", $"log <> 1 OR key <> idx * 8 + kind OR idx < 0 OR idx >= {Leaves}"),
        ("exchange", $"idx < 0 OR idx >= {Leaves} OR outcome_idx >= {Leaves}"),
        ("act", $"idx < 0 OR idx >= {Leaves}"),
        ("clock_span", $"since < 0 OR since >= until OR until >= {Leaves}"),
        ("log", "log <> 1"),
    ];

    private const string LeafColumns = "SELECT e.idx, e.hash, e.leaf FROM ledger_entry e ";

    private readonly SqliteConnection _connection;
    private readonly StatementCache _statements;

    private LedgerReader(SqliteConnection connection) =>
        (_connection, _statements) = (connection, new StatementCache(connection));

    /// <summary>Opens the ledger of a home, whether or not a gate runs.</summary>
    /// <exception cref="HomeException">There is no ledger, or it cannot be read.</exception>
    public static LedgerReader OpenReadOnly(HomeDirectory home) => new(StoreConnection.OpenReader(home.LedgerFile));

    /// <summary>For comparing other tables with the leaves.</summary>
    public SqliteConnection Connection => _connection;

    /// <summary>Number of leaves.</summary>
    public long Count() => _statements.Get("SELECT max(idx) + 1 FROM ledger_entry WHERE log = 1").Number();

    /// <summary>
    /// Index of the first leaf that is not older than <paramref name="since"/>; the count if there is none.
    /// </summary>
    public long FirstSince(DateTimeOffset since)
    {
        return ReadSpans().FirstAfter(since, orAt: true, Count(), _statements.Get(ClockSpans.SelectLeaf));
    }

    /// <summary>Whether a payload of a class expires on a day: it lies under that day's key.</summary>
    public bool HasPayloadsOf(DateOnly day, RetentionClass retention)
    {
        var from = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero);
        return _statements.Get(
            "SELECT EXISTS (SELECT 1 FROM payload WHERE expires >= ?1 AND expires < ?2 AND class = ?3)")
            .Bind(1, from.ToUnixTimeMilliseconds()).Bind(2, from.AddDays(1).ToUnixTimeMilliseconds())
            .Bind(3, (long)retention).Number() > 0;
    }

    /// <summary>The leaves that were stamped by a clock that ran ahead.</summary>
    public ClockSpans ReadSpans() => ClockSpans.Read(_statements.Get(ClockSpans.Select));

    /// <summary>
    /// Leaves from an index on, at most <paramref name="limit"/>; the next page starts after the last.
    /// </summary>
    public IReadOnlyList<StoredEntry> ReadEntries(long from, int limit) =>
        Entries(_statements.Get(LeafColumns + "WHERE e.log = 1 AND e.idx >= ?1 ORDER BY e.idx LIMIT ?2"), from, limit);

    /// <summary>Entries that are neither requests nor outcomes, from an index on.</summary>
    public IReadOnlyList<StoredEntry> ReadActs(long from, int limit) =>
        Entries(
            _statements.Get(
                LeafColumns + "JOIN act a ON e.log = 1 AND e.idx = a.idx WHERE a.idx >= ?1 ORDER BY a.idx LIMIT ?2"),
            from, limit);

    /// <summary>Exchanges from an index on, in order, of one job or of all.</summary>
    public IReadOnlyList<ExchangeRow> ReadExchanges(string? job, long from, int limit)
    {
        var select = job is null
            ? _statements.Get(Columns + "WHERE idx >= ?1 ORDER BY idx LIMIT ?2")
            : _statements.Get(Columns + "WHERE idx >= ?1 AND job = ?3 ORDER BY idx LIMIT ?2");
        select.Bind(1, from).Bind(2, limit);
        if (job is not null)
            select.Bind(3, job);
        return Rows(select);
    }

    /// <summary>The newest exchanges, newest first.</summary>
    public IReadOnlyList<ExchangeRow> ReadNewest(int limit) =>
        Rows(_statements.Get(Columns + "ORDER BY idx DESC LIMIT ?1").Bind(1, limit));

    public ExchangeRow? FindExchange(string id) =>
        Rows(_statements.Get(Columns + "WHERE id = ?1").Bind(1, id)) is [var row] ? row : null;

    /// <summary>
    /// Totals of exchanges that started at or after a time, by job, model, outcome and hour, newest hour first.
    /// </summary>
    public IReadOnlyList<StatsRow> ReadStats(DateTimeOffset since)
    {
        var select = _statements.Get(
            "SELECT job, coalesce(model, ''), coalesce(outcome, 'open'), started / 3600000, count(*), "
            + "total(input_tokens), total(output_tokens), total(bytes), total(duration_ms) "
            + "FROM exchange WHERE idx >= ?1 AND started >= ?2 GROUP BY 1, 2, 3, 4 ORDER BY 4 DESC, 1, 2, 3");
        select.Bind(1, FirstSince(since)).Bind(2, since.ToUnixTimeMilliseconds());
        var rows = new List<StatsRow>();
        while (select.Step())
        {
            rows.Add(new StatsRow
            {
                Job = select.Text(0)!,
                Model = select.Text(1)!,
                Outcome = select.Text(2)!,
                Hour = DateTimeOffset.UnixEpoch.AddHours(select.Int64(3)),
                Exchanges = select.Int64(4),
                InputTokens = select.Int64(5),
                OutputTokens = select.Int64(6),
                BytesDelivered = select.Int64(7),
                DurationMilliseconds = select.Int64(8),
            });
        }

        return rows;
    }

    /// <summary>One leaf; null if there is none at this index.</summary>
    public StoredEntry? FindEntry(long index) =>
        ReadEntries(index, 1) is [var entry] && entry.Index == index ? entry : null;

    /// <summary>
    /// The payloads of an exchange, decrypted and checked. Showing them to a person is an act: it is recorded first.
    /// </summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="keys">The home's keys; without them payloads are listed but not read.</param>
    public IReadOnlyList<StoredPayload> ReadPayloads(ExchangeRow exchange, LedgerKeys? keys)
    {
        var payloads = new List<StoredPayload>();
        if (FindEntry(exchange.Index) is { } first)
            payloads.AddRange(ReadPayloads(first, keys));
        if (exchange.OutcomeIndex is { } last && last != exchange.Index && FindEntry(last) is { } second)
            payloads.AddRange(ReadPayloads(second, keys));
        return payloads;
    }

    /// <summary>
    /// What of a recorded request goes to the model, decrypted and checked, for the gate itself; null if the ledger no
    /// longer has it.
    /// </summary>
    public static byte[]? ReadForwarded(HomeDirectory home, string exchange, LedgerKeys? keys)
    {
        using var reader = OpenReadOnly(home);
        return reader.FindExchange(exchange) is { } row && reader.FindEntry(row.Index) is { } entry
            ? reader.ReadPayloads(entry, keys).FirstOrDefault(one => one.Record.Kind == PayloadKind.Forwarded)?.Bytes
            : null;
    }

    /// <summary>The payloads of one entry, decrypted and checked.</summary>
    public IReadOnlyList<StoredPayload> ReadPayloads(StoredEntry entry, LedgerKeys? keys)
    {
        if (entry.Leaf is not { } leaf)
            return [];
        var found = new List<StoredPayload>();
        foreach (var record in leaf.Payloads)
        {
            var source = record.SameAs is { } same ? found.First(payload => payload.Record.Kind == same) : null;
            found.Add(source is null ? ReadPayload(entry.Index, leaf, record, keys) : source with { Record = record });
        }

        return found;
    }

    /// <summary>The newest checkpoint as a note; null if none was signed yet.</summary>
    public string? LastCheckpoint()
    {
        var select = _statements.Get("SELECT note FROM checkpoint WHERE log = 1 ORDER BY size DESC LIMIT 1");
        var note = select.Step() ? select.Text(0) : null;
        select.Reset();
        return note;
    }

    /// <summary>Leaves under the newest checkpoint; 0 if none was signed or it cannot be trusted.</summary>
    public long SignedTo(VerifierKey key) =>
        LastCheckpoint() is { } note ? Checkpoint.Open(note, key, Ed25519Signer.Verifier, out _)?.Size ?? 0 : 0;

    /// <summary>All stored checkpoints: size, note, frontier.</summary>
    public IReadOnlyList<(long Size, string Note, byte[] Frontier)> ReadCheckpoints()
    {
        var select = _statements.Get("SELECT size, note, frontier FROM checkpoint WHERE log = 1 ORDER BY size");
        var checkpoints = new List<(long, string, byte[])>();
        while (select.Step())
            checkpoints.Add((select.Int64(0), select.Text(1) ?? "", select.Blob(2).ToArray()));
        return checkpoints;
    }

    /// <summary>A payload's row as it lies there.</summary>
    public (long Class, long Expires, byte[] Sealed)? FindPayloadRow(long index, PayloadKind kind)
    {
        var select = _statements.Get(
            "SELECT class, expires, sealed FROM payload "
            + "WHERE key = ?1 * 8 + ?2 AND log = 1 AND idx = ?1 AND kind = ?2");
        if (!select.Bind(1, index).Bind(2, (long)kind).Step())
            return null;
        var row = (select.Int64(0), select.Int64(1), select.Blob(2).ToArray());
        select.Reset();
        return row;
    }

    /// <summary>Number of payload rows of leaves below an index.</summary>
    public long CountPayloads(long below) =>
        _statements.Get("SELECT count(*) FROM payload WHERE idx < ?1").Bind(1, below).Number();

    /// <summary>How far leaves were pruned, as the purge noted for itself.</summary>
    public long PrunedFlag() =>
        _statements.Get("SELECT value FROM ledger_flag WHERE name = ?1").Bind(1, Purger.PrunedFlag).Number();

    /// <summary>What is not sound in the database itself, as sentences.</summary>
    public IEnumerable<string> FindUnsound()
    {
        if (StoreConnection.SchemaProblem(_connection) is { } problem)
            yield return $"The database is not as Gatehouse made it: {problem}.";
        // Rows that no leaf explains. Each is one statement: a gate that runs changes the tables together.
        foreach (var (table, where) in Strays)
        {
            if (_statements.Get($"SELECT count(*) FROM {table} WHERE {where}").Number() is > 0 and var rows)
                yield return $"{rows} row(s) of the table {table} belong to no leaf.";
        }

        using var select = new SqlStatement(_connection, "PRAGMA integrity_check(10)");
        while (select.Step())
        {
            if (select.Text(0) is { } found and not "ok")
                yield return $"The database is damaged: {found}.";
        }
    }

    public void Dispose()
    {
        _statements.Dispose();
        _connection.Dispose();
    }

    private StoredPayload ReadPayload(long index, Leaf leaf, PayloadRecord record, LedgerKeys? keys)
    {
        var expires = leaf.Keep.For(record.Class)!.Value;
        var select = _statements.Get(
            "SELECT sealed FROM payload WHERE key = ?1 * 8 + ?2 AND log = 1 AND idx = ?1 AND kind = ?2");
        select.Bind(1, index).Bind(2, (long)record.Kind);
        try
        {
            if (!select.Step())
                return new StoredPayload(record, null, $"It was kept until {LedgerTime.ToText(expires)} and is gone.");
            if (keys?.Days.Find(DateOnly.FromDateTime(expires.UtcDateTime), record.Class) is not { } key)
                return new StoredPayload(record, null, "Its key is not here.", IsUnreadable: true);
            return PayloadSeal.Open(key, leaf.Entry.Id, record, select.Blob(0)) is { } bytes
                ? new StoredPayload(record, bytes, "")
                : new StoredPayload(record, null,
                    "It was changed after it was written: run `gatehouse ledger verify`.", IsUnreadable: true);
        }
        finally
        {
            select.Reset();
        }
    }

    private static List<StoredEntry> Entries(SqlStatement select, long from, int limit)
    {
        select.Bind(1, from).Bind(2, limit);
        var entries = new List<StoredEntry>();
        try
        {
            while (select.Step())
            {
                var leaf = select.IsNull(2) ? null : Parse(select.Int64(0), select.Blob(2));
                if (select.Blob(1) is not { Length: Hash256.Length } hash)
                    throw Changed(select.Int64(0), "Its hash is not a hash.", null);
                entries.Add(new StoredEntry(select.Int64(0), leaf, new Hash256(hash)));
            }
        }
        finally
        {
            select.Reset();
        }

        return entries;
    }

    private static Leaf Parse(long index, ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Leaf.Parse(bytes.ToArray());
        }
        catch (FormatException e)
        {
            throw Changed(index, e.Message, e);
        }
    }

    private static HomeException Changed(long index, string what, Exception? cause)
    {
        var message = $"Entry {index} of the ledger is not what was written: {what} Run `gatehouse ledger verify`.";
        return cause is null ? new HomeException(message) : new HomeException(message, cause);
    }

    private static List<ExchangeRow> Rows(SqlStatement select)
    {
        var rows = new List<ExchangeRow>();
        while (select.Step())
            rows.Add(ExchangeRow.Read(select));
        return rows;
    }
}

/// <summary>Totals of exchanges with the same job, model, outcome and hour.</summary>
internal sealed record StatsRow
{
    public required string Job { get; init; }

    /// <summary>The model's key; empty if the call named none.</summary>
    public required string Model { get; init; }

    /// <summary>The word of the outcome; <c>open</c> while there is none.</summary>
    public required string Outcome { get; init; }

    /// <summary>Start of the hour, UTC.</summary>
    public required DateTimeOffset Hour { get; init; }

    public required long Exchanges { get; init; }

    public required long InputTokens { get; init; }

    public required long OutputTokens { get; init; }

    public required long BytesDelivered { get; init; }

    /// <summary>Sum of durations.</summary>
    public required long DurationMilliseconds { get; init; }
}

/// <summary>A leaf as stored.</summary>
/// <param name="Index">Its index.</param>
/// <param name="Leaf">Its content; null once its text was pruned.</param>
/// <param name="Hash">Its hash.</param>
internal sealed record StoredEntry(long Index, Leaf? Leaf, Hash256 Hash);

/// <summary>A payload read back and checked against its commitment.</summary>
/// <param name="Record">What the leaf says of it.</param>
/// <param name="Bytes">The bytes; null if purged, or if the keys are not here.</param>
/// <param name="Missing">Why there are no bytes, as a sentence; empty if there are.</param>
/// <param name="IsUnreadable">Whether it is there and cannot be opened, which no purge explains.</param>
internal sealed record StoredPayload(PayloadRecord Record, byte[]? Bytes, string Missing, bool IsUnreadable = false);
