using System.Collections.Immutable;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Compose;

/// <summary>Builds one service from its merged mapping.</summary>
internal sealed class ServiceReader(ComposeFileSet files, ComposeVariables variables, ComposeProblems problems)
{
    private const int PortsMax = 2_000; // Ports of one service; a range may be wide.

    /// <summary>The names of the variables in which Compose tells of a model, where a service names none.</summary>
    public static ComposeModelUse ModelUse(string key)
    {
        var prefix = key.ToUpperInvariant().Replace('-', '_').Replace('.', '_');
        return new ComposeModelUse(key, $"{prefix}_URL", $"{prefix}_MODEL");
    }

    public ComposeService Read(string name, ComposeNode.Mapping service)
    {
        var mode = service["network_mode"]?.Text;
        return new ComposeService
        {
            Name = name,
            File = service.Source.File,
            Line = service.Line,
            Image = service["image"]?.Text,
            BuildContext = Build(service["build"]),
            BuildFile = BuildFile(service["build"]),
            BuildArguments = [.. Map((service["build"] as ComposeNode.Mapping)?["args"])],
            ContainerName = service["container_name"]?.Text,
            Environment = Environment(service),
            Ports = Ports(service["ports"]),
            ExposedPorts = Texts(service["expose"]),
            Networks = mode is null ? Networks(service["networks"] as ComposeNode.Mapping) : [],
            NetworkMode = mode,
            Volumes = [.. Items(service["volumes"]).Select(VolumeText.Read).OfType<MountFact>()],
            CommandLine = [.. CommandText.Words(service["entrypoint"]), .. CommandText.Words(service["command"])],
            WorkingFolder = service["working_dir"]?.Text,
            HealthCheck = [.. CommandText.Words((service["healthcheck"] as ComposeNode.Mapping)?["test"])],
            Profiles = Texts(service["profiles"]),
            DependsOn = Keys(service["depends_on"]),
            Labels = Map(service["labels"]),
            IsPrivileged = service["privileged"]?.Text is "true" or "yes" or "on",
            AddedCapabilities = Texts(service["cap_add"]),
            User = service["user"]?.Text ?? "",
            PidMode = service["pid"]?.Text ?? "",
            Devices = Texts(service["devices"]),
            DeviceRequests = DeviceRequests(service),
            ExtraHosts = ExtraHosts(service["extra_hosts"]),
            Dns = Texts(service["dns"]),
            Secrets = Sources(service["secrets"]),
            Configs = Sources(service["configs"]),
            Models = Models(service["models"] as ComposeNode.Mapping),
            Provider = Provider(service["provider"] as ComposeNode.Mapping),
            RestartPolicy = service["restart"]?.Text ?? "",
        };
    }

    private static string? Build(ComposeNode? build)
        => (build?.Text ?? (build as ComposeNode.Mapping)?["context"]?.Text) is not { } context ? null
            : ComposePath.IsRemote(context) ? context : ComposePath.Join(build!.Source.Directory, context);

    private static string? BuildFile(ComposeNode? build)
        => Build(build) is { } context && !ComposePath.IsRemote(context)
            ? ComposePath.Join(context, (build as ComposeNode.Mapping)?["dockerfile"]?.Text ?? "Dockerfile") : null;

