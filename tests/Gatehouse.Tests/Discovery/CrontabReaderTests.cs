using Gatehouse.Core.Discovery;
using Gatehouse.Core.Discovery.Crontabs;
using Gatehouse.Core.Estate;

namespace Gatehouse.Tests.Discovery;

/// <summary>Tables of cron and the scripts that they start.</summary>
public sealed class CrontabReaderTests
{
    private static readonly Dictionary<string, string> Homes = new() { ["bob"] = "/srv/bob" };

    [Fact]
    public void A_system_table_names_the_user_and_the_script_is_read_too()
    {
        var reading = Read(Samples.SystemCrontab, CrontabKind.System);
        var news = Assert.Single(reading.Observations, observation => observation.User == "news");

        Assert.Equal("/etc/crontab:6", news.Place);
        Assert.Equal("morning", news.Name);
        Assert.Equal((TriggerKind.Cron, "0 7 * * MON-FRI"), (news.Trigger, news.Cron));
        Assert.Contains(news.Evidence, piece => piece is { Kind: EvidenceKind.ModelName, Value: "gpt-4o-mini" });
        Assert.Contains(news.Evidence,
            piece => piece is { Kind: EvidenceKind.Sink, Value: "discord https://discord.com" });
        Assert.Contains(
            news.Evidence, piece => piece is { Kind: EvidenceKind.Source, Value: "rss https://example.org/feed.xml" });
        Assert.Contains(news.Evidence, piece => piece is { Kind: EvidenceKind.ModelKey, Value: "OPENAI_API_KEY" });
        Assert.Equal("1 lines are no entries of cron", reading.Problem);
    }

    [Fact]
    public void A_macro_is_kept_and_what_stands_behind_a_percent_sign_is_input()
    {
        var daily =
            Assert.Single(Read(Samples.SystemCrontab, CrontabKind.System).Observations,
                observation => observation.Cron == "@daily");
        Assert.Equal("bob", daily.User);
        Assert.Equal("curl", daily.Name);
        Assert.Contains(
            daily.Evidence, piece => piece is { Kind: EvidenceKind.ModelUrl, Value: "http://gpu:11434/api/generate" });
        Assert.Contains(daily.Evidence,
            piece => piece is { Kind: EvidenceKind.ModelName, Value: "qwen3:8b", Where: "input" });
    }

    [Fact]
    public void The_start_of_the_machine_is_an_event_and_no_schedule()
    {
        var boot = Assert.Single(
            Read(Samples.SystemCrontab, CrontabKind.System).Observations, observation
                => observation.Trigger == TriggerKind.Event);
        Assert.Null(boot.Cron);
        Assert.Contains(boot.Evidence, piece => piece is { Kind: EvidenceKind.ModelServer, Value: "ollama" });
    }

    [Fact]
    public void A_users_table_has_no_column_for_the_user_and_paths_start_at_its_home()
    {
        var asked = new List<string>();
        var reading = CrontabReader.Read(
            new CrontabFile(
                "/var/spool/cron/crontabs/bob", "*/5 * * * * cd jobs && ./a.py ~/b.sh\n", CrontabKind.User, "bob"),
            Homes, new ScriptCache(path =>
            {
                asked.Add(path);
                return "#!/bin/sh\naichat hi\n";
            }));

        Assert.Equal(["/srv/bob/jobs/a.py", "/srv/bob/b.sh"], asked);
        Assert.Equal("bob", Assert.Single(reading.Observations).User);
    }

    [Fact]
    public void An_escaped_percent_sign_stays_in_the_command()
    {
        var reading = Read("0 1 * * * llm \"$(date +\\%F)\" %-m not-a-command\n", CrontabKind.User);
        Assert.DoesNotContain(Assert.Single(reading.Observations).Evidence,
            piece => piece.Kind == EvidenceKind.ModelName);
    }

    [Fact]
    public void A_line_without_anything_of_interest_is_no_sight()
        => Assert.Empty(
            Read("0 3 * * * /usr/bin/find /tmp -mtime +3\n0 4 * * * apt-get update\n", CrontabKind.User).Observations);

    [Fact]
    public void A_script_of_a_folder_starts_as_its_folder_does()
    {
        var observation = Assert.Single(
            CrontabReader.ReadScriptOfFolder("/etc/cron.weekly/digest", "@weekly",
                new ScriptCache(_ => Samples.MorningScript)).Observations);
        Assert.Equal(("digest", "root", "@weekly"), (observation.Name, observation.User, observation.Cron));
    }

    [Theory]
    [InlineData("news", false)]
    [InlineData("0-news_2", false)]
    [InlineData("news.sh", true)]
    [InlineData(".placeholder", true)]
    [InlineData("news~", true)]
    public void Names_that_cron_passes_over_are_told_from_others(string name, bool isPassedOver)
        => Assert.Equal(isPassedOver, CrontabReader.IsPassedOver(name));

    private static ObservationReading Read(string text, CrontabKind kind) => CrontabReader.Read(
        new CrontabFile("/etc/crontab", text, kind), Homes,
        new ScriptCache(path => path == "/srv/news/morning.sh" ? Samples.MorningScript : null));
}
