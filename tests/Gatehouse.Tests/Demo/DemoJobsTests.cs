using System.Collections.Concurrent;
using System.Net;
using Gatehouse.Demo;

namespace Gatehouse.Tests.Demo;

public sealed class DemoJobsTests
{
    private static readonly string[] Jobs =
        [DemoPlan.NewsSummariser, DemoPlan.LogClassifier, DemoPlan.VoiceAssistant, DemoPlan.DocumentTagger];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Four_jobs_speak_three_dialects_and_read_their_answers_to_the_end()
    {
        var calls = await RunAsync(new ScriptedModelOptions(), rounds: 2);

        Assert.All(calls, call => Assert.Equal((DemoOutcome.Completed, 200), (call.Outcome, call.Status)));
        Assert.All(calls, call => Assert.NotEqual("", call.FirstWords));
        Assert.Superset(Jobs.ToHashSet(), calls.Select(call => call.Job).ToHashSet());
        Assert.Equal(
            ["/api/chat", "/api/embed", "/api/generate", "/v1/chat/completions", "/v1/messages"],
            calls.Select(call => call.Endpoint).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_refusal_is_reported_with_its_reason()
    {
        var calls = await RunAsync(new ScriptedModelOptions { RequiredKey = "another" }, rounds: 1);

        Assert.All(calls, call => Assert.Equal((DemoOutcome.Refused, 401), (call.Outcome, call.Status)));
        Assert.All(calls, call => Assert.StartsWith("Incorrect API key", call.FirstWords, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cut-after=1")]
    [InlineData("end-after=1")]
    [InlineData("error-after=1")]
    public async Task A_stream_that_does_not_reach_its_end_is_reported_as_broken(string knobs)
    {
        var calls = await RunAsync(new ScriptedModelOptions { Knobs = knobs }, rounds: 1);

        Assert.All(
            calls.Where(call => call.Endpoint is "/api/chat" or "/api/generate"),
            call => Assert.Equal(DemoOutcome.Broken, call.Outcome));
    }

    [Fact]
    public async Task Jobs_whose_gate_is_gone_say_so_and_go_on()
    {
        var model = await ScriptedModel.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), cancel: Cancel);
        await model.DisposeAsync();
        var calls = await RunAsync(new Uri(model.Address), rounds: 2);

        Assert.All(calls, call => Assert.Equal((DemoOutcome.Broken, 0), (call.Outcome, call.Status)));
        Assert.Equal(2, calls.Count(call => call.Job == DemoPlan.NewsSummariser));
    }

    [Fact]
    public void The_demo_shows_good_answers_and_bad_ones()
    {
        var summaries = DemoPrompts.News.Select(ScriptedTexts.For).Distinct().ToList();

        Assert.True(summaries.Count >= 5, $"The summariser only says: {string.Join(" | ", summaries)}");
        Assert.Contains(summaries, text => text.Contains('@', StringComparison.Ordinal));
        Assert.True(DemoPrompts.Voice.Select(ScriptedTexts.For).Distinct().Count() >= 2);
        Assert.True(DemoPrompts.Logs.Select(ScriptedTexts.For).Distinct().Count() >= 2);
        Assert.True(DemoPrompts.Documents.Select(ScriptedTexts.For).Distinct().Count() >= 2);
    }

    private static async Task<IReadOnlyList<DemoCall>> RunAsync(ScriptedModelOptions options, int rounds)
    {
        await using var model = await ScriptedModel.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), options, Cancel);
        return await RunAsync(new Uri(model.Address), rounds);
    }

    private static async Task<IReadOnlyList<DemoCall>> RunAsync(Uri gate, int rounds)
    {
        var calls = new ConcurrentQueue<DemoCall>();
        var plan = new DemoPlan
        {
            Gate = gate,
            Tokens = Jobs.ToDictionary(job => job, job => $"token-of-{job}"),
            Pace = 0,
            RoundsMax = rounds,
        };
        using var jobs = new DemoJobs(plan, TimeProvider.System, calls.Enqueue);
        await jobs.RunAsync(Cancel);
        return [.. calls];
    }
}
