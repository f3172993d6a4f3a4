using System.Net;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate.Identity;
using Gatehouse.Gate.Limits;
using Gatehouse.Storage;
using Microsoft.Data.Sqlite;

namespace Gatehouse.Gate;

/// <summary>
/// Reads at start what the gate must not have forgotten: tokens, pauses, and what jobs used this day and month.
/// </summary>
internal static class GateState
{
    /// <summary>
    /// Ended tokens are kept this long, so that a 401 can say whose token it was and how to renew it.
    /// </summary>
    public static readonly TimeSpan EndedTokensKept = TimeSpan.FromDays(30);

    public static void Load(HomeDirectory home, TokenBook tokens, PauseBook pauses, DateTimeOffset now)
    {
        if (!home.HasLedger) return;
        using var connection = StoreConnection.OpenReaderOfHolder(home.LedgerFile);
        if (!HasTables(connection)) return;
        LoadTokens(connection, tokens, now - EndedTokensKept);
        LoadPauses(connection, pauses);
    }

    public static void LoadUsage(HomeDirectory home, LimitBook limits, PeriodNames names)
    {
        if (!home.HasLedger) return;
        using var connection = StoreConnection.OpenReaderOfHolder(home.LedgerFile);
        if (!HasTables(connection)) return;
        var used = new Dictionary<string, (UsagePeriod Day, UsagePeriod Month)>();
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT job, period, tokens, bytes, cost_micros FROM job_usage WHERE period IN ($day, $month)";
        command.Parameters.AddWithValue("$day", names.Day);
        command.Parameters.AddWithValue("$month", names.Month);
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            var period = new UsagePeriod(row.GetInt64(2), row.GetInt64(3), row.GetInt64(4));
            var (day, month) = used.GetValueOrDefault(row.GetString(0));
            used[row.GetString(0)] = row.GetString(1) == names.Day ? (period, month) : (day, period);
        }
        foreach (var (job, (day, month)) in used) limits.For(job).Restore(names, day, month);
    }

    /// <summary>A ledger that was never written, because the disk was full from the start, has no tables yet.</summary>
    private static bool HasTables(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM sqlite_master WHERE name IN ('token', 'pause', 'job_usage')";
        return (long)command.ExecuteScalar()! == 3;
    }

    private static void LoadTokens(SqliteConnection connection, TokenBook tokens, DateTimeOffset endedAfter)
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT hash, id, job, issued, expires, endpoints, models, networks, in_url, service, revoked, leaked " +
            "FROM token WHERE coalesce(revoked, expires) > $after";
        command.Parameters.AddWithValue("$after", endedAfter.ToUnixTimeMilliseconds());
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            tokens.Add(new TokenHash(row.GetFieldValue<byte[]>(0)), new TokenGrant
            {
                Id = row.GetString(1),
                Job = row.GetString(2),
                Issued = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3)),
                Expires = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(4)),
                Endpoints = [.. Split(row.GetString(5)).Select(ScopeOf)],
                Models = Split(row.GetString(6)),
                From = [.. Split(row.GetString(7)).Select(network => IPNetwork.Parse(network))],
                InUrl = row.GetInt64(8) != 0,
                Service = row.GetInt64(9) != 0,
                Revoked = row.IsDBNull(10) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(10)),
                Leaked = row.GetInt64(11) != 0,
            });
        }
    }

    private static void LoadPauses(SqliteConnection connection, PauseBook pauses)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT job, who, since, why FROM pause";
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            pauses.Add(new Pause(
                row.GetString(0), row.GetString(1), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)),
                row.GetString(3)));
        }
    }

    private static string[] Split(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private static EndpointScope ScopeOf(string name)
        => EndpointScopeNames.TryParse(name, out var scope)
            ? scope
            : throw new InvalidDataException($"The ledger holds a token for the unknown endpoint scope '{name}'.");
}
