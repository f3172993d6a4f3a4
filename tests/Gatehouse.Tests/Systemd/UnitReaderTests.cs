using Gatehouse.Core.Systemd;

namespace Gatehouse.Tests.Systemd;

/// <summary>Unit files are read as systemd reads them.</summary>
public sealed class UnitReaderTests
{
    private const string News = """
        # Made by hand.
        [Unit]
        Description = Morning news

        [Service]
        Type=oneshot
        User=news
        Environment=OLLAMA_HOST=http://127.0.0.1:11434 "GREETING=good morning"
        ExecStart=/usr/bin/python3 /srv/news/run.py \
        # a comment in between
          --model qwen3:8b \
          --once
        ExecStart=/usr/bin/logger done
        """;

    [Fact]
    public void Values_lie_below_their_section_with_blanks_around_the_sign_left_out()
    {
        var unit = Read(News);
        Assert.Equal("Morning news", unit.Get("Unit", "Description"));
        Assert.Equal("oneshot", unit.Get("Service", "Type"));
        Assert.Null(unit.Get("Unit", "Type"));
        Assert.Equal("/etc/systemd/system/news.service", unit.Path);
    }

    [Fact]
    public void A_backslash_joins_lines_over_comments()
    {
        var unit = Read(News);
        Assert.Equal(
            ["/usr/bin/python3 /srv/news/run.py  --model qwen3:8b  --once", "/usr/bin/logger done"],
            unit.All("Service", "ExecStart"));
        Assert.Equal(9, unit.Each("Service", "ExecStart").First().Line);
    }

    [Fact]
    public void An_escaped_backslash_at_the_end_joins_nothing()
    {
        var unit = Read("[Service]\nExecStart=/bin/echo a\\\\\nUser=x\n");
        Assert.Equal("x", unit.Get("Service", "User"));
    }

    [Fact]
    public void The_last_drop_in_wins_and_an_empty_value_drops_those_before_it()
    {
        var unit = UnitReader.Read("news.service",
            new UnitFile("/etc/systemd/system/news.service", News),
            new UnitFile("/etc/systemd/system/news.service.d/10-user.conf", "[Service]\nUser=other\n"),
            new UnitFile("/etc/systemd/system/news.service.d/20-run.conf",
                "[Service]\nExecStart=\nExecStart=/bin/true\n"
                    + "CapabilityBoundingSet=CAP_CHOWN\nCapabilityBoundingSet=\n"));

        Assert.Equal("other", unit.Get("Service", "User"));
        Assert.Equal("/etc/systemd/system/news.service.d/10-user.conf", unit.Last("Service", "User")!.Path);
        Assert.Equal(["/bin/true"], unit.All("Service", "ExecStart"));
        Assert.Equal("", unit.Get("Service", "CapabilityBoundingSet"));
        Assert.Empty(unit.All("Service", "CapabilityBoundingSet"));
        Assert.Equal(2, unit.DropIns.Length);
    }

    [Fact]
    public void Words_are_split_at_blanks_and_held_together_by_quotes()
    {
        Assert.Equal(["OLLAMA_HOST=http://127.0.0.1:11434", "GREETING=good morning"],
            Read(News).Words("Service", "Environment"));
        Assert.Equal(["a b", "c'd", "e\tf", "", "\u00e9", "g"], UnitText.Words("'a b' \"c'd\" e\\tf '' \\u00e9 g"));
        Assert.Equal(["open end"], UnitText.Words("'open end"));
    }

    [Fact]
    public void A_line_that_says_nothing_is_listed_and_passed_over()
    {
        var unit = Read("Before=any section\n[Service]\nnonsense\n=empty\nUser=a\n");
        Assert.Equal([1, 3, 4], unit.OddLines.Select(line => int.Parse(line.Split(':')[1], null)));
        Assert.Equal("a", unit.Get("Service", "User"));
    }

    [Fact]
    public void A_directive_shown_as_text_keeps_its_value_to_itself()
    {
        var unit = Read("[Service]\nEnvironment=API_KEY=planted\n");
        Assert.DoesNotContain("planted", unit.Directives[0].ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("planted", unit.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_strongest_folder_gives_the_unit_and_each_drop_in()
    {
        string[] folders = ["/etc/systemd/system", "/usr/lib/systemd/system"];
        var paths = new HashSet<string>
        {
            "/usr/lib/systemd/system/my-news@.service", "/etc/systemd/system/my-news@.service",
            "/usr/lib/systemd/system/my-news@.service.d/10-a.conf",
            "/etc/systemd/system/my-news@.service.d/10-a.conf",
            "/usr/lib/systemd/system/my-news@morning.service.d/05-b.conf",
            "/etc/systemd/system/my-.service.d/90-c.conf", "/etc/systemd/system/service.d/95-d.conf",
            "/etc/systemd/system/other.service.d/20-e.conf", "/etc/systemd/system/my-news@.service.d/readme.txt",
        };

        Assert.Equal(
            ["/etc/systemd/system/my-news@.service", "/usr/lib/systemd/system/my-news@morning.service.d/05-b.conf",
                "/etc/systemd/system/my-news@.service.d/10-a.conf", "/etc/systemd/system/my-.service.d/90-c.conf",
                "/etc/systemd/system/service.d/95-d.conf"],
            UnitPaths.Of("my-news@morning.service", folders, paths));
        Assert.Empty(UnitPaths.Of("absent.service", folders, paths));
    }

    private static UnitFacts Read(string text)
        => UnitReader.Read("news.service", new UnitFile("/etc/systemd/system/news.service", text));
}
