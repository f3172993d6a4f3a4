using Gatehouse.Core.Ledger;
using Gatehouse.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.Gate;

/// <summary>Callers that nobody knows cost no disk, and are not forgotten either.</summary>
public sealed class UnidentifiedCallerTests
{
    [Fact]
    public async Task Unidentified_callers_are_counted_and_summed_up_by_the_minute_and_get_no_entry_of_their_own()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var logs = new LogCapture();
        await using var stage = await GateStage.StartAsync(time: time, logs: logs);
        var before = Count(stage);
        for (var call = 0; call < 25; call++)
            (await stage.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("hi"), "sk-their-secret")).Dispose();

        Assert.Equal(before, Count(stage));
        Assert.Contains(
            "gatehouse_unidentified_total{reason=\"bad_token\"} 25", await stage.ControlAsync("/metrics"),
            StringComparison.Ordinal);
        Assert.DoesNotContain(logs.Lines, line => line.Contains("their-secret", StringComparison.Ordinal));

        var summary = await SummaryAsync(stage, time);
        Assert.Equal(25, summary.Unidentified);
        Assert.Equal(before + 1, Count(stage));
    }

    [Fact]
    public async Task Calls_over_a_rate_limit_are_summed_up_by_job()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var stage = await GateStage.StartAsync(
            GateEstates.Usual + "\n    limits: { requests-per-minute: 2 }\n", time: time);
        var token = await stage.TokenAsync("narrow");
        for (var call = 0; call < 7; call++)
            (await stage.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("hi"), token)).Dispose();

        var summary = await SummaryAsync(stage, time);
        Assert.Equal(0, summary.Unidentified);
        Assert.Equal(5, summary.RateLimited["narrow"]);
        Assert.Equal(2, stage.Exchanges().Count);
    }

    private static long Count(GateStage stage)
    {
        using var reader = LedgerReader.OpenReadOnly(stage.Server.Home);
        return reader.Count();
    }

    private static async Task<SummaryEntry> SummaryAsync(GateStage stage, FakeTimeProvider time)
    {
        time.Advance(TimeSpan.FromSeconds(61));
        for (var tries = 0; tries < 200; tries++)
        {
            using (var reader = LedgerReader.OpenReadOnly(stage.Server.Home))
            {
                var found = reader.ReadActs(0, 1000).Select(entry => entry.Leaf!.Entry).OfType<SummaryEntry>().ToList();
                if (found.Count > 0)
                    return Assert.Single(found);
            }

            await Task.Delay(25, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException("No summary after five seconds.");
    }
}
