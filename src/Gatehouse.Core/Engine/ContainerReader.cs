using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Gatehouse.Core.Engine;

/// <summary>
/// Reads the engine's description of one container: <c>GET /containers/{id}/json</c> of API 1.41 to 1.52 (Docker Engine
/// API reference). Only <c>NetworkSettings.Networks</c> tells the networks: the older members beside it are empty on
/// user networks and gone from 1.52 on.
/// </summary>
public static class ContainerReader
{
    /// <summary>Reads one container.</summary>
    /// <param name="root">The engine's answer.</param>
    /// <exception cref="FormatException">It has no id: it describes no container.</exception>
    public static ContainerFacts Read(JsonElement root)
    {
        var id = root.TextOrNull("Id") ?? throw new FormatException("The engine described a container without an id.");
        var (state, config, host) = (root.Child("State"), root.Child("Config"), root.Child("HostConfig"));
        return new ContainerFacts
        {
            Id = id,
            Name = root.Text("Name").TrimStart('/'),
            Image = config.Text("Image"),
            ImageId = root.Text("Image"),
            IsRunning = state.Flag("Running"),
            HasEnded = state.Text("Status") is "exited" or "dead",
            HasEndlessLog = host.Child("LogConfig").Text("Type") == "json-file"
                && host.Child("LogConfig").Child("Config").Text("max-size").Length == 0,
            IsRestarting = state.Flag("Restarting"),
            RestartCount = (int)root.Number("RestartCount"),
            ProcessId = (int)state.Number("Pid"),
            Health = state.Child("Health").Text("Status"),
            User = config.Text("User"),
            CommandLine = [.. config.Texts("Entrypoint"), .. config.Texts("Cmd")],
            Environment = [.. config.Texts("Env").Select(EnvironmentFact.Parse)],
            Labels = config.Map("Labels"),
            ExposedPorts = [.. config.Members("ExposedPorts").Select(static port => port.Name)],
            Ports = Published(root.Child("NetworkSettings"), "Ports", "0.0.0.0"),
            AskedPorts = Published(host, "PortBindings", ""),
            Endpoints = Endpoints(root),
            NetworkMode = host.Text("NetworkMode"),
            Privileges = PrivilegeReader.Read(host, root.Text("AppArmorProfile")),
            Mounts = [.. root.Items("Mounts").Select(Mount)],
            Dns = host.Texts("Dns"),
            ExtraHosts = host.Texts("ExtraHosts"),
            Links = host.Texts("Links"),
            RestartPolicy = host.Child("RestartPolicy").Text("Name"),
        };
    }

    private static ImmutableArray<EndpointFact> Endpoints(JsonElement root)
    {
        var endpoints = root.Child("NetworkSettings").Members("Networks")
            .Select(static member => Endpoint(member.Name, member.Value))
            .OrderBy(static endpoint => endpoint.Network, StringComparer.Ordinal);
        return [.. endpoints];
    }

    private static EndpointFact Endpoint(string network, JsonElement node)
    {
        var asked = node.Child("IPAMConfig");
        return new EndpointFact
        {
            Network = network,
            NetworkId = node.Text("NetworkID"),
            Address = node.Text("IPAddress"),
            Address6 = node.Text("GlobalIPv6Address"),
            Gateway = node.Text("Gateway"),
            MacAddress = node.Text("MacAddress"),
            Aliases = node.Texts("Aliases"),
            DnsNames = node.Texts("DNSNames"),
            StaticAddress = asked.TextOrNull("IPv4Address"),
            StaticAddress6 = asked.TextOrNull("IPv6Address"),
            LinkLocalAddresses = asked.Texts("LinkLocalIPs"),
            HasStaticConfiguration = asked.ValueKind == JsonValueKind.Object,
            Links = node.Texts("Links"),
            DriverOptions = node.Map("DriverOpts"),
            HasDriverOptions = node.Child("DriverOpts").ValueKind == JsonValueKind.Object,
            GatewayPriority = (int)node.Number("GwPriority"),
        };
    }

    private static MountFact Mount(JsonElement node) => new(
        node.Text("Type"), node.Text("Source"), node.Text("Destination"), node.Flag("RW"), node.Text("Propagation"),
        node.Text("Name"));

