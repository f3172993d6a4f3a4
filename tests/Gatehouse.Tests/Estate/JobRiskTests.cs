using Gatehouse.Core.Estate;

namespace Gatehouse.Tests.Estate;

public sealed class JobRiskTests
{
    private const string AllNo =
        "can: { alter-data: false, send-externally: false, receive-feedback: false, change-itself: false }";

    private const string Summariser = """
        { owner: o, model: m, trigger: { cron: "0 7 * * *" }, sink: mastodon,
            source: { kind: rss, url: https://news.example/feed.xml },
            can: { alter-data: false, send-externally: true, receive-feedback: false, change-itself: false } }
        """;

    private const string Classifier =
        $"{{ owner: o, model: m, trigger: event, sink: log, source: {{ kind: file, path: /var/log }}, {AllNo} }}";

    [Fact]
    public void A_summariser_that_posts_is_riskier_than_a_classifier_that_writes_a_log()
    {
        var summariser = Assess(Summariser);
        var classifier = Assess(Classifier);

        Assert.True(summariser.Level > classifier.Level);
        Assert.Equal((RiskLevel.High, true), (summariser.Level, summariser.IsFlagged));
        Assert.Equal((RiskLevel.Low, 0, false), (classifier.Level, classifier.Score, classifier.IsFlagged));
        Assert.Empty(classifier.Reasons);
        Assert.Equal(
            [
                "What it says becomes public: its sink is mastodon.",
                "It can send messages outside.",
                "It starts without a person (cron), and sends outside.",
                "Outsiders can write what it reads (rss).",
            ],
            summariser.Reasons.Select(reason => reason.Sentence));
    }

    [Theory]
    [InlineData("alter-data")]
    [InlineData("send-externally")]
    [InlineData("receive-feedback")]
    [InlineData("change-itself")]
    public void A_yes_and_a_missing_answer_count_the_same_and_flag_the_job(string question)
    {
        var yes = Assess(Classifier.Replace($"{question}: false", $"{question}: true", StringComparison.Ordinal));
        var unknown = Assess(
            Classifier.Replace($"{question}: false", $"{question}: unknown", StringComparison.Ordinal));
        var missing = Assess(
            Classifier.Replace($"{question}: false,", "", StringComparison.Ordinal)
                .Replace($", {question}: false }}", " }", StringComparison.Ordinal));

        Assert.All([yes, unknown, missing], risk => Assert.True(risk.IsFlagged && risk.Level >= RiskLevel.Medium));
        Assert.Equal(yes.Score, unknown.Score);
        Assert.Equal(yes.Score, missing.Score);
        Assert.StartsWith("It can ", Assert.Single(yes.Reasons).Sentence, StringComparison.Ordinal);
        Assert.Contains("counts as yes", Assert.Single(missing.Reasons).Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model: m", "model: gpt", "Its prompts leave the local network, to gpt.")]
    [InlineData("sink: log", "sink: log, may-manage-models: true", "It may pull, create and delete models.")]
    [InlineData("sink: log", "sink: log, opaque: [audio/speech]", "Some of its calls are not inspected: audio/speech.")]
    [InlineData("sink: log", "sink: log, provider-tools: [mcp]",
        "Its provider may act for it where the gate does not see it: mcp.")]
    [InlineData("sink: log", "sink: log, pipeline: [a, b, c, d, e, f]", "It chains 6 services.")]
    [InlineData("source: { kind: file, path: /var/log }", "source: webhook",
        "Outsiders can write what it reads (webhook).")]
    [InlineData("source: { kind: file, path: /var/log }", "source: mail", "Outsiders can write what it reads (mail).")]
    public void Each_further_reason_raises_the_score_and_is_named(string from, string to, string sentence)
    {
        var risk = Assess(Classifier.Replace(from, to, StringComparison.Ordinal));

        var reason = Assert.Single(risk.Reasons);
        Assert.Equal(sentence, reason.Sentence);
        Assert.True(risk.Score > 0);
        Assert.False(risk.IsFlagged);
    }

    [Fact]
    public void A_person_who_starts_a_posting_job_lowers_its_risk()
    {
        var attended = Assess(Summariser.Replace("{ cron: \"0 7 * * *\" }", "manual", StringComparison.Ordinal));

        Assert.True(attended.Score < Assess(Summariser).Score);
    }

    [Fact]
    public void A_job_that_says_nothing_about_itself_is_critical()
    {
        var risk = Assess("{ owner: o, model: m, source: webhook, sink: mastodon }");

        Assert.Equal(RiskLevel.Critical, risk.Level);
        Assert.Equal(risk.Score, risk.Reasons.Sum(reason => reason.Points));
        Assert.Equal(risk.Reasons.Select(reason => reason.Points).OrderDescending(),
            risk.Reasons.Select(reason => reason.Points));
    }

    private static RiskAssessment Assess(string job)
    {
        var reading = EstateReader.Read($$"""
            estate: 1
            models:
              m: { provider: ollama, url: http://127.0.0.1:11434 }
              gpt: { provider: openai, url: https://api.example.com }
            sinks:
              mastodon: { kind: mastodon, url: https://social.example }
              log: { kind: file, path: /var/log/x }
            jobs:
              j: {{job}}
            """, "f.yaml");
        Assert.Empty(reading.Problems);
        return JobRisk.Assess(reading.Plan!.Jobs["j"], reading.Plan);
    }
}
