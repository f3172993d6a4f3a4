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
