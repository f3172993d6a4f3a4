using System.Collections.Immutable;
using System.Net;
using Gatehouse.Core.Adoption;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;

namespace Gatehouse.Tests.Adoption;

/// <summary>Who shall stand where, and by which paths models are called, from what an engine shows.</summary>
public sealed class LayoutTests
{
    private const string Lan = "lab_default";

    [Fact]
    public void An_app_in_the_network_of_a_vpn_is_adopted_by_the_vpns_joining()
    {
        var layout = Plan(
            [Server("ollama", At(Lan, "172.18.0.2"))],
            [App("open-webui", "ollama"), App("karakeep", "ollama")],
            Named("gluetun", At(Lan, "172.18.0.3")), Sharing("open-webui", "gluetun"),
            Named("karakeep", At(Lan, "172.18.0.4")));

        Assert.Equal(["karakeep", "open-webui"], layout.Apps.Select(static app => app.Job));
        var app = layout.Apps[1];
        Assert.Equal(["gluetun"], app.Containers.Select(static one => one.Name));
        Assert.Equal(["gluetun"], app.Owners);
        Assert.Contains(layout.Notes, note => note.Contains(
            $"FIREWALL_OUTBOUND_SUBNETS={app.Subnet.Range}", StringComparison.Ordinal));
        var joins = Steps(layout).OfType<JoinNetworkStep>().Where(step => step.Endpoint.Network == app.Network);
        Assert.Equal(["gatehouse", "gluetun"], joins.Select(static step => step.Container.Name).Order());
        Assert.Contains(Steps(layout).OfType<VerifyJobStep>(),
            static step => step is { Job: "open-webui", Container.Name: "gluetun" });
        Assert.Empty(layout.Bypasses);
    }

