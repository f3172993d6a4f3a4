using Gatehouse.Core.Compose;
using Gatehouse.Core.Engine;

namespace Gatehouse.Tests.Compose;

public sealed class ComposeReaderTests
{
    [Fact]
    public void A_service_is_read_with_everything_that_adoption_needs()
    {
        var project = ComposeText.Project("""
            name: Lab Stack
            services:
              web:
                image: ghcr.io/open-webui/open-webui:main
                container_name: ui
                ports:
                  ["127.0.0.1:3000:8080", "9000-9001:9000-9001/udp",
                   { target: 80, published: "8081", host_ip: 10.0.0.1 }]
                environment: { OLLAMA_BASE_URL: "http://u:p@ollama:11434", OPENAI_API_KEY: sk-abcdef, DEBUG: true }
                volumes: [./data:/app:ro, cache:/cache, { type: bind, source: /var/run/docker.sock, target: /d.sock }]
                networks: { front: null, back: { aliases: [ui, chat], ipv4_address: 10.5.0.9, priority: 5 } }
                depends_on: { db: { condition: service_healthy } }
                command: serve --url "http://a b" 'x y'
                extra_hosts: ["host.docker.internal:host-gateway"]
                deploy: { resources: { reservations: { devices: [{ driver: nvidia, capabilities: [gpu] }] } } }
              db: { image: postgres, network_mode: "service:web" }
            networks: { front: {}, back: { external: true, name: house } }
            """);

        var web = project.Service("web")!;
        Assert.Equal("labstack", project.Name);
        Assert.Equal(("ui", "compose.yaml", 3), (web.ContainerName, Path.GetFileName(web.File), web.Line));
        Assert.Equal(
            ["127.0.0.1:3000>8080/tcp", "0.0.0.0:9000>9000/udp", "0.0.0.0:9001>9001/udp", "10.0.0.1:8081>80/tcp"],
            web.Ports.Select(port => $"{port.HostAddress}:{port.HostPort}>{port.ContainerPort}/{port.Protocol}"));
        Assert.Equal("http://…@ollama:11434", web.Value("OLLAMA_BASE_URL"));
        Assert.True(web.Environment.Single(fact => fact.Name == "OPENAI_API_KEY") is { IsSecret: true, Value: null });
        Assert.Equal(new MountFact("bind", "/srv/stack/data", "/app", false, "", ""), web.Volumes[0]);
        Assert.Equal(new MountFact("volume", "", "/cache", true, "", "cache"), web.Volumes[1]);
        Assert.Equal(["front", "back"], web.Networks.Select(attachment => attachment.Network));
        Assert.Equal("ui chat 10.5.0.9", $"{string.Join(' ', web.Networks[1].Aliases)} {web.Networks[1].Address}");
        Assert.Equal(["serve", "--url", "http://a b", "x y"], web.CommandLine);
        Assert.Equal(["nvidia", "gpu"], web.DeviceRequests);
        Assert.Equal(["labstack_front", "house"], project.Networks.Select(network => network.Name));
        Assert.Equal("service:web", project.Service("db")!.NetworkMode);
        Assert.Empty(project.Service("db")!.Networks);
    }

    [Fact]
    public void A_service_without_networks_is_in_the_implied_one()
    {
        var project = ComposeText.Project("services: { a: { image: x } }");

        Assert.Equal("default", project.Services[0].Networks.Single().Network);
        Assert.Equal(new ComposeNetwork("default", "stack_default"), project.Networks.Single());
    }

