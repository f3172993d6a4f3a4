namespace Gatehouse.Demo;

/// <summary>
/// Four jobs of a homelab, calling models through the gate as their real counterparts would, and two calls that the
/// gate must refuse: a job that asks for a model it may not use, and a caller that nobody knows.
/// </summary>
internal sealed class DemoJobs(DemoPlan plan, TimeProvider time, Action<DemoCall> report) : IDisposable
{
    /// <summary>Looks like a token and is none.</summary>
    private const string UnknownToken = "not-a-token-of-this-house";

    /// <summary>How far a pause strays from its length, in tenths: jobs that march in step look staged.</summary>
    private const int JitterTenths = 6;

    private readonly DemoClient _client = new(plan.Gate, time);

    /// <summary>Runs all jobs until they are stopped or their rounds are over. Reports come in parallel.</summary>
    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(
        LoopAsync(DemoPlan.NewsSummariser, TimeSpan.FromSeconds(4), News, cancel),
        LoopAsync(DemoPlan.LogClassifier, TimeSpan.FromSeconds(1.5), Logs, cancel),
        LoopAsync(DemoPlan.VoiceAssistant, TimeSpan.FromSeconds(3), Voice, cancel),
        LoopAsync(DemoPlan.DocumentTagger, TimeSpan.FromSeconds(5), Documents, cancel),
        LoopAsync("overreach", TimeSpan.FromSeconds(11), Overreach, cancel),
        LoopAsync("stranger", TimeSpan.FromSeconds(13), Stranger, cancel));

    public void Dispose() => _client.Dispose();

    private async Task LoopAsync(
        string name, TimeSpan pause, Func<int, IEnumerable<DemoRequest>> requests, CancellationToken cancel)
    {
        try
        {
            for (var round = 0; round < plan.RoundsMax; round++)
            {
                foreach (var request in requests(round))
                    report(await _client.CallAsync(request, cancel));
                var tenths = 10 - (JitterTenths / 2) + (int)(ScriptedTexts.Hash($"{name}{round}") % JitterTenths);
                await Task.Delay(pause * plan.Pace * tenths / 10, time, cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The demo was stopped.
        }
    }

    private IEnumerable<DemoRequest> News(int round)
    {
        const string job = DemoPlan.NewsSummariser;
        yield return DemoRequest.OllamaChat(job, plan.Tokens[job], plan.OllamaModel, At(DemoPrompts.News, round));
    }

    private IEnumerable<DemoRequest> Logs(int round)
    {
        const string job = DemoPlan.LogClassifier;
        yield return DemoRequest.OpenAiChat(job, plan.Tokens[job], plan.OpenAiModel, At(DemoPrompts.Logs, round));
    }

    private IEnumerable<DemoRequest> Voice(int round)
    {
        const string job = DemoPlan.VoiceAssistant;
        yield return DemoRequest.OllamaGenerate(job, plan.Tokens[job], plan.OllamaModel, At(DemoPrompts.Voice, round));
    }

    private IEnumerable<DemoRequest> Documents(int round)
    {
        const string job = DemoPlan.DocumentTagger;
        var (token, document) = (plan.Tokens[job], At(DemoPrompts.Documents, round));
        yield return DemoRequest.OllamaEmbed(job, token, plan.EmbeddingModel, document);
        yield return DemoRequest.AnthropicMessages(job, token, plan.AnthropicModel, document);
    }

    private IEnumerable<DemoRequest> Overreach(int round)
    {
        const string job = DemoPlan.LogClassifier;
        yield return DemoRequest.AnthropicMessages(
            job, plan.Tokens[job], plan.AnthropicModel, At(DemoPrompts.Logs, round));
    }

    private IEnumerable<DemoRequest> Stranger(int round)
    {
        yield return DemoRequest.OpenAiChat("(unknown)", UnknownToken, plan.OpenAiModel, At(DemoPrompts.News, round));
    }

    private static string At(IReadOnlyList<string> prompts, int round) => prompts[round % prompts.Count];
}
