using System.Collections.Immutable;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Inspection;
using static Gatehouse.Tests.Inspection.Contained;

namespace Gatehouse.Tests.Inspection;

/// <summary>Where a look at the settings alone is wrong.</summary>
public sealed class ContainmentTests
{
    [Fact]
    public void Mode_none_with_a_network_connected_later_is_no_containment()
    {
        var found = (Scenery.Calm with
        {
            Container = Container with { NetworkMode = "none", Endpoints = [Endpoint("lan")] },
        }).Look();

        Assert.Contains(found, static finding => finding.Rule.Id == "GH-NET-001");
        Assert.Contains(found, static finding => finding is { Rule.Id: "GH-NSH-003", Key: "lan" }
            && finding.What.Contains("NetworkMode: none", StringComparison.Ordinal));
    }

    [Fact]
    public void A_chain_of_containers_leads_to_the_hosts_network()
    {
        var last = Other with { Id = "last", Name = "vpn", NetworkMode = "host", Endpoints = [Endpoint("host")] };
        var middle = Other with { NetworkMode = "container:last", Endpoints = [] };
        var scenery = Scenery.Calm.Sharing(middle);

        var found = (scenery with { Others = [middle, last] }).Look();

        Assert.Contains(found, static finding => finding.Rule.Id == "GH-NET-003");
        Assert.Contains(found, static finding => finding.Rule.Id == "GH-NSH-001"
            && finding.What.Contains("vpn, in host", StringComparison.Ordinal));
    }

    [Fact]
    public void A_chain_that_bites_its_tail_ends()
    {
        var other = Other with { NetworkMode = $"container:{Id}", Endpoints = [] };

        var found = Scenery.Calm.Sharing(other).Look();

        Assert.Equal(["GH-NSH-002"], found.Select(static finding => finding.Rule.Id));
    }

    [Fact]
    public void A_sharer_left_behind_in_a_dead_namespace_is_seen_by_its_inode()
    {
        var scenery = Scenery.Calm.Sharing(Other) with
        {
            Host = HostFacts.Unknown with
            {
                NetworkNamespaces = ImmutableDictionary<int, string>.Empty.Add(100, "net:[1]").Add(200, "net:[2]"),
            },
        };

        Assert.Contains(scenery.Look(), static finding => finding.Rule.Id == "GH-NSH-002"
            && finding.What.Contains("net:[1] here and net:[2] there", StringComparison.Ordinal));
    }

    [Fact]
    public void A_sharer_is_open_at_its_owners_ports()
    {
        var owner = Other with { Ports = [new PortFact(80, "tcp", "0.0.0.0", 8080)] };

        Assert.Contains(Scenery.Calm.Sharing(owner).Look(), static finding => finding.Rule.Id == "GH-PRT-001"
            && finding.What.Contains("of other, whose network it shares", StringComparison.Ordinal));
    }

    [Fact]
    public void A_port_that_was_asked_for_and_ignored_is_not_called_open()
    {
        var asked = Scenery.Calm with
        {
            Container = Container with { AskedPorts = [new PortFact(11434, "tcp", "0.0.0.0", 11434)] },
        };

        Assert.Equal(["GH-PRT-003"], asked.Look().Select(static finding => finding.Rule.Id));
    }

    [Theory]
    [InlineData("/", "/run/docker.sock")]
    [InlineData("/var/run", "/run/docker.sock")]
    [InlineData("/run", "/run/docker.sock")]
    [InlineData("/run/", "/run/docker.sock")]
    [InlineData("/var/run/docker.sock", null)]
    [InlineData("/var/run/../run//docker.sock", null)]
    [InlineData("/run/containerd", "/run/containerd/containerd.sock")]
    [InlineData("/run/podman", "/run/podman/podman.sock")]
    [InlineData("/run/crio/crio.sock", null)]
    [InlineData("/run/user/1000", "/run/user/UID/docker.sock")]
    [InlineData("/srv/ada/.docker/run/docker.sock", null)]
    public void The_engines_socket_is_seen_under_any_folder_above_it(string source, string? behind)
    {
        var found = Scenery.Calm.Seeing(Bind(source, isWritable: false)).Look()
            .Where(static finding => finding.Rule.Id == "GH-MNT-001").ToArray();

        Assert.Equal(Severity.Critical, Assert.Single(found).Severity);
        Assert.Equal(behind is not null, found[0].What.Contains($"which holds {behind}", StringComparison.Ordinal)
            && behind is not null);
    }

