using System.Text.RegularExpressions;

namespace Gatehouse.Tests.Binary;

/// <summary>
/// What a crash must not lose. A kill leaves the page cache alone: that records are on disk shows strace.
/// </summary>
[Collection(BinaryCollection.Name)]
public sealed partial class KillUnderLoadTests
{
    private const int Clients = 6;

    private static int Rounds => Environment.GetEnvironmentVariable("GATEHOUSE_TEST_FULL") == "yes" ? 200 : 20;

    [Fact]
    public async Task After_each_kill_under_load_every_answer_that_a_client_saw_is_on_record_as_completed()
    {
        const int seed = 20_417;
        var random = new Random(seed);
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        var token = await home.TokenAsync("news", "--ttl", "24h");
        var recorded = new HashSet<string>();
        var (seen, interrupted) = (0, 0);

        for (var round = 0; round < Rounds; round++)
        {
            var load =
                await LoadAndKillAsync(home, token, $"kill{round}", TimeSpan.FromMilliseconds(random.Next(30, 400)));
            // On the home as the crash left it, before any gate has repaired something.
            (await home.RunAsync("ledger", "verify", "--payloads")).Expect(0);

            await using var gate = await home.ServeAsync();
            var outcomes = await home.OutcomesAsync();
            Assert.All(load.Seen, id => Assert.Equal("completed", outcomes.GetValueOrDefault(id, "not on record")));
            Assert.DoesNotContain("open", outcomes.Values);
            Assert.Empty(load.Others);
            (await home.RunAsync("ledger", "verify", "--payloads")).Expect(0);

            recorded.UnionWith(await PromptsOnRecordAsync(home, $"kill{round}-"));
            Assert.Empty((await PromptsOfAsync(model)).Except(recorded));
            await model.ClearAsync();
            seen += load.Seen.Count;
            interrupted = outcomes.Values.Count(outcome => outcome == "interrupted");
            await gate.Child.KillAsync();
        }

        TestContext.Current.SendDiagnosticMessage(
            $"{Rounds} kills: {seen} answers seen, {interrupted} calls interrupted");
        Assert.True(seen > Rounds * 5, $"Only {seen} answers were seen: the rounds were too short to show anything.");
        Assert.True(
            interrupted > Rounds / 2, $"Only {interrupted} calls were cut: the kills came too late to show anything.");
    }

    private static async Task<BinaryLoad> LoadAndKillAsync(BinaryHome home, string token, string name, TimeSpan after)
    {
        await using var gate = await home.ServeAsync();
        var load = new BinaryLoad(gate, token, name);
        var clients = load.RunAsync(Clients);
        await Task.Delay(after);
        await gate.Child.KillAsync();
        await clients.WaitAsync(Child.Max);
        return load;
    }

    private static async Task<IEnumerable<string>> PromptsOnRecordAsync(BinaryHome home, string name)
    {
        var found = await home.RunAsync("ledger", "grep", name, "--json");
        return PromptName().Matches(found.Output).Select(match => match.Value).Distinct();
    }

    // What a killed gate had sent may still arrive while this asks; then it is found in the next round.
    private static async Task<IReadOnlyList<string>> PromptsOfAsync(BinaryModel model)
        => [.. (await model.BodiesAsync()).SelectMany(body => PromptName().Matches(body)).Select(match => match.Value)];

    [GeneratedRegex(@"kill\d+-\d+-\d+-end")]
    private static partial Regex PromptName();
}
