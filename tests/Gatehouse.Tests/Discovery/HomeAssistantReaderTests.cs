using Gatehouse.Core.Discovery;
using Gatehouse.Core.Discovery.HomeAssistant;
using Gatehouse.Core.Estate;

namespace Gatehouse.Tests.Discovery;

/// <summary>Agents, automations and scripts of Home Assistant.</summary>
public sealed class HomeAssistantReaderTests
{
    private static readonly HomeReading Reading = HomeAssistantReader.Read(
    [
        new HomeFile("/config/automations.yaml", Samples.Automations),
        new HomeFile("/config/configuration.yaml", Samples.Configuration),
        new HomeFile("/config/.storage/core.config_entries", Samples.ConfigEntries),
    ]);

    [Fact]
    public void An_automation_that_asks_a_model_shows_where_the_answer_goes_and_what_it_may_do()
    {
        var evening = Named("Evening summary");
        Assert.Equal((TriggerKind.Cron, "0 21 * * *"), (evening.Trigger, evening.Cron));
        AssertHas(evening, "ModelClient conversation.process", "Sink notify notify.mobile_app_anna",
            "Power controls the home: lock.unlock", "Sink mastodon https://social.example",
            "Power runs commands", "ModelUrl http://localhost:11434/api/generate");
    }

    [Fact]
    public void An_automation_without_a_model_is_left_out()
        => Assert.DoesNotContain(Reading.Observations, observation => observation.Name == "Lamp only");

    [Fact]
    public void The_id_of_a_webhook_is_never_shown()
    {
        var outside = Named("From outside");
        Assert.Equal(TriggerKind.Webhook, outside.Trigger);
        AssertHas(outside, "Webhook /api/webhook/…", "ModelClient ai_task.generate_data");
    }

    [Fact]
    public void A_script_in_a_package_is_found_and_tags_are_passed_over()
    {
        Assert.Equal("/config/configuration.yaml script Weekly note", Named("Weekly note").Place);
        Assert.Empty(Reading.Problems);
    }

    [Theory]
    [InlineData("ai_task.ollama_ai_task", "Ollama", "Attic", null)]
    [InlineData("ai_task.attic", "Ollama", "Attic", "ModelUrl http://10.0.0.2:11434")]
    [InlineData("conversation.cellar_two", "Cellar two", "Attic", "ModelUrl http://10.0.0.1:11434")]
    [InlineData("e2", "Ollama", "Attic", "ModelUrl http://10.0.0.2:11434")]
    public void A_run_has_the_address_of_the_one_agent_that_it_names(
        string agent, string first, string second, string? piece)
    {
        var entries = string.Join(", ", new[] { first, second }.Select((title, at) => $$"""
            { "entry_id": "e{{at + 1}}", "domain": "ollama", "title": "{{title}}",
              "data": { "url": "http://10.0.0.{{at + 1}}:11434" } }
            """));
        var reading = HomeAssistantReader.Read(
        [
            new HomeFile("/c/automations.yaml", $$"""
                - alias: Ask
                  triggers: [{ trigger: time, at: "07:00:00" }]
                  actions: [{ action: conversation.process, data: { agent_id: {{agent}}, text: hello } }]
                """),
            new HomeFile("/c/.storage/core.config_entries", $$"""{ "data": { "entries": [{{entries}}] } }"""),
        ]);

        var urls = reading.Observations.Single(observation => observation.Name == "Ask").Evidence
            .Where(one => one.Kind == EvidenceKind.ModelUrl).Select(one => $"{one.Kind} {one.Value}");
        Assert.Equal(piece is null ? [] : [piece], urls);
    }

    [Fact]
    public void Agents_show_their_model_and_address_and_that_they_have_a_key()
    {
        var local = Named("Local model");
        Assert.Equal(TriggerKind.Prompt, local.Trigger);
        AssertHas(local, "ModelUrl http://192.168.1.9:11434", "ModelName qwen3:4b", "Power controls the home");
        AssertHas(Named("ChatGPT"), "ModelUrl https://api.openai.com/v1", "ModelName gpt-4o-mini",
            "ModelKey openai_conversation api_key");
        Assert.DoesNotContain(Reading.Observations, observation => observation.Name == "Bridge");
    }

    [Theory]
    [InlineData("platform: time_pattern, minutes: /5", "*/5 * * * *")]
    [InlineData("platform: time_pattern, hours: /2", "0 */2 * * *")]
    [InlineData("trigger: time, at: '6:45:00', weekday: [mon, tue]", "45 6 * * MON,TUE")]
    [InlineData("trigger: time, at: input_datetime.wake", null)]
    [InlineData("trigger: sun, event: sunset", null)]
    public void A_time_is_said_in_cron_where_cron_can_say_it(string trigger, string? cron)
    {
        var text = "- alias: a\n  trigger: {" + trigger + "}\n  action: {service: conversation.process}\n";
        var observation = Assert
            .Single(HomeAssistantReader.Read([new HomeFile("automations.yaml", text)]).Observations);
        Assert.Equal((TriggerKind.Cron, cron), (observation.Trigger, observation.Cron));
    }

    [Fact]
    public void One_broken_file_does_not_hide_the_others()
    {
        var reading = HomeAssistantReader.Read(
            [new HomeFile("/a/automations.yaml", "- a: [\n- b: }"),
                new HomeFile("/a/configuration.yaml", Samples.Configuration)]);
        Assert.Equal("/a/automations.yaml", Assert.Single(reading.Problems).Path);
        Assert.Single(reading.Observations);
    }

    [Fact]
    public void Aliases_that_grow_without_a_bound_are_refused()
    {
        var text = string.Concat(Enumerable.Range(1, 30).Select(n => $"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n"));
        var reading = HomeAssistantReader.Read([new HomeFile("configuration.yaml", "a0: &a0 [x, x]\n" + text)]);
        Assert.Single(reading.Problems);
    }

    private static Observation Named(string name)
        => Assert.Single(Reading.Observations, observation => observation.Name == name);

    private static void AssertHas(Observation observation, params string[] expected)
    {
        var found = observation.Evidence.Select(piece => $"{piece.Kind} {piece.Value}").ToArray();
        Assert.All(expected, one => Assert.Contains(one, found));
    }
}