    [Fact]
    public void Later_files_lie_over_earlier_ones_by_the_rules_of_each_key()
    {
        var reading = ComposeText.Read(
            ("compose.yaml", """
                services:
                  a:
                    image: one
                    command: [x, y]
                    environment: [A=1, B=2]
                    ports: ["1:1", "2:2"]
                    volumes: [a:/data, b:/more]
                    dns: 1.1.1.1
                    networks: [n]
                    labels: { l: "1" }
                  gone: { image: g }
                networks: { n: {}, m: {} }
                """),
            ("compose.override.yaml", """
                services:
                  a:
                    command: z
                    environment: { B: 3, C: 4 }
                    ports: ["2:2", "3:3"]
                    volumes: [c:/data]
                    dns: [8.8.8.8]
                    networks: !override { m: { aliases: [k] } }
                    labels: !reset null
                  gone: !reset null
                """));

        Assert.Empty(reading.Problems);
        var a = Assert.Single(reading.Project!.Services);
        Assert.Equal("one z", $"{a.Image} {string.Join(' ', a.CommandLine)}");
        Assert.Equal(["A=1", "B=3", "C=4"], a.Environment.Select(fact => $"{fact.Name}={fact.Value}"));
        Assert.Equal([1, 2, 3], a.Ports.Select(port => port.HostPort));
        Assert.Equal(["c:/data", "b:/more"], a.Volumes.Select(volume => $"{volume.Name}:{volume.Destination}"));
        Assert.Equal(["1.1.1.1", "8.8.8.8"], a.Dns);
        Assert.Equal("m k", $"{a.Networks.Single().Network} {a.Networks.Single().Aliases.Single()}");
        Assert.Empty(a.Labels);
    }

    [Fact]
    public void Extends_follows_chains_within_a_file_and_into_others()
    {
        var a = ComposeText.Service("""
            services:
              a: { extends: { service: b, file: lib/base.yaml }, environment: { TOP: 1 }, image: mine }
            """,
            ("lib/base.yaml", """
                services:
                  b: { extends: c, environment: [MIDDLE=2], env_file: ./own.env, volumes: ["./x:/x"] }
                  c: { image: theirs, environment: { BOTTOM: 3, TOP: 0 } }
                """),
            ("lib/own.env", "FROM_FILE=4\n"));

        Assert.Equal("mine", a.Image);
        Assert.Equal(
            ("1", "2", "3", "4"), (a.Value("TOP"), a.Value("MIDDLE"), a.Value("BOTTOM"), a.Value("FROM_FILE")));
        Assert.Equal("/srv/stack/lib/x", a.Volumes.Single().Source);
    }

