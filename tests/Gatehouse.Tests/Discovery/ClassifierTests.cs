using System.Collections.Immutable;
using System.Diagnostics;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;

namespace Gatehouse.Tests.Discovery;

public sealed class ClassifierTests
{
    [Fact]
    public void A_container_and_its_compose_service_are_one_find()
    {
        var running = ContainerObservations.Of(View(
            Container("shop-web-1", "registry.example/web:1", ["OPENAI_BASE_URL=http://llm:8080/v1"]) with
            {
                Labels = ImmutableSortedDictionary<string, string>.Empty.Add("com.docker.compose.project", "shop")
                    .Add("com.docker.compose.service", "web"),
            }));
        var written = Sight(
            ObservationKind.ComposeService, "/srv/shop/compose.yaml:3", "web") with
        { Identities = [ObservationIdentity.ComposeService("shop", "web")] };

        var discovered = Assert.Single(Classifier.Find(new HostObservations { Observations = [written, .. running] }));

        Assert.Equal("web", discovered.Name);
        Assert.Equal(["container shop-web-1", "/srv/shop/compose.yaml:3"], discovered.Places);
        Assert.True(discovered.IsRunning);
    }

    [Fact]
    public void A_unit_and_its_process_are_one_find_with_schedule_and_user()
    {
        var unit = Sight(ObservationKind.Unit, "/etc/systemd/system/news.service", "news") with
        {
            Trigger = TriggerKind.Cron,
            Cron = "0 7 * * *",
            User = "news",
        };
        var process =
            Sight(ObservationKind.Process, "process 7 (python3)", "news") with
            {
                Identities = [ObservationIdentity.Unit("news.service")],
            };

        var discovered = Assert.Single(Classifier.Find(new HostObservations { Observations = [process, unit] }));

        Assert.Equal(
            (TriggerKind.Cron, "0 7 * * *", "news"),
                (discovered.Job!.Trigger, discovered.Job.TriggerDetail, discovered.Job.Owner));
        Assert.Equal("http://127.0.0.1:11434", discovered.Models.Single().Url);
    }

    [Fact]
    public void Things_of_the_same_name_get_keys_of_their_own()
    {
        var observations = new[] { "shop", "blog", "wiki" }.Select(project =>
            Sight(ObservationKind.ComposeService, $"/srv/{project}/compose.yaml:1",
                "api") with
            { Identities = [ObservationIdentity.ComposeService(project, "api")] });

        var discoveries =
            Classifier.Find(new HostObservations
            {
                Observations = [.. observations,
                Sight(ObservationKind.CronLine, "/etc/crontab:1", "Ä pi!")]
            });

        Assert.Equal(["api", "pi", "shop-api", "wiki-api"], discoveries.Select(discovered => discovered.Name).Order());
    }

    [Fact]
    public void A_sight_with_a_public_sink_is_proposed_with_it_and_judged_riskier()
    {
        var calm = Sight(ObservationKind.CronLine, "/etc/cron.d/a:1", "calm");
        var loud = Sight(ObservationKind.CronLine, "/etc/cron.d/b:1", "loud",
            new Evidence(EvidenceKind.Sink, "line 1", "mastodon https://social.example"),
            new Evidence(EvidenceKind.Source, "line 1", "rss https://news.example/feed.xml"));

        var discoveries = Classifier.Find(new HostObservations { Observations = [calm, loud] });

        Assert.Equal("loud", discoveries[0].Name);
        Assert.True(discoveries[0].Risk!.Score > discoveries[1].Risk!.Score);
        Assert.Equal(
            new SinkDraft("mastodon", SinkKind.Mastodon) { Url = "https://social.example" },
                discoveries[0].Sinks.Single());
        Assert.Equal(new SourceDraft(SourceKind.Rss) { Url = "https://news.example/feed.xml" },
            discoveries[0].Job!.Source);
        Assert.Contains(discoveries[1].Job!.Comment, line => line.Contains("check `source`", StringComparison.Ordinal));
    }