    [Fact]
    public void A_mount_of_var_shows_the_engines_files_and_not_its_socket()
    {
        // /var/run is a link to /run, which the mount does not follow.
        var found = Assert.Single(Scenery.Calm.Seeing(Bind("/var")).Look());

        Assert.Equal(("GH-MNT-014", Severity.High), (found.Rule.Id, found.Severity));
    }

    [Fact]
    public void Another_engines_version_says_nothing_of_dockers_faults()
    {
        var podman = Scenery.Calm.In("leaky6").On("4.3.1");

        Assert.Empty(podman.Look());
    }

    [Fact]
    public void A_private_network_beside_an_open_one_does_not_contain()
    {
        var ids = Scenery.Calm.In("inner", "lan").Look().Select(static finding => finding.Rule.Id).ToArray();

        Assert.Contains("GH-NET-001", ids);
        Assert.Contains("GH-NSH-003", ids);
    }

    [Fact]
    public void Root_inside_matters_less_where_users_are_mapped()
    {
        var root = Scenery.Calm with { Container = Container with { User = "0:0" } };
        var mapped = root with
        {
            Engine = Engine with { SecurityOptions = Engine.SecurityOptions.Add("name=rootless") },
        };

        Assert.Equal((Severity.Medium, Severity.Low), (root.Look().Single().Severity, mapped.Look().Single().Severity));
    }

    [Fact]
    public void A_model_server_open_to_the_network_is_worse_than_a_page()
    {
        var open = Scenery.Calm with
        {
            Container = Container with { Ports = [new PortFact(11434, "tcp", "0.0.0.0", 11434)] },
        };
        var model = open with { Gatehouse = GatehouseFacts.Unknown with { ModelServers = [Id] } };

        Assert.Equal((Severity.Medium, Severity.High), (open.Look().Single().Severity, model.Look().Single().Severity));
    }

    [Fact]
    public void The_gate_itself_may_have_its_home_and_a_way_out()
    {
        var gate = Scenery.Calm.In("lan").Seeing(Bind("/srv/house")) with
        {
            Gatehouse = new GatehouseFacts { Homes = ["/srv/house"], Gates = [Id] },
        };

        Assert.Equal(["GH-DNS-001"], gate.Look().Select(static finding => finding.Rule.Id));
    }

    [Fact]
    public void Services_of_the_host_make_an_internal_network_worse()
    {
        var leaky = Scenery.Calm.In("leaky");
        var listening = leaky with { Host = HostFacts.Unknown with { OpenPorts = [22, 11434] } };

        Assert.Equal(Severity.Low, leaky.Look().Single().Severity);
        Assert.Equal(Severity.Medium, listening.Look().Single().Severity);
        Assert.Contains("22, 11434", listening.Look().Single().What, StringComparison.Ordinal);
    }

    [Fact]
    public void No_value_of_a_variable_or_argument_is_in_any_text()
    {
        var scenery =
            Scenery.Calm.With("API_TOKEN=planted-value-1", "LD_PRELOAD=/planted/value", "DOCKER_HOST=tcp://planted");
        var found = (scenery with
        {
            Container = scenery.Container with { CommandLine = ["--password=planted-value-2"] },
        }).Look();

        Assert.Equal(4, found.Length);
        Assert.All(found, static finding
            => Assert.DoesNotContain(
                "planted", $"{finding.What}{finding.Fix}{finding.Key}", StringComparison.Ordinal));
    }

    [Fact]
    public void A_name_in_a_command_cannot_become_another_command()
    {
        var found = Scenery.Calm.Sharing(Other) with { Engine = Engine };
        var gone = (found with
        {
            Container = found.Container with { Name = "a; reboot", NetworkMode = "container:nowhere" },
        }).Look();

        Assert.Equal("docker compose up -d --force-recreate 'a; reboot'", gone.Single().Fix);
    }
}
