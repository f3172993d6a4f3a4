using Microsoft.Data.Sqlite;

namespace Gatehouse.Tests.Gate;

/// <summary>The bytes that a job may put on record in a day: what is stored counts, to the byte.</summary>
public sealed class ByteBudgetTests
{
    private const int Budget = 64 * 1024;

    private const string Estate = GateEstates.Rights
        + "\n  small: { owner: tester, model: gpt, source: { kind: prompt }, sink: none, "
        + "limits: { bytes-per-day: 64KiB } }\n";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_stored_is_counted_to_the_byte_and_ends_at_the_budget(bool isStream)
    {
        await using var stage = await GateStage.StartAsync(Estate);
        var token = await stage.TokenAsync("small");
        var (served, reason) = (0, "");
        for (; served < 60 && reason.Length == 0; served++)
        {
            using var response = await stage.PostAsync(
                "/v1/chat/completions", GateTexts.OpenAiChat(new string('z', 4000), isStream), token);
            _ = await WireAnswer.ReadAsync(response);
            if (!response.IsSuccessStatusCode)
                reason = response.Headers.GetValues("X-Gatehouse-Reason").Single();
        }

        Assert.Equal("byte_budget", reason);
        Assert.Equal(StoredBytes(stage), BookedBytes(stage));
        Assert.InRange(StoredBytes(stage), Budget / 2, Budget);
        await stage.RestartAsync();
        using var after = await stage.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat(new string('z', 4000)), await stage.TokenAsync("small"));
        Assert.Equal(429, (int)after.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Large_answers_in_parallel_do_not_overrun_the_budget_together(bool isStream)
    {
        await using var stage = await GateStage.StartAsync(Estate);
        var token = await stage.TokenAsync("small");

        var statuses = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            try
            {
                using var response = await stage.PostAsync(
                    "/v1/chat/completions", GateTexts.OpenAiChat("[[tokens=30000]]", isStream), token);
                return (Status: (int)response.StatusCode, (await WireAnswer.ReadAsync(response)).Broke);
            }
            catch (HttpRequestException)
            {
                // Broken off before the client had read the status.
                return (Status: 0, Broke: true);
            }
        }));

        Assert.All(statuses, one => Assert.True(one.Status == 429 || one.Broke, $"{one} was a whole answer."));
        await TestWait.UntilAsync(() => stage.Exchanges().All(row => row.Outcome is not null));
        Assert.InRange(StoredBytes(stage), 1, Budget + 4096);
        Assert.Equal(StoredBytes(stage), BookedBytes(stage));
        // Another job is not held up by it.
        using var other = await stage.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat("hello"), await stage.TokenAsync("all"));
        Assert.Equal(200, (int)other.StatusCode);
    }

    private static long StoredBytes(GateStage stage) => Number(stage,
        "SELECT (SELECT coalesce(sum(length(leaf)), 0) FROM ledger_entry WHERE idx IN (SELECT idx FROM own)) "
        + "+ (SELECT coalesce(sum(length(sealed)), 0) FROM payload WHERE idx IN (SELECT idx FROM own))");

    private static long BookedBytes(GateStage stage) => Number(
        stage, "SELECT max(bytes) FROM job_usage WHERE job = 'small' AND length(period) = 10");

    private static long Number(GateStage stage, string sql)
    {
        using var connection = new SqliteConnection(
            $"Data Source={stage.Server.Home.LedgerFile};Mode=ReadOnly;Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "WITH own AS (SELECT idx FROM exchange WHERE job = 'small' UNION "
            + "SELECT outcome_idx FROM exchange WHERE job = 'small') " + sql;
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }
}

internal static class TestWait
{
    public static async Task UntilAsync(Func<bool> isSo)
    {
        for (var tries = 0; tries < 400 && !isSo(); tries++)
            await Task.Delay(25, TestContext.Current.CancellationToken);
        Assert.True(isSo(), "Not so after ten seconds.");
    }
}
