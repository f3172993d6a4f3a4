using System.Collections.Immutable;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;

namespace Gatehouse.Tests.Discovery;

/// <summary>What an adoption made is no news to discovery; what somebody changed since is.</summary>
public sealed class AdoptedInstallationTests
{
    private const string Estate = """
        estate: 1
        models: { ollama: { provider: ollama, url: "http://10.214.0.4:11434", name: "*" } }
        jobs:
          chat:
            { owner: o, models: [ollama], trigger: always, source: prompt, sink: stdout, listen: "10.214.0.18:11434" }
          callers-of-port-11434:
            { owner: o, models: [ollama], trigger: always, source: prompt, sink: stdout, listen: "10.214.0.34:11434" }
        """;

    private static ContainerFacts Model { get; } = Container(
        "ollama", "ollama/ollama:0.12.3", "gatehouse-model-ollama") with
    {
        AskedPorts = [new PortFact(11434, "tcp", "0.0.0.0", 11434)],
    };

    private static ContainerFacts App { get; } = Container(
        "chat", "ghcr.io/open-webui/open-webui:main", "gatehouse-app-chat", "lab_default");

    private static ContainerFacts Gate { get; } = Container(
        "gatehouse", "gatehouse:0.1.0", "gatehouse-model-ollama", "gatehouse-app-chat", "gatehouse-uplink") with
    {
        Labels = ImmutableSortedDictionary<string, string>.Empty.Add(GateNetworks.AdoptionLabel, "ad_1"),
        Ports = [new PortFact(11434, "tcp", "0.0.0.0", 11434)],
    };

    [Fact]
    public void The_gates_port_its_connections_and_the_job_of_the_port_are_no_finds()
    {
        var discoveries = Find(
            Gate, [new OpenConnection(ObservationIdentity.Container("gatehouse"), "gatehouse", "ollama", 11434)]);

        Assert.DoesNotContain(discoveries, static discovered => discovered.Kind == DiscoveredKind.Bypass);
        Assert.DoesNotContain(discoveries, static discovered => discovered.State == DiscoveredState.Missing);
        var server = Assert.Single(discoveries, static discovered => discovered.Kind == DiscoveredKind.Server);
        Assert.Equal(["ollama:11434"], server.Addresses);
    }

    [Fact]
    public void Another_programs_connection_and_a_port_that_no_gate_holds_are_ways_around()
    {
        var stopped = Gate with { IsRunning = false, Ports = [] };

        var discoveries = Find(stopped, [new OpenConnection(ObservationIdentity.Process(7), "curl", "ollama", 11434)]);

        Assert.Equal(
            ["open connection", "port is published"],
            discoveries.Where(static discovered => discovered.Kind == DiscoveredKind.Bypass)
                .SelectMany(static discovered => discovered.Notes)
                .SelectMany(static note => new[] { "open connection", "port is published" }
                    .Where(words => note.Contains(words, StringComparison.Ordinal)))
                .Order(StringComparer.Ordinal));
    }

    private static ImmutableArray<DiscoveredItem> Find(ContainerFacts gate, ImmutableArray<OpenConnection> connections)
        => Classifier.Find(new HostObservations
        {
            Observations = ContainerObservations.Of(new EngineView(
                new EngineFacts { Version = "28.2.2", Api = ApiVersion.Oldest }, [App, gate, Model], [])),
            Connections = connections,
            Estate = EstateReader.Read(Estate, "gatehouse.yaml").Plan,
        });

    private static ContainerFacts Container(string name, string image, params string[] networks) => new()
    {
        Id = name.PadRight(64, '0'),
        Name = name,
        Image = image,
        IsRunning = true,
        Privileges = new PrivilegeFacts(),
        Endpoints = [.. networks.Select(network => new EndpointFact { Network = network, Aliases = [name] })],
    };
}
