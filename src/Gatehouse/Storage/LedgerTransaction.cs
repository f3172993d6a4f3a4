using Microsoft.Data.Sqlite;

namespace Gatehouse.Storage;

/// <summary>The transaction that an entry is written in, as far as a state change may see it.</summary>
internal sealed class LedgerTransaction
{
    private readonly StatementCache _statements;

    public LedgerTransaction(SqliteConnection connection, StatementCache statements) =>
        (Connection, _statements) = (connection, statements);

    /// <summary>For changes that are rare. Do not begin or end transactions on it.</summary>
    public SqliteConnection Connection { get; }

    /// <summary>Index of the entry's leaf.</summary>
    public long Index { get; internal set; }

    /// <summary>Time of the entry's leaf.</summary>
    public DateTimeOffset Time { get; internal set; }

    /// <summary>Bytes of the entry's leaf and its sealed payloads.</summary>
    public long StoredBytes { get; internal set; }

    /// <summary>
    /// For changes that are frequent: the statement is kept, so <paramref name="sql"/> must be a constant.
    /// </summary>
    public SqlStatement Prepare(string sql) => _statements.Get(sql);
}