    /// <summary>
    /// The form <c>{"11434/tcp":[{"HostIp":"","HostPort":"11434"}]}</c>; null in place of the list means exposed only.
    /// </summary>
    private static ImmutableArray<PortFact> Published(JsonElement node, string name, string everywhere)
    {
        var ports = ImmutableArray.CreateBuilder<PortFact>();
        foreach (var member in node.Members(name))
        {
            var (inside, protocol) = ContainerPort(member.Name);
            foreach (var binding in node.Child(name).Items(member.Name))
            {
                var address = binding.TextOrNull("HostIp") ?? everywhere;
                int.TryParse(
                    binding.Text("HostPort"), NumberStyles.None, CultureInfo.InvariantCulture, out var outside);
                ports.Add(new PortFact(inside, protocol, address, outside));
            }
        }
        return ports.ToImmutable();
    }

    private static (int Port, string Protocol) ContainerPort(string text)
    {
        var parts = text.Split('/');
        int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var port);
        return (port, parts.Length > 1 ? parts[1] : "tcp");
    }
}

/// <summary>Reads <c>HostConfig</c> of a container: what it may do and what holds it back.</summary>
internal static class PrivilegeReader
{
    public static PrivilegeFacts Read(JsonElement host, string appArmorProfile)
    {
        var masked = host.Child("MaskedPaths");
        var pids = host.Child("PidsLimit");
        return new PrivilegeFacts
        {
            IsPrivileged = host.Flag("Privileged"),
            AddedCapabilities = [.. host.Texts("CapAdd").Select(Capability)],
            DroppedCapabilities = [.. host.Texts("CapDrop").Select(Capability)],
            SecurityOptions = host.Texts("SecurityOpt"),
            AppArmorProfile = appArmorProfile,
            HasReadOnlyRoot = host.Flag("ReadonlyRootfs"),
            PidMode = host.Text("PidMode"),
            IpcMode = host.Text("IpcMode"),
            UtsMode = host.Text("UTSMode"),
            UserNamespaceMode = host.Text("UsernsMode"),
            CgroupNamespaceMode = host.Text("CgroupnsMode"),
            Devices = [.. host.Items("Devices").Select(static device => device.Text("PathOnHost"))],
            DeviceRequests = [.. host.Items("DeviceRequests").Select(Request)],
            DeviceCgroupRules = host.Texts("DeviceCgroupRules"),
            Runtime = host.Text("Runtime"),
            MemoryBytes = host.Number("Memory"),
            NanoCpus = host.Number("NanoCpus"),
            PidsLimit = pids.ValueKind == JsonValueKind.Number && pids.TryGetInt64(out var limit) ? limit : null,
            Sysctls = [.. host.Members("Sysctls").Select(static setting => setting.Name)],
            // An empty list is `systempaths=unconfined`; an absent one is the default.
            HasOpenSystemPaths = masked.ValueKind == JsonValueKind.Array && masked.GetArrayLength() == 0,
        };
    }

    private static string Capability(string name)
    {
        var upper = name.ToUpperInvariant();
        return upper.StartsWith("CAP_", StringComparison.Ordinal) ? upper[4..] : upper;
    }

    private static string Request(JsonElement node)
    {
        var wanted = node.Items("Capabilities").FirstOrDefault();
        var what = wanted.ValueKind == JsonValueKind.Array
            ? string.Join('+', wanted.EnumerateArray().Select(static item => item.ToString())) : "";
        var ids = string.Join(',', node.Texts("DeviceIDs"));
        return $"{node.TextOrNull("Driver") ?? "any"}:{(what.Length > 0 ? what : ids)}";
    }
}

