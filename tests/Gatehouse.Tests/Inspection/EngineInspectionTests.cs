using System.Collections.Immutable;
using System.Text.Json;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Inspection;
using Gatehouse.Core.NextSteps;
using static Gatehouse.Tests.Inspection.Contained;

namespace Gatehouse.Tests.Inspection;

/// <summary>What the engine itself lets in and grants, and what follows for the advice on its containers.</summary>
public sealed class EngineInspectionTests
{
    /// <summary>The answer of an engine 20.10.24 to GET /info, cut down to what matters here.</summary>
    private const string Info = """
        {"ServerVersion":"20.10.24","SecurityOptions":["name=seccomp,profile=default"],"LoggingDriver":"json-file",
        "Warnings":["WARNING: API is accessible on http://0.0.0.0:2375 without encryption.\n         Access",
          "WARNING: API is accessible on http://127.0.0.1:2377 without encryption.\n",
          "WARNING: No swap limit support"],
        "RegistryConfig":{"InsecureRegistryCIDRs":["10.9.0.0/16","127.0.0.0/8","::1/128"],"IndexConfigs":{
          "docker.io":{"Name":"docker.io","Secure":true},"reg.lan:5000":{"Name":"reg.lan:5000","Secure":false}}}}
        """;

    [Fact]
    public void What_an_engine_says_of_itself_gives_its_findings()
    {
        var log = Container with { HasEndlessLog = true };

        var found = Look(EngineOf(Info), [log, In(log, "bridge"), In(Other, "bridge")]);

        Assert.Equal(
            [
                ("GH-ENG-001", Severity.Critical, "http://0.0.0.0:2375"),
                ("GH-ENG-001", Severity.High, "http://127.0.0.1:2377"), ("GH-ENG-002", Severity.Medium, ""),
                ("GH-ENG-003", Severity.Low, ""), ("GH-ENG-005", Severity.Low, ""), ("GH-ENG-004", Severity.Info, ""),
            ],
            found.Select(static one => (one.Rule.Id, one.Severity, one.Key)));
        Assert.Equal("docker info: RegistryConfig: reg.lan:5000, 10.9.0.0/16", found[2].What);
        Assert.Contains("news, other in it", found[3].What, StringComparison.Ordinal);
        Assert.EndsWith("without max-size: news, news", found[4].What, StringComparison.Ordinal);
        Assert.All(found, static one => Assert.Equal("engine docker", one.Subject.ToString()));
    }

    [Fact]
    public void An_engine_that_lets_nobody_in_gives_none()
    {
        var engine = Engine with
        {
            SecurityOptions = ["name=userns"],
            InsecureRegistries = ["127.0.0.0/8", "::1/128"],
            Warnings = ["WARNING: No swap limit support"],
        };
        var quiet = Networks.Select(static one => one.Name == "bridge" ? one with
        {
            Options = one.Options.Add("com.docker.network.bridge.enable_icc", "false"),
        } : one);

        Assert.Empty(Inspector.Check(new InspectionScene(
            new EngineView(engine, [Container], [.. quiet]), HostFacts.Unknown, GatehouseFacts.Unknown)));
    }

    [Fact]
    public void An_open_socket_is_the_first_step_of_all()
    {
        var findings = Look(EngineOf(Info), [Container]);

        var step = NextStepList.Of(new StepScene { Now = DateTimeOffset.UnixEpoch, Findings = findings })[0];

        Assert.StartsWith("engine docker: It takes commands over TCP", step.Title, StringComparison.Ordinal);
        Assert.True(StepKeys.IsSeenIn(step.Key, step.Source));
    }

    [Theory]
    [InlineData("json-file", "{}", true)]
    [InlineData("json-file", """{"max-size":"10m"}""", false)]
    [InlineData("local", "{}", false)]
    public void A_log_file_without_a_limit_is_read_from_the_container(string driver, string config, bool isEndless)
    {
        using var json = JsonDocument.Parse($$$"""
            {"Id":"{{{Id}}}","Name":"/news","State":{"Status":"exited","Running":false},"Config":{"Image":"x"},
             "HostConfig":{"LogConfig":{"Type":"{{{driver}}}","Config":{{{config}}} } },"NetworkSettings":{}}
            """);

        var one = ContainerReader.Read(json.RootElement);

        Assert.Equal((isEndless, true), (one.HasEndlessLog, one.HasEnded));
    }

    [Theory]
    [InlineData("no", true)]
    [InlineData("on-failure", true)]
    [InlineData("always", false)]
    [InlineData("unless-stopped", false)]
    public void A_one_shot_container_that_ended_has_no_finding_above_low(string policy, bool isFinished)
    {
        var ended = Scenery.Calm.Seeing(Bind("/var/run"));
        ended = ended with
        {
            Container = ended.Container with { IsRunning = false, HasEnded = true, RestartPolicy = policy },
        };

        Assert.Equal(isFinished, ended.Look().All(static one => one.Severity <= Severity.Low));
        Assert.Contains("GH-MNT-001", ended.Look().Select(static one => one.Rule.Id));
        Assert.Contains(
            (ended with { Container = ended.Container with { HasEnded = false } }).Look(),
            static one => one.Severity == Severity.Critical);
    }

    [Theory]
    [InlineData("lan")]
    [InlineData("wire")]
    [InlineData("leaky")]
    [InlineData("bridge")]
    public void A_fix_never_names_the_only_network_of_an_app(string network)
    {
        var alone = Scenery.Calm.In(network);
        var drifted = alone with { Container = alone.Container with { NetworkMode = "none" } };

        Assert.All(alone.Look().Concat(drifted.Look()), one =>
        {
            Assert.DoesNotContain("disconnect", one.Fix, StringComparison.Ordinal);
            Assert.DoesNotContain($" {network}:", one.Fix, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_fix_takes_no_app_out_of_the_network_by_which_it_reaches_the_gate(bool hasGate)
    {
        var gate = In(Other, "lan");
        var scene = Scenery.Calm.In("lan", "inner") with
        {
            Others = [gate],
            Gatehouse = GatehouseFacts.Unknown with { Gates = hasGate ? [gate.Id] : [] },
        };

        var outside = scene.Look().Single(static one => one.Rule.Id == "GH-NET-001");

        Assert.Equal(!hasGate, outside.Fix.Contains("docker network disconnect lan", StringComparison.Ordinal));
    }

    private static ContainerFacts In(ContainerFacts one, string network)
        => one with { NetworkMode = network, Endpoints = [Endpoint(network)] };

    private static EngineFacts EngineOf(string info)
    {
        using var json = JsonDocument.Parse(info);
        return EngineReader.Read(json.RootElement, new ApiVersion(1, 41));
    }

    private static ImmutableArray<Finding> Look(EngineFacts engine, ContainerFacts[] containers) => Inspector.Check(
        new InspectionScene(new EngineView(engine, [.. containers], Networks), HostFacts.Unknown,
            GatehouseFacts.Unknown));
}
