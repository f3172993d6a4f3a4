using Gatehouse.Storage;

namespace Gatehouse.Gate.Limits;

/// <summary>
/// Books what a job used in the transaction of the entry that says so, so that a restart forgets no budget. Its bytes
/// are those that the entry itself takes.
/// </summary>
internal sealed class UsageChange(string job, PeriodNames names, UsagePeriod used) : IStateChange
{
    private const string Upsert =
        "INSERT INTO job_usage (job, period, tokens, bytes, cost_micros) VALUES (?1, ?2, ?3, ?4, ?5) " +
        "ON CONFLICT (job, period) DO UPDATE SET tokens = tokens + excluded.tokens, " +
        "bytes = bytes + excluded.bytes, cost_micros = cost_micros + excluded.cost_micros";

    public void Apply(LedgerTransaction transaction)
    {
        Book(transaction, names.Day);
        Book(transaction, names.Month);
    }

    private void Book(LedgerTransaction transaction, string period)
    {
        var statement = transaction.Prepare(Upsert);
        statement.Bind(1, job);
        statement.Bind(2, period);
        statement.Bind(3, used.Tokens);
        statement.Bind(4, transaction.StoredBytes);
        statement.Bind(5, used.CostMicros);
        statement.Run();
    }
}
