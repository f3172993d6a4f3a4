namespace Gatehouse.Storage;

/// <summary>
/// Reads a ledger beside its writer, in short transactions. One thread at a time.
/// </summary>
internal sealed class LedgerReader : IDisposable
{
    public static LedgerReader OpenReadOnly(HomeDirectory home) => throw new NotImplementedException();

    /// <summary>Number of leaves.</summary>
    public long Count() => throw new NotImplementedException();

    /// <summary>Index of the first leaf that is not older than <paramref name="since"/>.</summary>
    public long FirstSince(DateTimeOffset since) => throw new NotImplementedException();

    /// <summary>Leaves from an index on, at most <paramref name="limit"/>; the next page starts after the last.</summary>
    public IReadOnlyList<StoredEntry> ReadEntries(long from, int limit) => throw new NotImplementedException();

    /// <summary>Entries that are neither requests nor outcomes, from an index on.</summary>
    public IReadOnlyList<StoredEntry> ReadActs(long from, int limit) => throw new NotImplementedException();

    /// <summary>Exchanges from an index on, in order, of one job or of all.</summary>
    public IReadOnlyList<ExchangeRow> ReadExchanges(string? job, long from, int limit) =>
        throw new NotImplementedException();

    public ExchangeRow? FindExchange(string id) => throw new NotImplementedException();

    /// <summary>Exchanges that ended after the given leaf index: what a follower has not seen.</summary>
    public IReadOnlyList<ExchangeRow> ReadEnded(string? job, long fromOutcome, int limit) =>
        throw new NotImplementedException();

    public IReadOnlyList<StatsRow> ReadStats(DateTimeOffset since) => throw new NotImplementedException();

    /// <summary>The payloads of an exchange, decrypted. Reading them is an act: the caller records it first.</summary>
    public IReadOnlyList<StoredPayload> ReadPayloads(ExchangeRow exchange, LedgerKeys? keys) =>
        throw new NotImplementedException();

    /// <summary>The newest checkpoint as a note; null if none was signed yet.</summary>
    public string? LastCheckpoint() => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