/// <summary>Reads the engine's description of one network: an item of <c>GET /networks</c>, or one by id.</summary>
public static class NetworkReader
{
    /// <summary>Reads one network.</summary>
    /// <param name="node">The engine's answer.</param>
    /// <exception cref="FormatException">It has no id: it describes no network.</exception>
    public static NetworkFacts Read(JsonElement node)
    {
        var id = node.TextOrNull("Id") ?? throw new FormatException("The engine described a network without an id.");
        var ranges = node.Child("IPAM").Items("Config").ToArray();
        return new NetworkFacts
        {
            Id = id,
            Name = node.Text("Name"),
            Driver = node.Text("Driver"),
            Scope = node.TextOrNull("Scope") ?? "local",
            IsInternal = node.Flag("Internal"),
            HasIpv6 = node.Flag("EnableIPv6"),
            Subnets = [.. ranges.Select(static range => range.Text("Subnet")).Where(static text => text.Length > 0)],
            Gateways = [.. ranges.Select(static range => range.Text("Gateway")).Where(static text => text.Length > 0)],
            Options = node.Map("Options"),
            Labels = node.Map("Labels"),
        };
    }
}

/// <summary>Reads what an engine says of itself (<c>GET /info</c>).</summary>
public static class EngineReader
{
    /// <summary>Reads the answer.</summary>
    /// <param name="info">The engine's answer.</param>
    /// <param name="api">The version of its API that is spoken with it.</param>
    public static EngineFacts Read(JsonElement info, ApiVersion api) => new()
    {
        Version = info.Text("ServerVersion"),
        Api = api,
        SecurityOptions = info.Texts("SecurityOptions"),
        CgroupVersion = info.Text("CgroupVersion"),
        DefaultRuntime = info.Text("DefaultRuntime"),
        FirewallBackend = info.Child("FirewallBackend").TextOrNull("Driver"),
        Warnings = info.Texts("Warnings"),
        InsecureRegistries = [.. info.Child("RegistryConfig").Members("IndexConfigs")
            .Where(static one => one.Value.Child("Secure").ValueKind == JsonValueKind.False)
            .Select(static one => one.Name), .. info.Child("RegistryConfig").Texts("InsecureRegistryCIDRs")],
        IsSwarm = info.Child("Swarm").Text("LocalNodeState") is "active" or "pending" or "locked",
    };
}

/// <summary>
/// Reads members of the engine's JSON that may be absent, null or of another type: engines of ten years answer, and a
/// shape that is not known reads as not said.
/// </summary>
internal static class EngineJson
{
    /// <summary>More items than any real container or network has; the rest of a list is not read.</summary>
    private const int ItemsMax = 4_096;

    public static JsonElement Child(this JsonElement node, string name)
        => node.ValueKind == JsonValueKind.Object && node.TryGetProperty(name, out var child) ? child : default;

    public static string Text(this JsonElement node, string name)
    {
        var child = node.Child(name);
        return child.ValueKind == JsonValueKind.String ? child.GetString()! : "";
    }

    public static string? TextOrNull(this JsonElement node, string name)
        => node.Text(name) is { Length: > 0 } text ? text : null;

    public static bool Flag(this JsonElement node, string name) => node.Child(name).ValueKind == JsonValueKind.True;

    public static long Number(this JsonElement node, string name)
    {
        var child = node.Child(name);
        return child.ValueKind == JsonValueKind.Number && child.TryGetInt64(out var number) ? number : 0;
    }

    public static IEnumerable<JsonElement> Items(this JsonElement node, string name)
    {
        var child = node.Child(name);
        return child.ValueKind == JsonValueKind.Array ? child.EnumerateArray().Take(ItemsMax) : [];
    }

    public static IEnumerable<JsonProperty> Members(this JsonElement node, string name)
    {
        var child = node.Child(name);
        return child.ValueKind == JsonValueKind.Object ? child.EnumerateObject().Take(ItemsMax) : [];
    }

    public static ImmutableArray<string> Texts(this JsonElement node, string name)
    {
        var child = node.Child(name);
        if (child.ValueKind == JsonValueKind.String) return [child.GetString()!];
        return [.. node.Items(name).Where(static item => item.ValueKind == JsonValueKind.String)
            .Select(static item => item.GetString()!)];
    }

    public static ImmutableSortedDictionary<string, string> Map(this JsonElement node, string name)
    {
        var map = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var member in node.Members(name))
        {
            if (member.Value.ValueKind == JsonValueKind.String) map[member.Name] = member.Value.GetString()!;
        }
        return map.ToImmutable();
    }
}