    private ImmutableArray<EnvironmentFact> Environment(ComposeNode.Mapping service)
    {
        var values = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var item in Items(service["env_file"]))
        {
            var map = item as ComposeNode.Mapping;
            if ((item.Text ?? map?["path"]?.Text) is not { } said) continue;
            var path = ComposePath.Join(item.Source.Directory, said);
            var isRaw = map?["format"]?.Text == "raw";
            if (files.Text(path) is null && map?["required"]?.Text != "false")
                problems.Add(item, $"names the file {ComposeShape.Shown(said)}, which is not there or cannot be read");
            foreach (var (name, value) in files.Variables(path, isRaw ? null : variables.Find)) values[name] = value;
        }
        foreach (var (name, node) in (service["environment"] as ComposeNode.Mapping)?.Entries ?? [])
        {
            // A variable without a value is passed on from the shell, or from the project's own file.
            if (node.Text is { } value) values[name] = value;
            else values[name] = variables.Find(name) ?? values.GetValueOrDefault(name);
        }
        return [.. values.Select(pair => EnvironmentFact.Of(pair.Key, pair.Value))];
    }

    private ImmutableArray<PortFact> Ports(ComposeNode? ports)
    {
        var found = ImmutableArray.CreateBuilder<PortFact>();
        foreach (var item in Items(ports))
        {
            if (PortText.Read(item) is { } read) found.AddRange(read.Take(PortsMax - found.Count));
            else problems.Add(item, "is no port that Compose knows");
        }
        return found.DrainToImmutable();
    }

    private static ImmutableArray<ComposeAttachment> Networks(ComposeNode.Mapping? networks)
    {
        if (networks is null || networks.Entries.Count == 0) return [new ComposeAttachment("default")];
        return [.. networks.Entries.Select(entry => entry.Value is ComposeNode.Mapping said
            ? new ComposeAttachment(entry.Key)
            {
                Aliases = Texts(said["aliases"]),
                Address = said["ipv4_address"]?.Text,
                Address6 = said["ipv6_address"]?.Text,
                LinkLocalAddresses = Texts(said["link_local_ips"]),
                MacAddress = said["mac_address"]?.Text,
                InterfaceName = said["interface_name"]?.Text,
                Priority = said["priority"]?.Text,
                GatewayPriority = said["gw_priority"]?.Text,
                DriverOptions = Map(said["driver_opts"]),
            }
            : new ComposeAttachment(entry.Key))];
    }

    private static ImmutableArray<string> DeviceRequests(ComposeNode.Mapping service)
    {
        var reservations = ((service["deploy"] as ComposeNode.Mapping)?["resources"] as ComposeNode.Mapping)
            ?["reservations"] as ComposeNode.Mapping;
        var asked = Items(reservations?["devices"]).OfType<ComposeNode.Mapping>()
            .SelectMany(device => Texts(device["capabilities"]).Prepend(device["driver"]?.Text ?? ""));
        var gpus = service["gpus"] is null ? Enumerable.Empty<string>() : ["gpu"];
        return [.. asked.Concat(gpus).Where(word => word.Length != 0).Distinct()];
    }

    private static ImmutableArray<string> ExtraHosts(ComposeNode? hosts) => hosts is ComposeNode.Mapping map
        ? [.. map.Entries.SelectMany(entry => entry.Value is ComposeNode.Sequence list
            ? Texts(list).Select(address => $"{entry.Key}:{address}") : [$"{entry.Key}:{entry.Value.Text}"])]
        : Texts(hosts);

    private static ImmutableArray<string> Sources(ComposeNode? list) => [.. Items(list)
        .Select(item => item.Text ?? (item as ComposeNode.Mapping)?["source"]?.Text).OfType<string>()];

    private static ImmutableArray<ComposeModelUse> Models(ComposeNode.Mapping? models)
        => models is null ? [] : [.. models.Entries.Select(entry =>
        {
            var (use, said) = (ModelUse(entry.Key), entry.Value as ComposeNode.Mapping);
            return use with
            {
                EndpointVariable = said?["endpoint_var"]?.Text ?? use.EndpointVariable,
                ModelVariable = said?["model_var"]?.Text ?? use.ModelVariable,
            };
        })];

    private static ComposeProvider? Provider(ComposeNode.Mapping? provider)
        => provider?["type"]?.Text is not { } kind ? null : new ComposeProvider(kind, Map(provider["options"]));

    private static ImmutableSortedDictionary<string, string> Map(ComposeNode? node)
        => node is not ComposeNode.Mapping map ? ImmutableSortedDictionary<string, string>.Empty
            : map.Entries.ToImmutableSortedDictionary(entry => entry.Key,
                entry => entry.Value.Text ?? string.Join(',', Texts(entry.Value)), StringComparer.Ordinal);

    private static ImmutableArray<string> Keys(ComposeNode? node)
        => node is ComposeNode.Mapping map ? [.. map.Entries.Select(entry => entry.Key)] : [];

    private static IEnumerable<ComposeNode> Items(ComposeNode? node) => (node as ComposeNode.Sequence)?.Items ?? [];

    private static ImmutableArray<string> Texts(ComposeNode? node)
        => [.. Items(node).Select(item => item.Text).OfType<string>()];
}
