using System.Collections.Immutable;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Discovery.UnitFiles;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Systemd;

namespace Gatehouse.Tests.Discovery;

/// <summary>systemd services with their timers.</summary>
public sealed class UnitObservationsTests
{
    [Fact]
    public void A_service_and_its_timer_are_one_sight()
    {
        var observation = Assert
            .Single(Of(Unit("mailer.service", Samples.Service), Unit("mailer.timer", Samples.Timer)));

        Assert.Equal(("mailer", "mailer", "/etc/systemd/system/mailer.service"),
            (observation.Name, observation.User, observation.Place));
        Assert.Equal((TriggerKind.Cron, "30 6 * * MON-FRI"), (observation.Trigger, observation.Cron));
        Assert.Contains(observation.Evidence,
            piece => piece is { Kind: EvidenceKind.ModelUrl, Where: "env OLLAMA_BASE_URL" });
        Assert.Contains(observation.Evidence, piece => piece is { Kind: EvidenceKind.ModelName, Value: "phi4" });
        Assert.Contains(observation.Evidence,
            piece => piece is { Kind: EvidenceKind.ModelKey, Value: "ANTHROPIC_API_KEY" });
        Assert.Contains(observation.Evidence,
            piece => piece is { Kind: EvidenceKind.SinkKey, Value: "TELEGRAM_TOKEN" });
        Assert.Contains(observation.Evidence,
            piece => piece is { Kind: EvidenceKind.ModelClient, Value: "library openai" });
    }

    [Fact]
    public void A_service_that_stays_runs_always_and_its_socket_makes_it_an_event()
    {
        var service = Unit("chat.service", "[Service]\nExecStart=-/opt/bin/open-webui serve\n");
        Assert.Equal(TriggerKind.Always, Assert.Single(Of(service)).Trigger);
        Assert.Equal("root", Assert.Single(Of(service)).User);
        Assert.Equal(
            TriggerKind.Event, Assert.Single(Of(service, Unit("chat.socket", "[Socket]\nListenStream=80\n"))).Trigger);
        Assert.Equal(TriggerKind.Event,
            Assert.Single(Of(service, Unit("inbox.path", "[Path]\nPathExists=/a\nUnit=chat.service\n"))).Trigger);
    }

    [Fact]
    public void A_users_units_run_as_that_user()
    {
        var set = new UnitSet([Unit("a.service", "[Service]\nExecStart=%h/bin/claude -p hi\n")], "bob", "/srv/bob");
        Assert.Equal("bob", Assert.Single(UnitObservations.Of(set, new ScriptCache(_ => null))).User);
    }

    [Theory]
    [InlineData("daily", "0 0 * * *")]
    [InlineData("Weekly", "0 0 * * MON")]
    [InlineData("*-*-* 07:00:00", "0 7 * * *")]
    [InlineData("07:05", "5 7 * * *")]
    [InlineData("Mon,Wed..Fri 18:00", "0 18 * * MON,WED-FRI")]
    [InlineData("*:0/15", "*/15 * * * *")]
    [InlineData("*-*-1,15 04:00", "0 4 1,15 * *")]
    [InlineData("*-01..03-01 8..18/2:30", "30 8-18/2 1 1-3 *")]
    [InlineData("*:5/20", "5-59/20 * * * *")]
    [InlineData("Sunday", "0 0 * * SUN")]
    [InlineData("*-*-* *:*:00", "* * * * *")]
    [InlineData("*-*~3 07:00", null)]
    [InlineData("2026-01-01 07:00", null)]
    [InlineData("Mon *-*-1 07:00", null)]
    [InlineData("07:00:30", null)]
    [InlineData("07:00 Europe/Berlin", null)]
    [InlineData("25:00", null)]
    [InlineData("", null)]
    public void A_calendar_is_said_in_cron_where_cron_can_say_it(string calendar, string? cron)
    {
        var timer = Unit("a.timer", $"[Timer]\nOnCalendar={calendar}\n");
        var observation = Assert.Single(Of(Unit("a.service", "[Service]\nExecStart=/usr/bin/llm hi\n"), timer));
        Assert.Equal((TriggerKind.Cron, cron), (observation.Trigger, observation.Cron));
    }

    private static UnitFacts Unit(string name, string text)
        => UnitReader.Read(name, new UnitFile($"/etc/systemd/system/{name}", text));

    private static ImmutableArray<Observation> Of(params UnitFacts[] units)
        => UnitObservations.Of(new UnitSet(units), new ScriptCache(path => path switch
    {
        "/etc/default/mailer" => Samples.EnvironmentFile,
        "/srv/mail/sum.py" => Samples.PythonScript,
        _ => null,
    }));
}