    [Theory]
    [InlineData("services: { a: { extends: a } }", "circle")]
    [InlineData("services: { a: { extends: b }, b: { extends: { service: a } } }", "circle")]
    [InlineData("services: { a: { extends: nobody } }", "not there")]
    [InlineData("services: { a: { extends: { service: x, file: no.yaml } } }", "no such file")]
    [InlineData("services: { a: { image: x, image: y } }", "twice")]
    [InlineData("services: { a: *x }", "no anchor")]
    [InlineData("services: { a: [ }", "not YAML")]
    [InlineData("services: [a]", "not a mapping")]
    [InlineData("services: { a: { image: \"${X:?}\" } }", "X, which is not set")]
    [InlineData("services: { a: { image: x, networks: [nowhere] } }", "does not have")]
    [InlineData("services: { a: { image: x, ports: [\"1:2:3:4:z\"] } }", "no port")]
    [InlineData("include: [compose.yaml]\nservices: { a: { image: x } }", "circle")]
    [InlineData("include: [\"https://host/x.yaml\"]\nservices: { a: { image: x } }", "not fetched")]
    public void What_Compose_would_refuse_is_told_with_its_line(string text, string expected)
    {
        var problem = ComposeText.Read(("compose.yaml", text)).Problems.First();

        Assert.Contains(expected, problem.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("/srv/stack/", problem.File, StringComparison.Ordinal);
    }

    [Fact]
    public void Anchors_and_merge_keys_are_followed_and_what_stands_here_wins()
    {
        var project = ComposeText.Project("""
            x-env: &env { A: 1, B: 2 }
            x-base: &base
              restart: always
              environment: &full { <<: *env, B: 3 }
            services:
              a: { <<: *base, image: one }
              b:
                <<: [*base, { image: never, restart: no }]
                environment: { <<: *full, C: 4 }
                image: two
            """);

        Assert.Equal(("always", "3"), (project.Services[0].RestartPolicy, project.Services[0].Value("B")));
        Assert.Equal(("always", "two", "1", "4"), (project.Services[1].RestartPolicy, project.Services[1].Image,
            project.Services[1].Value("A"), project.Services[1].Value("C")));
    }

    [Fact]
    public void A_file_that_would_grow_without_end_is_refused_at_once()
    {
        var lines = Enumerable.Range(1, 30).Select(i => $"x-{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}]");
        var bomb = $"x-0: &a0 [x, x, x]\n{string.Join('\n', lines)}\nservices: {{ a: {{ image: x }} }}\n";
        var variables = "A=xxxxxxxxxxxxxxxx\n" + string.Concat(Enumerable.Repeat("A=$A$A\n", 100));

        Assert.Contains("100000 values", ComposeText.Read(("compose.yaml", bomb)).Problems.Single().Message,
            StringComparison.Ordinal);
        Assert.NotEmpty(
            ComposeText.Read(("compose.yaml", "services: { a: { image: $A } }"), (".env", variables)).Problems);
        Assert.Null(ComposeText.Read(("compose.yaml", new string(' ', (1 << 20) + 1))).Project);
    }

    [Fact]
    public void Profiles_switch_services_on_by_request_and_by_variable()
    {
        const string Text = """
            services:
              always: { image: a }
              cpu: { image: b, profiles: [cpu] }
              gpu: { image: c, profiles: [gpu, cuda] }
            """;
        var asked = new ComposeRequest { Directory = "/srv/stack", Profiles = ["cpu"] };

        Assert.Equal(["always", "cpu"], Enabled(ComposeText.Read(asked, ("compose.yaml", Text))));
        Assert.Equal(["always", "gpu"],
            Enabled(ComposeText.Read(("compose.yaml", Text), (".env", "COMPOSE_PROFILES=cuda,x"))));

        static string[] Enabled(ComposeReading reading)
            => [.. reading.Project!.Services.Where(service => service.IsEnabled).Select(service => service.Name)];
    }

    [Fact]
    public void Includes_bring_their_own_directory_and_variables()
    {
        var project = ComposeText.Project("""
            include:
              - ai/compose.yaml
              - { path: [web/base.yaml, web/over.yaml], project_directory: web/run, env_file: web/web.env }
            services: { mine: { image: "${TAG:-none}" } }
            """,
            ("ai/compose.yaml", "services: { ollama: { image: \"ollama:$TAG\", volumes: [\"./m:/m\"] } }"),
            ("ai/.env", "TAG=ai"),
            ("web/base.yaml", "services: { web: { image: base, volumes: [\"./d:/d\"] } }\nnetworks: { w: {} }"),
            ("web/over.yaml", "services: { web: { image: \"over-${TAG}\" } }"),
            ("web/web.env", "TAG=web"));

        Assert.Equal("none ollama:ai over-web", string.Join(' ', project.Services.Select(service => service.Image)));
        Assert.Equal("/srv/stack/ai/m", project.Service("ollama")!.Volumes.Single().Source);
        Assert.Equal("/srv/stack/web/run/d", project.Service("web")!.Volumes.Single().Source);
        Assert.Equal("stack_w", project.Network("w")!.Name);
        Assert.Contains("/srv/stack/web/over.yaml", project.FilesRead);
    }

    [Fact]
    public void Models_and_provider_services_name_the_variables_that_apps_get()
    {
        var project = ComposeText.Project("""
            services:
              short: { image: a, models: [llm, embed-small] }
              long: { image: b, models: { llm: { endpoint_var: AI_URL, model_var: AI_NAME } } }
              runner: { provider: { type: model, options: { model: ai/qwen3 } } }
              old: { image: c, depends_on: [runner] }
            models:
              llm: { model: ai/smollm2, context_size: 4096 }
              embed-small: { model: ai/all-minilm }
            """);

        Assert.Equal(["LLM_URL", "EMBED_SMALL_URL"], project.Services[0].Models.Select(use => use.EndpointVariable));
        Assert.Equal(new ComposeModelUse("llm", "AI_URL", "AI_NAME"), project.Services[1].Models.Single());
        Assert.Equal(new ComposeModelUse("runner", "RUNNER_URL", "RUNNER_MODEL"), project.Services[3].Models.Single());
        Assert.Equal("ai/qwen3", project.Services[2].Provider!.Options["model"]);
        Assert.Equal(["ai/smollm2", "ai/all-minilm"], project.Models.Select(model => model.Model));
    }
}
