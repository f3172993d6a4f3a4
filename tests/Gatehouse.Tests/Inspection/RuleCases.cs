using System.Collections.Immutable;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Inspection;
using static Gatehouse.Tests.Inspection.Contained;

namespace Gatehouse.Tests.Inspection;

/// <summary>For every rule on containers, one thing that sets it off and one that comes near.</summary>
internal static class RuleCases
{
    private static Scenery Calm => Scenery.Calm;

    public static IReadOnlyDictionary<string, RuleCase> All { get; } = new[]
    {
        Gate, Networks, Sharing, Names, Ports, Sockets, Mounts, Privileges, Capabilities, Namespaces, Devices, Secrets,
        Limits,
    }.SelectMany(static family => family).ToDictionary(static row => row.Key, static row => row.Value);

    private static Dictionary<string, RuleCase> Gate => new()
    {
        ["GH-GTE-001"] = new("a folder above the gate's home", HomeAt("/srv/house").Seeing(Bind("/srv", false)),
            HomeAt("/srv/house").Seeing(Bind("/srv/house/tokens.sock"), Bind("/srv/house2"))),
        ["GH-GTE-002"] = new("a model server in its network", Serving(Calm.Beside("inner")),
            Serving(Calm.Beside("none")))
        { Also = ["GH-NET-007"] },
        ["GH-GTE-003"] = new("an Ollama that may reach its cloud", Ollama("OLLAMA_NO_CLOUD=0"),
            Ollama("OLLAMA_NO_CLOUD=1")),
    };

    private static Dictionary<string, RuleCase> Networks => new()
    {
        ["GH-NET-001"] = new("a network that is not internal", Calm.In("lan"), Calm.In("inner"))
        {
            Also = ["GH-DNS-001"],
        },
        ["GH-NET-002"] = new("an internal network with a host address", Calm.In("leaky"), Calm.In("shut")),
        ["GH-NET-003"] = new("the host's network", Calm.In("host"), Calm.In("none")),
        ["GH-NET-004"] = new("ipvlan", Calm.In("wire-l3"), Calm.In("inner")),
        ["GH-NET-005"] = new("an overlay", Calm.In("swarm"), Calm.In("none")),
        ["GH-NET-006"] = new("the default bridge", Calm.In("bridge"), Calm.In("lan")) { Also = ["GH-NET-001"] },
        ["GH-NET-007"] = new("a neighbour", Calm.Beside("inner"), Calm.In("quiet").Beside("quiet")),
        ["GH-NET-008"] = new("IPv6 without rules", Calm.In("leaky6").On("24.0.7"), Calm.In("leaky6").On("27.0.0"))
        {
            Also = ["GH-DNS-002"],
        },
        ["GH-NET-009"] = new("an engine that lets AF_VSOCK through", Calm.In("none").On("20.10.24+dfsg1"),
            Calm.In("none").On("20.10.22")),
    };

    private static Dictionary<string, RuleCase> Sharing => new()
    {
        ["GH-NSH-001"] = new("another's network", Calm.Sharing(Other), Calm.Beside("none")),
        ["GH-NSH-002"] = new("a chain to nowhere",
            Calm with { Container = Container with { NetworkMode = $"container:{OtherId}", Endpoints = [] } },
            Calm.Sharing(Other)),
        ["GH-NSH-003"] = new("a network that was connected later", Asked("none", "leaky6"), Asked("leaky6", "inner")),
    };

    private static Dictionary<string, RuleCase> Names => new()
    {
        ["GH-DNS-001"] = new("an engine from 28 on", Calm.In("lan").On("28.0.0"), Calm.In("lan").On("27.5.1"))
        {
            Also = ["GH-NET-001"],
        },
        ["GH-DNS-002"] = new("an engine with CVE-2024-29018", Calm.On("25.0.4"), Calm.On("25.0.5")),
        ["GH-DNS-003"] = new("a name server outside", Asking("9.9.9.9"), Asking("127.0.0.1")),
        ["GH-DNS-004"] = new("a name for the host", Hosting("host.docker.internal:host-gateway"),
            Hosting("nas:192.0.2.7")),
    };

