using Gatehouse.Core.Inspection;
using Gatehouse.Core.Systemd;

namespace Gatehouse.Tests.Inspection;

/// <summary>Rules on systemd services: a closed unit is changed in one line.</summary>
public sealed class UnitInspectionTests
{
    private const string Closed = """
        [Service]
        ExecStart=/usr/bin/news
        User=news
        PrivateNetwork=yes
        NoNewPrivileges=yes
        ProtectSystem=strict
        ProtectHome=yes
        PrivateTmp=yes
        PrivateDevices=yes
        CapabilityBoundingSet=
        SystemCallFilter=@system-service
        RestrictAddressFamilies=AF_UNIX
        MemoryMax=1G
        """;

    /// <summary>Each rule, a line that sets it off, and one that comes near.</summary>
    private static readonly Dictionary<string, (string Fires, string Rests)> Cases = new()
    {
        ["GH-UNT-001"] = ("User=root", "User=1000"),
        ["GH-UNT-002"] = ("PrivateNetwork=no\nRestrictAddressFamilies=AF_INET AF_UNIX", "PrivateNetwork=no"),
        ["GH-UNT-003"] = ("IPAddressDeny=any", "IPAddressDeny=192.0.2.0/24"),
        ["GH-UNT-004"] = ("Environment=A=1 \"OPENAI_API_KEY=abc def\"", "Environment=OPENAI_API_KEY_FILE=%d/key"),
        ["GH-UNT-005"] = ("ExecStart=/usr/bin/news --token=hunter2", "ExecStart=/usr/bin/news --token=/srv/t"),
        ["GH-UNT-006"] = ("SupplementaryGroups=video docker", "SupplementaryGroups=dockers"),
        ["GH-UNT-007"] = ("AmbientCapabilities=cap_sys_admin", "AmbientCapabilities=CAP_NET_BIND_SERVICE"),
        ["GH-UNT-009"] = ("PrivateNetwrk", "# PrivateNetwrk"),
        ["GH-UNT-010"] = ("ExecStart=/usr/local/bin/ollama serve\nEnvironment=OLLAMA_HOST=::1",
            "ExecStart=/usr/local/bin/ollama serve\nEnvironment=\"OLLAMA_NO_CLOUD=1\""),
        ["GH-UNT-020"] = ("User=root\nNoNewPrivileges=no", "NoNewPrivileges=no"),
        ["GH-UNT-021"] = ("ProtectSystem=yes", "ProtectSystem=full"),
        ["GH-UNT-022"] = ("ProtectHome=", "ProtectHome=tmpfs"),
        ["GH-UNT-023"] = ("PrivateTmp=no", "PrivateTmp=on"),
        ["GH-UNT-024"] = ("PrivateDevices=no", "PrivateDevices=no\nDevicePolicy=closed"),
        ["GH-UNT-025"] = ("CapabilityBoundingSet=~CAP_SYS_TIME", "CapabilityBoundingSet=CAP_CHOWN"),
        ["GH-UNT-026"] = ("SystemCallFilter=", "SystemCallFilter=~@mount"),
        ["GH-UNT-027"] = ("RestrictAddressFamilies=", "RestrictAddressFamilies=none"),
        ["GH-UNT-028"] = ("MemoryMax=infinity", "MemoryMax=10%"),
    };

    /// <summary>Rules that another rule's line sets off as well.</summary>
    private static readonly Dictionary<string, string[]> Also = new() { ["GH-UNT-020"] = ["GH-UNT-001"] };

    public static TheoryData<string> Rules { get; } = [.. Cases.Keys];

    [Fact]
    public void A_closed_unit_gives_no_finding() => Assert.Empty(Look(""));

