using System.Collections.Immutable;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Inspection;
using Gatehouse.Core.Systemd;

namespace Gatehouse.Tests.Inspection;

/// <summary>Which thing on the host is which job.</summary>
public sealed class JobMatchTests
{
    private static readonly EstatePlan Plan = EstateReader.Read("""
        estate: 1
        models: { m: { provider: ollama, url: "http://llm-box:8080" } }
        jobs:
          paperless-ai: { owner: o, model: m, trigger: manual, source: prompt, sink: none, run-as: paperless,
            pipeline: [ocr, tagger] }
          by-address: { owner: o, model: m, trigger: manual, source: prompt, sink: none, listen: "172.30.7.2:11434" }
        """, "gatehouse.yaml").Plan!;

    private static EngineView View(params ContainerFacts[] containers) => new(
        Contained.Engine, [.. containers],
        [new NetworkFacts { Id = "id-app", Name = "app", Driver = "bridge", Subnets = ["172.30.7.0/24"] }]);

    [Theory]
    [InlineData("paperless-ai", true)]
    [InlineData("paperless_ai_1", true)]
    [InlineData("Paperless-AI", true)]
    [InlineData("paperless-ai-2", true)]
    [InlineData("paperless", false)]
    [InlineData("paperless-ai-db", false)]
    public void A_container_is_the_job_of_its_name(string name, bool isOf)
    {
        var container = Contained.Container with { Name = name };

        Assert.Equal(isOf, JobMatch.IsOf(Plan.Jobs["paperless-ai"], container, View(container)));
    }

    [Fact]
    public void A_container_is_the_job_whose_address_lies_in_its_network()
    {
        var app = Contained.Container with { Name = "web", Endpoints = [Contained.Endpoint("app")] };
        var gate = app with { Endpoints = [Contained.Endpoint("app") with { Address = "172.30.7.2" }] };
        var elsewhere = app with { Endpoints = [Contained.Endpoint("lan")] };

        Assert.True(JobMatch.IsOf(Plan.Jobs["by-address"], app, View(app)));
        Assert.False(JobMatch.IsOf(Plan.Jobs["by-address"], gate, View(gate)));
        Assert.False(JobMatch.IsOf(Plan.Jobs["by-address"], elsewhere, View(elsewhere)));
    }

    [Theory]
    [InlineData("paperless-ai.service", "", true)]
    [InlineData("paperless-ai@night.service", "", true)]
    [InlineData("tagger.service", "User=paperless", true)]
    [InlineData("tagger.service", "User=root", false)]
    public void A_unit_is_the_job_of_its_name_or_user(string name, string line, bool isOf)
    {
        var unit = UnitReader.Read(name, new UnitFile($"/etc/systemd/system/{name}", $"[Service]\n{line}\n"));

        Assert.Equal(isOf, JobMatch.IsOf(Plan.Jobs["paperless-ai"], unit));
    }

    [Fact]
    public void A_process_is_the_job_of_its_script_or_user()
    {
        var process = new ProcessFacts { Id = 1, Program = "paperless_ai.py", Uid = 7 };

        Assert.True(JobMatch.IsOf(Plan.Jobs["paperless-ai"], process, null));
        Assert.True(JobMatch.IsOf(Plan.Jobs["paperless-ai"], process with { Program = "x" }, 7));
        Assert.False(JobMatch.IsOf(Plan.Jobs["paperless-ai"], process with { Program = "x" }, 8));
    }

    [Fact]
    public void Gate_model_servers_and_pipelines_are_told_apart()
    {
        var label = ImmutableSortedDictionary<string, string>.Empty.Add("gatehouse.adoption", "a1");
        var gate = Contained.Other with
        {
            Id = "gate",
            Image = "registry.example/gatehouse:1",
            Labels = label,
            Mounts = [new MountFact("volume", "/var/lib/docker/volumes/gh/_data", "/data", true, "", "gh")],
        };
        var byImage = Contained.Other with { Id = "s1", Name = "llm", Image = "ollama/ollama:0.12.3@sha256:aa" };
        var byEstate = Contained.Other with
        {
            Id = "s2",
            Endpoints = [Contained.Endpoint("app") with { Aliases = ["llm-box"] }],
        };
        var page = Contained.Other with { Id = "web", Image = "ghcr.io/ollama-webui/open-webui:main" };
        var job = Contained.Other with { Id = "job", Name = "paperless-ai" };

        var gatehouse = GatehouseReader.Read(View(gate, byImage, byEstate, page, job), "/srv/house", Plan,
            new HashSet<string> { "llm" });

        Assert.Equal(["gate"], gatehouse.Gates);
        Assert.Equal(["s1", "s2"], gatehouse.ModelServers.Order());
        Assert.Equal(["/var/lib/docker/volumes/gh/_data", "/srv/house"], gatehouse.Homes);
        Assert.Equal(["ocr", "tagger"], gatehouse.Pipelines["job"]);
    }
}