    private static Dictionary<string, RuleCase> Ports => new()
    {
        ["GH-PRT-001"] = new("a port on every IPv6 address", Publishing("::"), Publishing("127.0.0.1")),
        ["GH-PRT-002"] = new("a loopback port before 28", Publishing("127.0.0.1").In("none").On("27.5.1"),
            Publishing("127.0.0.1").In("none").On("28.0.0")),
        ["GH-PRT-003"] = new("a port on an internal network",
            Calm with { Container = Container with { AskedPorts = [new PortFact(80, "tcp", "", 80)] } },
            Calm with
            {
                Container = Container with
                {
                    AskedPorts = [new PortFact(80, "tcp", "", 0)],
                    Ports = [new PortFact(80, "tcp", "127.0.0.1", 49153)],
                },
            }),
    };

    private static Dictionary<string, RuleCase> Sockets => new()
    {
        ["GH-MNT-001"] = new("the folder of the engine's socket, read-only", Calm.Seeing(Bind("/var/run", false)),
            Calm.Seeing(Bind("/var/run/postgresql", false), new MountFact(
                "volume", "/var/lib/docker/volumes/data/_data", "/data", true, "", "data"))),
        ["GH-MNT-002"] = new("an engine over TCP", Calm.With("DOCKER_HOST=tcp://proxy:2375"), Calm.With("HOST=proxy")),
        ["GH-MNT-003"] = new("the system bus", Calm.Seeing(Bind("/run/dbus", false)), Calm.Seeing(Bind("/run/lock"))),
    };

    private static Dictionary<string, RuleCase> Mounts => new()
    {
        ["GH-MNT-010"] = new("the root folder", Calm.Seeing(Bind("//", false)), Calm.Seeing(Bind("/srv/data")))
        {
            Also = ["GH-MNT-001"],
        },
        ["GH-MNT-011"] = new("settings to write", Calm.Seeing(Bind("/etc/cron.d")),
            Calm.Seeing(Bind("/etc/localtime", false), Bind("/srv/etc"))),
        ["GH-MNT-012"] = new("keys in a home", Calm.Seeing(Bind("/home" + "/ada/.ssh", false)),
            Calm.Seeing(Bind("/home" + "/ada/stack/data"))),
        ["GH-MNT-013"] = new("control groups", Calm.Seeing(Bind("/sys/fs/cgroup")), Calm.Seeing(Bind("/dev/shm"))),
        ["GH-MNT-014"] = new("the logs", Calm.Seeing(Bind("/var/log", false)),
            Calm.Seeing(Bind("/var/lib/news"), Bind("/usr/share/zoneinfo", false))),
        ["GH-MNT-015"] = new("shared propagation", Calm.Seeing(Bind("/srv/data", true, "rshared")),
            Calm.Seeing(Bind("/srv/data", true, "rslave"))),
    };

    private static Dictionary<string, RuleCase> Privileges => new()
    {
        ["GH-PRV-001"] = new("privileged", Calm.Having(Rights with { IsPrivileged = true }), Calm)
        {
            Also = ["GH-NET-009"],
        },
        ["GH-PRV-002"] = new("no user", Calm with { Container = Container with { User = "" } },
            Calm with { Container = Container with { User = "news" } }),
        ["GH-PRV-003"] = new("no-new-privileges:false", Secured("no-new-privileges:false"),
            Secured("no-new-privileges")),
        ["GH-PRV-004"] = new("a writable root", Calm.Having(Rights with { HasReadOnlyRoot = false }), Calm),
        ["GH-PRV-005"] = new("seccomp off", Secured("no-new-privileges", "seccomp=unconfined"),
            Secured("no-new-privileges", "seccomp={}"))
        { Also = ["GH-NET-009"] },
        ["GH-PRV-006"] = new("AppArmor off", Calm.Having(Rights with { AppArmorProfile = "unconfined" }),
            // A host without AppArmor names no profile.
            Calm.Having(Rights with { AppArmorProfile = "" }) with
            {
                Engine = Engine with { SecurityOptions = ["name=seccomp,profile=default"] },
            }),
        ["GH-PRV-007"] = new("systempaths=unconfined", Calm.Having(Rights with { HasOpenSystemPaths = true }), Calm),
        ["GH-PRV-008"] = new("forwarding", Calm.Having(Rights with { Sysctls = ["net.ipv4.ip_forward"] }), Calm),
    };