    [Fact]
    public void Two_apps_in_one_network_are_one_job_under_its_owners_name()
    {
        var layout = Plan(
            [Server("ollama", At(Lan, "172.18.0.2"))], [App("open-webui", "ollama"), App("n8n", "ollama")],
            Named("vpn", At(Lan, "172.18.0.3")), Sharing("open-webui", "vpn"), Sharing("n8n", "vpn"));

        var app = Assert.Single(layout.Apps);
        Assert.Equal(("vpn", "n8n open-webui"), (app.Job, string.Join(' ', app.Sharers)));
        Assert.Contains(
            layout.Notes, static note => note.StartsWith("n8n, open-webui share", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("172.18.0.9", true, true)] // It was asked for, so that the network takes wishes.
    [InlineData("172.18.0.2", false, true)] // The lowest that is free when the server is gone.
    [InlineData("172.18.0.9", false, false)] // The engine would give the gate 172.18.0.2.
    public void An_address_by_which_a_model_is_called_is_taken_where_the_engine_can_give_it(
        string address, bool isFixed, bool isTaken)
    {
        var layout = Plan(
            [Server("ollama", At(Lan, address, isFixed), At("other", "172.19.0.2"))],
            [App("n8n", address), App("karakeep", "ollama"), App("near", "ollama")],
            Named("n8n", At(Lan, "172.18.0.4")), Named("karakeep", At("other", "172.19.0.3")),
            Named("near", At(Lan, "172.18.0.5")));

        if (isTaken)
        {
            var taken = Assert.Single(layout.Addresses);
            Assert.Equal((Lan, address, $"callers-of-{address}"), (taken.Network, taken.Address, taken.Job));
            Assert.Equal(["karakeep", "n8n", "near"], layout.Apps.Select(static app => app.Job));
            var steps = Steps(layout);
            var left = steps.FindIndex(static step => step is LeaveNetworkStep { Before.Network: Lan });
            Assert.True(left < steps.FindIndex(static step => step is TakeAddressStep { Network: Lan }));
            var tried = steps.OfType<VerifyJobStep>().Single(step => step.Job == taken.Job);
            Assert.Equal(("n8n", $"{address}:11434"), (tried.Container!.Name, tried.Calls[0].Authority));
            // The gate answers there now, so that it is no proof against the adoption that somebody does.
            Assert.All(steps.OfType<VerifyJobStep>(),
                step => Assert.DoesNotContain($"{address}:11434", step.Unreachable));
            Assert.Empty(layout.Bypasses);
            return;
        }
        Assert.Empty(layout.Addresses);
        Assert.Equal([Lan], layout.Models[0].Keeps.Select(static one => one.Network));
        Assert.Equal(["other"], layout.Models[0].Leaves.Select(static one => one.Network));
        // Where the server stays its name leads to itself, also for an app in that network.
        Assert.Equal(["karakeep"], layout.Apps.Select(static app => app.Job));
        Assert.Equal(["n8n", "near"], layout.Bypasses.Select(static path => path.Caller).Order());
        var kept = Steps(layout).OfType<VerifyJobStep>().Where(static step => step.Job.Length == 0).ToArray();
        Assert.Equal(["n8n", "near"], kept.Select(static step => step.Container!.Name).Order());
        Assert.All(kept, step => Assert.Equal([$"{address}:11434"], step.Reachable));
    }

    [Fact]
    public void A_name_that_an_apps_hosts_file_gives_is_an_address()
    {
        var app = Named("n8n", At(Lan, "172.18.0.4")) with { ExtraHosts = ["brain:172.18.0.9"] };
        var layout = Plan([Server("ollama", At(Lan, "172.18.0.9", true))], [App("n8n", "brain")], app);

        Assert.Equal(["172.18.0.9"], layout.Addresses.Select(static taken => taken.Address));
    }

    [Fact]
    public void An_app_on_the_hosts_network_that_calls_a_containers_address_goes_on_calling_it()
    {
        var app = Named("homeassistant") with { NetworkMode = "host" };
        var layout = Plan([Server("ollama", At(Lan, "172.18.0.9", true))], [App("homeassistant", "172.18.0.9")], app);

        Assert.Equal(["homeassistant"], layout.Addresses.Single().Callers.Select(static one => one.Name));
    }

    [Fact]
    public void A_linked_app_keeps_its_server_on_the_default_bridge_and_the_rest_is_adopted()
    {
        var layout = Plan(
            [Server("ollama", At("bridge", "172.17.0.2"), At(Lan, "172.18.0.2")) with { }],
            [App("chat", "llm"), App("n8n", "ollama")],
            Named("chat", At("bridge", "172.17.0.3")) with { Links = ["/ollama:/chat/llm"] },
            Named("n8n", At(Lan, "172.18.0.3")));

        Assert.Equal(["n8n"], layout.Apps.Select(static app => app.Job));
        Assert.Equal(["bridge"], layout.Models[0].Keeps.Select(static one => one.Network));
        var path = Assert.Single(layout.Bypasses);
        Assert.Equal(("chat", "ollama", "172.17.0.2:11434"), (path.Caller, path.Server, path.Address));
        Assert.DoesNotContain(Steps(layout), static step => step is LeaveNetworkStep { Before.Network: "bridge" });
    }

    [Fact]
    public void When_everybody_is_linked_nothing_moves()
    {
        var layout = Plan([Server("ollama", At("bridge", "172.17.0.2"))], [App("chat", "llm")],
            Named("chat", At("bridge", "172.17.0.3")) with { Links = ["/ollama:/chat/llm"] });

        Assert.Empty(layout.Models);
        Assert.Single(layout.Bypasses);
    }

    [Fact]
    public void A_server_that_keeps_a_network_keeps_its_port_of_the_host()
    {
        var server = Server("ollama", At("bridge", "172.17.0.2"), At(Lan, "172.18.0.2"));
        server = server with { Container = server.Container with { AskedPorts = [new(11434, "tcp", "", 11434)] } };
        var layout = Plan([server], [App("chat", "llm"), App("n8n", "ollama")],
            Named("chat", At("bridge", "172.17.0.3")) with { Links = ["/ollama:/chat/llm"] },
            Named("n8n", At(Lan, "172.18.0.3")));

        Assert.Null(layout.Uplink);
        Assert.Equal(["chat", "port 11434 of this host"], layout.Bypasses.Select(static path => path.Caller).Order());
    }

    [Theory]
    [InlineData("traefik:v3.5", "traefik.http.services.ollama.loadbalancer.server.port", true)]
    [InlineData("lucaslorentz/caddy-docker-proxy:2.9", "caddy", true)]
    [InlineData("traefik:v3.5", "homepage.name", false)]
    public void A_proxy_that_finds_the_model_by_its_labels_goes_on_finding_it(string image, string label, bool isRoute)
    {
        var server = Server("ollama", At("proxy", "172.20.0.2"), At(Lan, "172.18.0.2"));
        server = server with
        {
            Container = server.Container with
            {
                Labels = ImmutableSortedDictionary<string, string>.Empty.Add(label, "11434"),
            },
        };
        var layout = Plan([server], [App("n8n", "ollama"), App("web", "ollama")],
            Named("edge", At("proxy", "172.20.0.3")) with { Image = image }, Named("n8n", At(Lan, "172.18.0.3")),
            Named("web", At("proxy", "172.20.0.4")));

        Assert.Equal(isRoute ? ["edge", "web"] : [], layout.Bypasses.Select(static path => path.Caller).Order());
        Assert.Equal(isRoute ? ["n8n"] : ["n8n", "web"], layout.Apps.Select(static app => app.Job));
        // Traefik may look for the server in any of its networks, so it has to reach it in each.
        var joins = Steps(layout).OfType<JoinNetworkStep>().Any(static step => step.Container.Name == "edge");
        Assert.Equal(isRoute && image.StartsWith("traefik", StringComparison.Ordinal), joins);
    }

    [Fact]
    public void What_calls_models_and_serves_them_is_adopted_as_a_caller_and_stays_where_it_is()
    {
        var litellm = Server("litellm", At(Lan, "172.18.0.3")) with { Port = 4000 };
        var layout = Plan([Server("ollama", At(Lan, "172.18.0.2")), litellm],
            [App("litellm", "ollama"), App("open-webui", "litellm")], litellm.Container,
            Named("open-webui", At(Lan, "172.18.0.4")));

        Assert.Equal(["ollama"], layout.Models.Select(static model => model.Container.Name));
        Assert.Contains(layout.Apps, static app => app.Job == "litellm");
        Assert.Contains(layout.Bypasses, static path => path is { Caller: "open-webui", Server: "litellm" });
        Assert.DoesNotContain(Steps(layout), static step => step is LeaveNetworkStep { Container.Name: "litellm" });
    }

    [Fact]
    public void Each_published_port_leads_to_its_own_server_at_the_addresses_that_it_had()
    {
        ModelServer Publishing(string name, string address, params PortFact[] ports)
        {
            var server = Server(name, At(Lan, address));
            return server with { Container = server.Container with { AskedPorts = [.. ports] } };
        }
        var layout = Plan(
            [
                Publishing("ollama", "172.18.0.2", new PortFact(11434, "tcp", "127.0.0.1", 11434)),
                Publishing("ollama-gpu", "172.18.0.3", new PortFact(11434, "tcp", "", 11435)),
                Publishing("ollama-lan", "172.18.0.4", new PortFact(11434, "tcp", "192.168.1.9", 11434)),
            ], [App("n8n", "ollama-gpu")], Named("n8n", At(Lan, "172.18.0.5")));

        var ports = layout.Uplink!.Ports;
        Assert.Equal(["ollama", "ollama-gpu", "ollama-lan"], ports.Select(static port => port.Model.Container.Name));
        Assert.Equal(["127.0.0.1", "", "192.168.1.9"], ports.Select(static port => port.Published.HostAddress));
        Assert.Equal(3, ports.Select(static port => port.Published.GatePort).Distinct().Count());
        Assert.Equal(["callers-of-port-11434", "callers-of-port-11435", "callers-of-port-11434-ollama-lan"],
            ports.Select(static port => port.Job));
        var draft = new EstateOfLayout(layout, null).Draft(ImmutableDictionary<string, JobDraft>.Empty, []);
        foreach (var port in ports)
            Assert.Equal([port.Model.Key], draft.Jobs.Single(job => job.Key == port.Job).Models);
        Assert.IsType<EstateEdit.Done>(EstateEditor.Add(AdoptedEstate.Text("home", "n", "UTC"), draft, "x"));
    }

    [Fact]
    public void A_published_port_is_served_too_where_the_gate_took_an_address()
    {
        var server = Server("ollama", At(Lan, "172.18.0.9", true));
        server = server with { Container = server.Container with { AskedPorts = [new(11434, "tcp", "", 11434)] } };
        var layout = Plan([server], [App("n8n", "172.18.0.9")], Named("n8n", At(Lan, "172.18.0.3")));

        var port = Assert.Single(layout.Uplink!.Ports);
        Assert.NotEqual(11434, port.Published.GatePort);
        var draft = new EstateOfLayout(layout, null).Draft(ImmutableDictionary<string, JobDraft>.Empty, []);
        var listen = draft.Jobs.Single(job => job.Key == port.Job).More.Single(static one => one.Key == "listen");
        Assert.Contains($"172.18.0.9:{port.Published.GatePort}", listen.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void An_app_that_calls_a_port_of_the_host_is_tried_by_it()
    {
        var server = Server("ollama", At(Lan, "172.18.0.2"));
        server = server with { Container = server.Container with { AskedPorts = [new(11434, "tcp", "", 11434)] } };
        var layout = Plan([server], [new CallingApp(Named("n8n"), "n8n") { ModelHosts = [new("172.21.0.1", 11434)] }],
            Named("n8n", At("apart", "172.21.0.5")));

        Assert.Equal(["callers-of-port-11434"], layout.Jobs);
        Assert.Contains(Steps(layout).OfType<VerifyJobStep>(),
            static step => step is { Job: "callers-of-port-11434", Container.Name: "n8n" });
    }

    [Fact]
    public void A_server_with_a_second_port_of_the_host_stays_because_the_gate_does_not_serve_that()
    {
        var server = Server("ollama", At(Lan, "172.18.0.2"));
        server = server with { Container = server.Container with { AskedPorts = [new(7860, "tcp", "", 7860)] } };
        var layout = Plan([server], [App("n8n", "ollama")], Named("n8n", At(Lan, "172.18.0.3")));

        Assert.Empty(layout.Models);
        Assert.Contains(layout.Bypasses, static path => path is { Caller: "n8n", Server: "ollama" });
    }

    [Fact]
    public void Names_that_only_an_apps_links_give_the_server_lead_to_the_gate_as_well()
    {
        var app = Named("n8n", At(Lan, "172.18.0.3") with { Links = ["ollama:llm"] });
        var layout = Plan([Server("ollama", At(Lan, "172.18.0.2"))], [App("n8n", "llm")], app);

        Assert.Contains("llm", layout.Apps[0].GateEndpoint.Aliases);
        Assert.Equal("llm", Steps(layout).OfType<VerifyJobStep>().Single().Calls.Single().Host);
    }

    private static AdoptionLayout Plan(
        ImmutableArray<ModelServer> servers, ImmutableArray<CallingApp> apps, params ContainerFacts[] others)
    {
        var containers = servers.Select(static server => server.Container).Concat(others)
            .DistinctBy(static one => one.Id).ToImmutableArray();
        var networks = containers.SelectMany(static one => one.Endpoints).DistinctBy(static one => one.Network)
            .Select(static one => new NetworkFacts
            {
                Id = one.Network,
                Name = one.Network,
                Driver = "bridge",
                Subnets = [one.Address[..one.Address.LastIndexOf('.')] + ".0/24"],
                Gateways = [one.Address[..one.Address.LastIndexOf('.')] + ".1"],
            }).ToImmutableArray();
        var view = new EngineView(
            new EngineFacts { Version = "28.2.2", Api = new ApiVersion(1, 50) }, containers, networks);
        return new LayoutPlanner(view, new SubnetPool([]), ImmutableHashSet<string>.Empty).Plan(servers,
            [.. apps.Select(app => app with { Container = view.Container(app.Container.Id)! })], needsUplink: false);
    }

    private static List<AdoptionStep> Steps(AdoptionLayout layout)
        => [.. AdoptionStepList.Of(layout, new GateSpec("gatehouse", "image", "/home", 1), [], [])];

    private static ModelServer Server(string name, params EndpointFact[] endpoints)
        => new(Named(name, endpoints), ModelProvider.Ollama, 11434) { Served = [$"model-of-{name}"] };

    private static CallingApp App(string name, string host)
        => new(Named(name), name) { ModelHosts = [new ModelAddress(host)] };

    private static ContainerFacts Sharing(string name, string owner)
        => Named(name) with { NetworkMode = $"container:id-of-{owner}" };

    private static ContainerFacts Named(string name, params EndpointFact[] endpoints) => new()
    {
        Id = $"id-of-{name}",
        Name = name,
        Image = name == "gluetun" ? "qmcgaw/gluetun" : name,
        IsRunning = true,
        ProcessId = 1,
        Endpoints = [.. endpoints],
        Privileges = new PrivilegeFacts(),
    };

    private static EndpointFact At(string network, string address, bool isFixed = false) => new()
    {
        Network = network,
        Address = address,
        StaticAddress = isFixed ? IPAddress.Parse(address).ToString() : null,
    };
}
