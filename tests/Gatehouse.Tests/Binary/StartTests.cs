using System.Diagnostics;
using System.Globalization;

namespace Gatehouse.Tests.Binary;

/// <summary>How long a start takes is printed; bench/ measures it. Here it only has to be no disaster.</summary>
[Collection(BinaryCollection.Name)]
public sealed class StartTests
{
    private static readonly TimeSpan Sane = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task A_gate_listens_soon_after_its_start()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await BestOfFiveAsync("start to listening", async () =>
        {
            await using var gate = await home.ServeAsync();
        });
    }

    [Fact]
    public async Task A_verb_ends_soon_after_its_start()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await BestOfFiveAsync("verb: jobs", async () => (await home.RunAsync("jobs")).Expect(0));
        await home.TokenAsync();
        await BestOfFiveAsync("verb: ledger show", async () => (await home.RunAsync("ledger", "show")).Expect(0));
    }

    private static async Task BestOfFiveAsync(string what, Func<Task> run)
    {
        var times = new List<TimeSpan>();
        for (var round = 0; round < 5; round++)
        {
            var clock = Stopwatch.StartNew();
            await run();
            times.Add(clock.Elapsed);
        }
        var shown = times.Select(time => time.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture));
        TestContext.Current.SendDiagnosticMessage($"{what}: {string.Join(", ", shown)} ms");
        Assert.InRange(times.Min(), TimeSpan.Zero, Sane);
    }
}