    private static Dictionary<string, RuleCase> Capabilities => new()
    {
        ["GH-CAP-001"] = new("SYS_ADMIN", Adding("SYS_ADMIN"), Adding("CHOWN")),
        ["GH-CAP-002"] = new("NET_ADMIN", Adding("NET_ADMIN"), Adding("NET_BIND_SERVICE")),
        ["GH-CAP-003"] = new("SYS_NICE", Adding("SYS_NICE"), Adding("SETUID", "CHOWN")),
        ["GH-CAP-004"] = new("NET_RAW added", Adding("NET_RAW"), Adding("KILL")),
        ["GH-CAP-005"] = new("only some dropped", Calm.Having(Rights with { DroppedCapabilities = ["NET_RAW"] }),
            Calm),
    };

    private static Dictionary<string, RuleCase> Namespaces => new()
    {
        ["GH-NSP-001"] = new("pid: host", Calm.Having(Rights with { PidMode = "host" }), Calm),
        ["GH-NSP-002"] = new("ipc: host", Calm.Having(Rights with { IpcMode = "host" }),
            Calm.Having(Rights with { IpcMode = "shareable" })),
        ["GH-NSP-003"] = new("uts: host", Calm.Having(Rights with { UtsMode = "host" }), Calm),
        ["GH-NSP-004"] = new("userns_mode: host", Remapped(), Calm.Having(Rights with { UserNamespaceMode = "host" })),
        ["GH-NSP-005"] = new("cgroup: host", Calm.Having(Rights with { CgroupNamespaceMode = "host" }),
            Calm.Having(Rights with { CgroupNamespaceMode = "host" }) with
            {
                Engine = Engine with { CgroupVersion = "1" },
            }),
        ["GH-NSP-006"] = new("another's processes", Calm.Having(Rights with { PidMode = $"container:{OtherId}" }),
            Calm),
    };

    private static Dictionary<string, RuleCase> Devices => new()
    {
        ["GH-DEV-001"] = new("a disk", Plugged("/dev/sda1"), Plugged()),
        ["GH-DEV-002"] = new("a serial port", Plugged("/dev/ttyUSB0"), Plugged("/dev/dri/renderD128"))
        {
            Also = [],
        },
        ["GH-DEV-003"] = new("a card by CDI", Calm.Having(Rights with { DeviceRequests = ["cdi:nvidia.com/gpu=0"] }),
            Calm.With("NVIDIA_VISIBLE_DEVICES=all")),
        ["GH-DEV-004"] = new("an old toolkit", OnToolkit("1.17.7"), OnToolkit("1.17.8")) { Also = ["GH-DEV-003"] },
        ["GH-DEV-005"] = new("a card and MKNOD",
            Calm.Having(Rights with { Runtime = "nvidia", AddedCapabilities = ["MKNOD"] }),
            Calm.Having(Rights with { Runtime = "nvidia" }))
        { Also = ["GH-DEV-003"] },
        ["GH-DEV-006"] = new("a class of devices", Calm.Having(Rights with { DeviceCgroupRules = ["c 189:* rmw"] }),
            Calm),
    };

    private static Dictionary<string, RuleCase> Secrets => new()
    {
        ["GH-SEC-001"] = new("a key", Calm.With("OPENAI_API_KEY=abc"), Calm.With("OPENAI_API_KEY_FILE=/run/secrets/k")),
        ["GH-SEC-002"] = new("a password in an argument", Saying("news", "--password", "hunter2"),
            Saying("--password-file=/run/secrets/p", "--max-tokens", "100")),
        ["GH-SEC-003"] = new("a preloaded library", Calm.With("LD_PRELOAD=/opt/x.so"), Calm.With("LD_PRELOAD=")),
        ["GH-IMG-001"] = new("a tag", From("registry.example:5000/ollama/ollama:0.6"),
            From("registry.example:5000/ollama/ollama:0.6@sha256:" + Id)),
    };

