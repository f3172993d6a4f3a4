using Gatehouse.Core.Discovery;
using Gatehouse.Core.Discovery.Flows;
using Gatehouse.Core.Discovery.Hooks;
using Gatehouse.Core.Estate;

namespace Gatehouse.Tests.Discovery;

/// <summary>Flows of n8n and Node-RED, and hooks.</summary>
public sealed class FlowReaderTests
{
    [Fact]
    public void A_workflow_of_n8n_shows_its_schedule_models_sinks_and_powers()
    {
        Assert.True(N8nReader.Looks(Samples.N8n));
        var observation = Assert.Single(N8nReader.Read("/srv/n8n/a.json", Samples.N8n).Observations);

        Assert.Equal(("Morning digest", "/srv/n8n/a.json workflow Morning digest"),
            (observation.Name, observation.Place));
        Assert.Equal((TriggerKind.Cron, "30 7 * * *"), (observation.Trigger, observation.Cron));
        AssertHas(observation, "ModelClient lmChatOllama", "ModelName qwen3:14b", "ModelName gpt-4o-mini",
            "ModelUrl http://litellm:4000/v1", "ModelKey credential openAiApi", "Source rss https://example.org/rss",
            "Sink slack https://hooks.slack.com", "Sink telegram", "SinkKey credential telegramApi",
            "Power runs commands", "Power docker");
        Assert.DoesNotContain(observation.Evidence, piece => piece.Value == "discord");
    }

    [Fact]
    public void A_list_of_workflows_gives_one_sight_each_and_credentials_none()
    {
        Assert.Equal(2, N8nReader.Read("a.json", $"[{Samples.N8n},{Samples.N8n}]").Observations.Length);
        Assert.Empty(N8nReader.Read(
            "a.json", """[{"id":"1","name":"OpenAI","type":"openAiApi","data":{"apiKey":"x"}}]""").Observations);
    }

    [Theory]
    [InlineData(
        "scheduleTrigger", """{"rule":{"interval":[{}]}}""",
        "0 0 * * *")]
    [InlineData(
        "scheduleTrigger", """{"rule":{"interval":[{"field":"cronExpression","expression":"0 5 * * 1"}]}}""",
        "0 5 * * 1")]
    [InlineData(
        "scheduleTrigger", """{"rule":{"interval":[{"field":"minutes","minutesInterval":10}]}}""",
        "*/10 * * * *")]
    [InlineData(
        "scheduleTrigger", """{"rule":{"interval":[{"field":"weeks","triggerAtDay":[1,5],"triggerAtHour":8}]}}""",
        "0 8 * * 1,5")]
    [InlineData(
        "scheduleTrigger", """{"rule":{"interval":[{"field":"days","daysInterval":3}]}}""",
        null)]
    [InlineData(
        "scheduleTrigger", """{"rule":{"interval":[{"field":"seconds","secondsInterval":5}]}}""",
        null)]
    [InlineData(
        "scheduleTrigger", """{"rule":{"interval":[{"triggerAtHour":7},{"triggerAtHour":9}]}}""",
        null)]
    [InlineData(
        "cron", """{"triggerTimes":{"item":[{"mode":"custom","cronExpression":"0 0 6 * * *"}]}}""",
        "0 6 * * *")]
    [InlineData(
        "cron", """{"triggerTimes":{"item":[{"hour":6}]}}""",
        "0 6 * * *")]
    public void A_schedule_of_n8n_is_said_in_cron_where_cron_can_say_it(string type, string parameters, string? cron)
    {
        var text = "{\"name\":\"a\",\"nodes\":[{\"type\":\"n8n-nodes-base." + type + "\",\"parameters\":" + parameters
            + "}]}";
        var observation = Assert.Single(N8nReader.Read("a.json", text).Observations);
        Assert.Equal((TriggerKind.Cron, cron), (observation.Trigger, observation.Cron));
    }

    [Fact]
    public void A_webhook_counts_before_a_schedule_and_its_path_is_kept_unless_it_is_a_secret()
    {
        var text = Samples.N8n.Replace("n8n-nodes-base.rssFeedRead", "n8n-nodes-base.webhook", StringComparison.Ordinal)
            .Replace("\"url\": \"https://example.org/rss?key=SECRET\"", "\"path\": \"in-mail\"",
                StringComparison.Ordinal);
        var observation = Assert.Single(N8nReader.Read("a.json", text).Observations);
        Assert.Equal(TriggerKind.Webhook, observation.Trigger);
        AssertHas(observation, "Webhook /webhook/in-mail");

        var hidden = text.Replace("in-mail", "0d6c4f5e-1f0b-4a7c-9f0e-3b1d2c4a5e6f", StringComparison.Ordinal);
        AssertHas(Assert.Single(N8nReader.Read("a.json", hidden).Observations), "Webhook /webhook/…");
    }

    [Fact]
    public void A_tab_of_Node_RED_takes_in_its_settings_and_subflows()
    {
        Assert.True(NodeRedReader.Looks(Samples.NodeRed));
        var observations = NodeRedReader.Read("/data/flows.json", Samples.NodeRed).Observations;

        var bell = Assert.Single(observations, observation => observation.Name == "Door bell");
        Assert.Equal((TriggerKind.Cron, "00 07 * * 1-5"), (bell.Trigger, bell.Cron));
        AssertHas(bell, "ModelClient ollama-chat", "ModelName gemma3:4b", "ModelUrl http://gpu",
            "Sink telegram https://api.telegram.org", "Power runs commands", "Power sudo", "Power systemctl");
        Assert.DoesNotContain(bell.Evidence, piece => piece.Kind == EvidenceKind.Webhook);

        var lamps = Assert.Single(observations, observation => observation.Name == "Lamps");
        Assert.Equal("0 * * * *", lamps.Cron);
        Assert.DoesNotContain(lamps.Evidence, piece => piece.Kind is EvidenceKind.ModelClient or EvidenceKind.ModelUrl);
    }

    [Theory]
    [InlineData("/srv/hooks/hooks.json")]
    [InlineData("/srv/hooks/hooks.yaml")]
    public void A_hook_shows_its_address_and_what_it_starts(string path)
    {
        var observations = HooksReader.Read(path, Samples.Hooks,
            new ScriptCache(script =>
            script == "/srv/hooks/notes.sh" ? "#!/bin/sh\nollama run mistral\n" : null)).Observations;

        var notes = Assert.Single(observations, observation => observation.Name == "deploy-notes");
        Assert.Equal(TriggerKind.Webhook, notes.Trigger);
        AssertHas(notes, "Webhook /hooks/deploy-notes", "ModelName mistral", "ModelName llama3.2");
        Assert.DoesNotContain(notes.Evidence, piece => piece.Kind == EvidenceKind.Power);
        AssertHas(Assert.Single(observations, observation => observation.Name == "open"), "ModelClient ollama",
            "Power can be started by anybody who reaches it: it has no rule");
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[1, 2")]
    [InlineData("\"\\ud800\"")]
    public void A_broken_file_is_told_without_its_text(string text)
    {
        Assert.NotNull(N8nReader.Read("a.json", text).Problem);
        Assert.NotNull(NodeRedReader.Read("a.json", text).Problem);
    }

    private static void AssertHas(Observation observation, params string[] expected)
    {
        var found = observation.Evidence.Select(piece => $"{piece.Kind} {piece.Value}").ToArray();
        Assert.All(expected, one => Assert.Contains(one, found));
    }
}