    [Fact]
    public void Every_rule_on_units_has_its_case() => Assert.Equal(
        InspectionRules.All.Select(static rule => rule.Id)
            .Where(static id => id.StartsWith("GH-UNT", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
        // Exposure comes from a tool and has a test of its own.
        Cases.Keys.Append("GH-UNT-008").Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_fires_for_its_line_and_no_other_rule_does(string id)
    {
        var found = Look(Cases[id].Fires, isOfUser: id == "GH-UNT-003");

        Assert.Equal(Also.GetValueOrDefault(id, []).Append(id).Order(StringComparer.Ordinal),
            found.Select(static finding => finding.Rule.Id).Order(StringComparer.Ordinal));
        Assert.All(found, static finding => Assert.True(finding.Severity <= finding.Rule.Worst));
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_rests_at_a_line_that_only_comes_near(string id)
        => Assert.DoesNotContain(id,
            Look(Cases[id].Rests, isOfUser: id == "GH-UNT-003").Select(static finding => finding.Rule.Id));

    [Fact]
    public void A_filter_of_addresses_counts_for_a_system_unit_and_not_for_a_users()
    {
        const string Open = "PrivateNetwork=no\nRestrictAddressFamilies=AF_INET\nIPAddressDeny=any";

        Assert.Empty(Look(Open));
        Assert.Equal(["GH-UNT-002", "GH-UNT-003"],
            Look(Open, isOfUser: true).Select(static finding => finding.Rule.Id));
    }

    [Fact]
    public void A_users_own_unit_is_never_root() => Assert.Empty(Look("User=", isOfUser: true));

    [Fact]
    public void A_member_of_the_engines_group_commands_the_engine()
    {
        var host = HostFacts.Unknown with { EngineUsers = ["news"] };

        var found = Assert.Single(Inspector.Check(Read("", isOfUser: false), null, host));

        Assert.Equal(("GH-UNT-006", Severity.Critical), (found.Rule.Id, found.Severity));
    }

    [Fact]
    public void No_value_of_a_secret_is_in_any_text()
    {
        var found = Look("Environment=MY_TOKEN=planted-value-1\nExecStart=/bin/x --api-key=planted-value-2");

        Assert.Equal(2, found.Length);
        Assert.All(found, static finding
            => Assert.DoesNotContain(
                "planted", $"{finding.What}{finding.Fix}{finding.Key}", StringComparison.Ordinal));
        Assert.Contains("MY_TOKEN", found[0].What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("9.2 UNSAFE 😨", Severity.Medium)]
    [InlineData("7.0 EXPOSED 🙁", Severity.Low)]
    [InlineData("6.9 MEDIUM 😐", null)]
    public void Exposure_is_a_finding_from_seven_on(string said, Severity? expected)
    {
        const string Json = """
            [{"set":false,"name":"PrivateUsers=","json_field":"PrivateUsers","exposure":"0.2"},
             {"set":false,"name":"PrivateNetwork=","json_field":"PrivateNetwork","exposure":"0.5"},
             {"set":true,"name":"PrivateTmp=","json_field":"PrivateTmp","exposure":null}]
            """;
        var exposure = UnitExposure.Read($"rows\n→ Overall exposure level for a: b.service: {said}\n", Json);

        var found = Inspector.Check(Read("", isOfUser: false), exposure, HostFacts.Unknown);

        Assert.Equal(["PrivateNetwork", "PrivateUsers"], exposure!.Open);
        Assert.Equal(expected, found.SingleOrDefault()?.Severity);
    }

    [Theory]
    [InlineData("", "[]")]
    [InlineData("Overall exposure level for x: ", "[]")]
    [InlineData("Overall exposure level for x: 99 UNSAFE", "[]")]
    [InlineData("Overall exposure level for x: 9.2 UNSAFE", "{}")]
    [InlineData("Overall exposure level for x: 9.2 UNSAFE", "[")]
    public void What_the_tool_says_otherwise_is_left_out(string table, string json)
        => Assert.Null(UnitExposure.Read(table, json));

    [Fact]
    public void A_process_without_a_wall_is_told_about_and_one_that_is_closed_is_not()
    {
        var host = HostFacts.Unknown with { NetworkNamespace = "net:[1]" };
        var open = new ProcessFacts
        {
            Id = 7,
            Program = "summarise.py",
            Uid = 0,
            NetworkNamespace = "net:[1]",
            MayGainPrivileges = true,
            SecretNames = ["OPENAI_API_KEY"],
            HasSecretArgument = true,
        };
        var closed = new ProcessFacts
        {
            Id = 7,
            Program = "summarise.py",
            Uid = 1000,
            NetworkNamespace = "net:[2]",
            MayGainPrivileges = false,
        };

        Assert.Equal(
            InspectionRules.All.Select(static rule => rule.Id)
                .Where(static id => id.StartsWith("GH-PRC", StringComparison.Ordinal)),
            Inspector.Check(open, host).Select(static finding => finding.Rule.Id).Order(StringComparer.Ordinal));
        Assert.Empty(Inspector.Check(closed, host));
        Assert.Empty(Inspector.Check(new ProcessFacts { Id = 7, Program = "x" }, HostFacts.Unknown));
    }

    private static System.Collections.Immutable.ImmutableArray<Finding> Look(string lines, bool isOfUser = false)
        => Inspector.Check(Read(lines, isOfUser), null, HostFacts.Unknown);

    private static UnitFacts Read(string lines, bool isOfUser) => UnitReader.Read("news.service",
        new UnitFile(isOfUser ? "/srv/ada/.config/systemd/user/news.service" : "/etc/systemd/system/news.service",
            $"{Closed}\n{Reset(lines)}{lines}\n"));

    /// <summary>What a line sets is taken back before, where the key takes lists.</summary>
    private static string Reset(string lines) => string.Concat(lines.Split('\n')
        .Where(static line => line.Contains('=', StringComparison.Ordinal))
        .Select(static line => $"{line.Split('=')[0]}=\n").Distinct());
}