    [Fact]
    public void What_reaches_a_server_without_the_gate_is_told_and_the_gate_is_not()
    {
        var observations = ContainerObservations.Of(View(
            Container(
                "ollama", "ollama/ollama", [], networks: ["ai"], port: new PortFact(11434, "tcp", "0.0.0.0", 11434)),
            Container("page", "nginx", [], networks: ["ai"]),
            Container("gatehouse", "gatehouse:1", [], networks: ["ai"]),
            Container("far", "registry.example/far", [], networks: ["other"])));
        var connections = ImmutableArray.Create(
            new OpenConnection(ObservationIdentity.Container("far"), "far", "172.20.0.2", 11434),
            new OpenConnection(ObservationIdentity.Process(9), "curl", "127.0.0.1", 11434),
            new OpenConnection(ObservationIdentity.Process(9), "curl", "127.0.0.1", 5432));

        var discoveries = Classifier
            .Find(new HostObservations { Observations = observations, Connections = connections });

        Assert.Equal(["far"], discoveries.Where(discovered => discovered.Kind == DiscoveredKind.Job)
            .Select(discovered => discovered.Name));
        Assert.Equal(
            [
                "Its port is published on 0.0.0.0:11434: every machine that reaches this one calls it "
                    + "without the gate.",
                "One container reaches it without the gate, over ai: page.",
                "curl has an open connection to it (127.0.0.1:11434) that does not lead through the gate.",
                "far has an open connection to it (172.20.0.2:11434) that does not lead through the gate.",
            ],
            discoveries.Where(discovered => discovered.Kind == DiscoveredKind.Bypass)
                .Select(discovered => discovered.Notes.Single()));
    }

    [Fact]
    public void Each_jobs_model_says_where_that_job_was_seen_to_call_it()
    {
        var discoveries = Classifier.Find(new HostObservations
        {
            Observations = [.. "ab".Select(one => Sight(ObservationKind.CronLine, $"/etc/cron.d/{one}:1", $"{one}"))],
        });

        Assert.Equal(["seen in line 1 of /etc/cron.d/a:1", "seen in line 1 of /etc/cron.d/b:1"],
            discoveries.Select(discovered => discovered.Models.Single().Comment[0]).Order());
    }

    [Fact]
    public void No_two_rows_of_the_table_claim_an_image_and_each_is_found_with_host_tag_and_digest()
    {
        Assert.Equal(SoftwareTable.Rows.Sum(row => row.Images.Length),
            SoftwareTable.Rows.SelectMany(row => row.Images).Distinct().Count());
        Assert.All(SoftwareTable.Rows, row => Assert.All(row.Images, image =>
        {
            Assert.Same(row, SoftwareTable.Find($"registry.example:5000/{image}:1.2@sha256:{new string('a', 64)}"));
            Assert.Same(row, SoftwareTable.Find(image));
        }));
        Assert.Null(SoftwareTable.Find("registry.example:5000/other"));
    }

    [Fact]
    public void Two_hundred_containers_are_judged_well_within_a_second()
    {
        var containers = Enumerable.Range(0, 200).Select(i => i % 10 == 0
            ? Container($"ollama{i}", "ollama/ollama", [], networks: [$"n{i / 10}"])
            : Container($"app{i}", i % 3 == 0 ? "ghcr.io/open-webui/open-webui" : "postgres",
                [.. Enumerable.Range(0, 40).Select(j => $"SETTING_{j}=http://host{j}.example/{j}"),
                    $"OLLAMA_BASE_URL=http://ollama{i / 10 * 10}:11434"], networks: [$"n{i / 10}"]));
        var view = View([.. containers]);
        var watch = Stopwatch.StartNew();

        var discoveries = Classifier.Find(new HostObservations { Observations = ContainerObservations.Of(view) });

        Assert.Equal(20, discoveries.Count(discovered => discovered.Kind == DiscoveredKind.Server));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(1), $"took {watch.Elapsed}");
    }

    private static Observation Sight(ObservationKind kind, string place, string name, params Evidence[] more) => new()
    {
        Kind = kind,
        Place = place,
        Name = name,
        Evidence = [new Evidence(EvidenceKind.ModelUrl, "line 1", "http://127.0.0.1:11434"), .. more],
    };

    private static EngineView View(params ContainerFacts[] containers) => new(
        new EngineFacts { Version = "20.10.24", Api = ApiVersion.Oldest }, [.. containers], []);

    private static ContainerFacts Container(string name, string image, string[] environment,
        string[]? networks = null, PortFact? port = null) => new()
        {
            Id = $"{name}-".PadRight(64, '0'),
            Name = name,
            Image = image,
            IsRunning = true,
            Environment = [.. environment.Select(EnvironmentFact.Parse)],
            Privileges = new PrivilegeFacts(),
            Ports = port is null ? [] : [port],
            Endpoints =
                [.. (networks ?? [])
                .Select(network => new EndpointFact { Network = network, Address = "172.20.0.2", Aliases = [name] })],
        };
}
