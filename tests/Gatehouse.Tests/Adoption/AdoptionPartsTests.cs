using System.Collections.Immutable;
using System.Net;
using CsCheck;
using Gatehouse.Adoption;
using Gatehouse.Core.Adoption;
using Gatehouse.Core.Engine;

namespace Gatehouse.Tests.Adoption;

/// <summary>The pure parts of an adoption.</summary>
public sealed class AdoptionPartsTests
{
    [Fact]
    public void Ranges_overlap_neither_each_other_nor_what_is_taken_and_keep_the_gate_out_of_the_engines_half()
    {
        var taken =
            new[] { IPNetwork.Parse("10.0.0.0/9"), IPNetwork.Parse("10.214.0.0/27"), IPNetwork.Parse("fd00::/8") };
        var pool = new SubnetPool(taken);
        var got = Enumerable.Range(0, 100).Select(_ => pool.Next()!).ToArray();

        Assert.Equal("10.214.0.32/28", got[0].Range.ToString());
        Assert.Equal(100, got.Select(static one => one.Range.ToString()).Distinct().Count());
        Assert.All(got, static one =>
        {
            Assert.True(one.Range.Contains(one.Gate));
            Assert.False(one.Dynamic.Contains(one.Gate));
            Assert.Equal(one.Range.BaseAddress, one.Dynamic.BaseAddress);
        });
    }

    [Fact]
    public void When_everything_is_taken_there_is_no_range()
    {
        var pool = new SubnetPool(
            [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16")]);
        Assert.Null(pool.Next());
    }

    [Theory]
    [InlineData("compose.yaml", null, "compose.override.yaml", null)]
    [InlineData("docker-compose.yml", "A=1\n", "docker-compose.override.yml", null)]
    [InlineData("compose.yaml,compose.override.yaml", "A=1\n", "gatehouse.compose.yaml",
        "A=1\nCOMPOSE_FILE=compose.yaml:compose.override.yaml:gatehouse.compose.yaml\n")]
    [InlineData("a.yaml,b.yaml", "COMPOSE_FILE=a.yaml:b.yaml", "gatehouse.compose.yaml",
        "COMPOSE_FILE=a.yaml:b.yaml:gatehouse.compose.yaml\n")]
    public void An_override_goes_where_compose_finds_it(string files, string? environment, string name, string? written)
    {
        var change =
            ComposeChange.Of("/srv/lab", [.. files.Split(',').Select(static file => "/srv/lab/" + file)], environment);
        Assert.Equal(("/srv/lab/" + name, written, null), (change.Path, change.EnvironmentText, change.Note));
    }

    [Fact]
    public void Files_that_were_named_on_the_command_line_are_left_to_the_person()
    {
        var change = ComposeChange.Of("/srv/lab", ["/srv/lab/prod.yaml"], null);
        Assert.Contains("-f /srv/lab/gatehouse.compose.yaml", change.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void A_journal_comes_back_as_it_was_and_a_torn_last_line_is_not_there()
    {
        var plan = new JournalLine
        {
            Event = JournalEvent.Planned,
            At = DateTimeOffset.UnixEpoch,
            V = JournalLine.Version,
            Adoption = "ad_1",
            Steps =
            [
                new WriteFileStep("/a", [1, 2, 255], new OriginalFile([0], 0x1A4, 5, 6), "x") { Owner = 7 },
                new CreateNetworkStep("n", "10.0.0.0/28", "10.0.0.0/29", true,
                    ImmutableSortedDictionary<string, string>.Empty.Add("o", "v")),
                new LeaveNetworkStep(new ContainerName("id", "name"), new EndpointSpec("n")
                {
                    Aliases = ["a"],
                    Address = "10.0.0.2",
                    HasStaticConfiguration = true,
                }),
                new CutConnectionsStep(new ContainerName("id", "name"), ["10.0.0.2"]),
                new GreetGateStep(new ContainerName("id", "name"), "10.0.0.14"),
                new VerifyJobStep("job", null, [new ProbeCall("h", 1, "/p", null)]) { Unreachable = ["1.2.3.4:5"] },
            ],
        };
        var begun = new JournalLine { Event = JournalEvent.Begun, At = DateTimeOffset.UnixEpoch, Step = 0 };
        var text = System.Text.Encoding.UTF8.GetString([.. JournalJson.Write(plan), .. JournalJson.Write(begun)]);

        var read = JournalJson.Read(text + "{\"event\":\"Do");

        Assert.Equal(2, read.Count);
        Assert.Equal(
            text, System.Text.Encoding.UTF8.GetString([.. read.SelectMany(static line => JournalJson.Write(line))]));
        Assert.Throws<FormatException>(() => JournalJson.Read("{\"event\":\"Do\n" + text));
    }

    [Fact]
    public void An_answer_of_DNS_that_is_cut_or_garbage_never_does_harm()
    {
        byte[] answer = [.. DnsMessage.Question("ollama"), 0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 214, 0, 10];
        answer[7] = 1;
        Assert.Equal([IPAddress.Parse("10.214.0.10")], DnsMessage.Addresses(answer));
        for (var length = 0; length < answer.Length; length++)
        {
            Assert.Empty(DnsMessage.Addresses(answer.AsSpan(0, length)));
        }
        Gen.Byte.Array[0, 200].Sample(bytes =>
        {
            if (bytes.Length >= 2) (bytes[0], bytes[1]) = (0x47, 0x48);
            return DnsMessage.Addresses(bytes).Count <= 200;
        }, seed: "0000KT8oYgO2");
    }

    [Theory]
    [InlineData("OPENAI_API_KEY", "x", true)]
    [InlineData("WEBHOOK", "https://discord.com/api/webhooks/1/AbCdEfGh1234567890aBcDeFgHiJ", true)]
    [InlineData("NOTE", "sk-proj-1234", true)]
    [InlineData("OLLAMA_BASE_URL", "http://ollama:11434", false)]
    [InlineData("OLLAMA_MODEL", "llama3.2:3b-instruct-q4_K_M", false)]
    [InlineData("OPENAI_API_KEY_FILE", "/run/secrets/openai", false)]
    [InlineData("TZ", "Europe/Madrid", false)]
    public void A_value_that_may_be_a_secret_is_dropped_where_it_is_read(string name, string value, bool isSecret)
    {
        var fact = EnvironmentFact.Of(name, value);
        Assert.Equal((isSecret, isSecret ? null : value), (fact.IsSecret, fact.Value));
    }

    [Fact]
    public void The_user_and_password_of_a_URL_are_left_out()
        => Assert.Equal(
            "http://…@ollama:11434/x?y=1", EnvironmentFact.Of("URL", "http://me:pw@ollama:11434/x?y=1").Value);
}