    private static Dictionary<string, RuleCase> Limits => new()
    {
        ["GH-LIM-001"] = new("no memory limit", Calm.Having(Rights with { MemoryBytes = 0 }), Calm),
        ["GH-LIM-002"] = new("no process limit", Calm.Having(Rights with { PidsLimit = -1 }), Calm),
        ["GH-LIM-003"] = new("no processor limit", Calm.Having(Rights with { NanoCpus = 0 }), Calm),
        ["GH-RUN-001"] = new("no health check", Calm with { Container = Container with { Health = "" } },
            Calm with { Container = Container with { Health = "", IsRunning = false } }),
        ["GH-RUN-002"] = new("restarts with the engine's socket", Returning("/run/docker.sock"), Returning("/srv"))
        {
            Also = ["GH-MNT-001"],
        },
        ["GH-RUN-003"] = new("six services", Chained(6), Chained(5)),
    };

    private static Scenery HomeAt(string home)
        => Calm with { Gatehouse = GatehouseFacts.Unknown with { Homes = [home] } };

    private static Scenery Ollama(string variable) => Calm with
    {
        Gatehouse = GatehouseFacts.Unknown with { ModelServers = [Id] },
        Container = Container with
        {
            Image = "registry.example/ollama@sha256:" + Id,
            Environment = [EnvironmentFact.Parse(variable)],
        },
    };

    private static Scenery Serving(Scenery scenery)
        => scenery with { Gatehouse = GatehouseFacts.Unknown with { ModelServers = [OtherId] } };

    private static Scenery Asked(string mode, string network) => Calm with
    {
        Container = Container with { NetworkMode = mode, Endpoints = [Endpoint(network)] },
    };

    private static Scenery Asking(string server) => Calm with { Container = Container with { Dns = [server] } };

    private static Scenery Hosting(string host) => Calm with { Container = Container with { ExtraHosts = [host] } };

    private static Scenery Publishing(string address)
        => Calm with { Container = Container with { Ports = [new PortFact(11434, "tcp", address, 11434)] } };

    private static Scenery Secured(params string[] options)
        => Calm.Having(Rights with { SecurityOptions = [.. options] });

    private static Scenery Adding(params string[] names) => Calm.Having(Rights with { AddedCapabilities = [.. names] });

    private static Scenery Remapped() => Calm.Having(Rights with { UserNamespaceMode = "host" }) with
    {
        Engine = Engine with { SecurityOptions = Engine.SecurityOptions.Add("name=userns") },
    };

    private static Scenery Plugged(params string[] devices) => Calm.Having(Rights with { Devices = [.. devices] });

    private static Scenery OnToolkit(string version) => Calm.Having(Rights with { Runtime = "nvidia" }) with
    {
        Host = HostFacts.Unknown with { NvidiaToolkit = version },
    };

    private static Scenery Saying(params string[] arguments)
        => Calm with { Container = Container with { CommandLine = [.. arguments] } };

    private static Scenery From(string image) => Calm with { Container = Container with { Image = image } };

    private static Scenery Returning(string mount)
    {
        var scenery = Calm.Seeing(Bind(mount));
        return scenery with { Container = scenery.Container with { RestartPolicy = "unless-stopped" } };
    }

    /// <summary>A chain of services, each of which starts after the next.</summary>
    private static Scenery Chained(int length)
    {
        var links = Enumerable.Range(0, length).Select(index => (index == 0 ? Container : Other) with
        {
            Id = index == 0 ? Id : $"{index}",
            Labels = ImmutableSortedDictionary<string, string>.Empty
                .Add("com.docker.compose.project", "stack").Add("com.docker.compose.service", $"s{index}")
                .Add("com.docker.compose.depends_on", index + 1 < length ? $"s{index + 1}:service_started:false" : ""),
        }).ToArray();
        return Calm with { Container = links[0], Others = [.. links[1..]] };
    }
}
