using System.Collections.Immutable;
using System.Globalization;
using Gatehouse.Core.Compose;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Discovery;

/// <summary>Observations of containers, and of the services of Compose files that may not run.</summary>
public static class ContainerObservations
{
    /// <summary>Every container of an engine as an observation; the classifier decides which of them matter.</summary>
    /// <param name="view">What the engine has.</param>
    /// <param name="read">Hands over a script of the host that a container starts; null when none is read.</param>
    public static ImmutableArray<Observation> Of(EngineView view, ReadScript? read = null)
    {
        ArgumentNullException.ThrowIfNull(view);
        var byId = view.Containers.DistinctBy(one => one.Id).ToDictionary(one => one.Id, StringComparer.Ordinal);
        return [.. view.Containers.Select(one => Of(one, OwnerOf(one, byId), read))];
    }

    /// <summary>Every service of a project as an observation, except those that a plug-in provides.</summary>
    /// <param name="project">The project.</param>
    /// <param name="read">
    /// Hands over a file that says how an image is built, or a script that a service starts; null when none is read.
    /// </param>
    public static ImmutableArray<Observation> Of(ComposeProject project, ReadScript? read = null)
    {
        ArgumentNullException.ThrowIfNull(project);
        var all = project.Services.Where(service => service.Provider is null)
            .Select(service => (Service: service, Software: SoftwareOf(service.Image ?? "", service.CommandLine,
                service.Environment) ?? BuiltImage.SoftwareOf(service, read)))
            .Select(one => (one.Service, one.Software, Scripts: one.Software is null ? ScriptsOf(one.Service, read)
                : null)).ToArray();
        var services = all.Select(static one => (one.Service, Software: one.Software ?? one.Scripts?.Software))
            .ToArray();
        var shared = SharedVariables.Of(services);
        return [.. services.Select((one, at) => Of(project, one.Service, one.Software, all[at].Scripts) with
        {
            SharedVariables = one.Software?.Role is SoftwareRole.App or SoftwareRole.Proxy
                || one.Software?.ReadsSettings == true ? []
                : [.. shared, .. SharedVariables.OfHelper(one.Service, one.Software, project.Services)],
        })];
    }

    /// <summary>A container that something other than an engine's list or a Compose file describes.</summary>
    /// <param name="run">What is run.</param>
    /// <param name="place">Where it is.</param>
    /// <param name="name">The name that people use for it.</param>
    /// <param name="read">Hands over a script of the host that it starts; null when none is read.</param>
    internal static Observation Of(ContainerRun run, string place, string name, ReadScript? read)
    {
        var software = SoftwareOf(run.Image, run.Command, run.Environment) ?? BuiltImage.SoftwareOf(run, name);
        var scripts = software is null
            ? MountedScripts.Of(new StartedContainer(run.Command, null, run.Environment, run.Mounts), read) : null;
        software ??= scripts?.Software;
        var evidence = new ContainerEvidence(software, run.Image);
        evidence.AddEnvironment(run.Environment, run.Command);
        evidence.AddCommand(run.Command);
        evidence.AddScripts(scripts);
        evidence.AddPorts(run.Ports.Where(port => port.HostPort != 0));
        evidence.AddMounts(run.Mounts);
        evidence.AddRights(run.IsPrivileged, run.Capabilities, run.PidMode);
        return new Observation
        {
            Kind = ObservationKind.ContainerUnit,
            Place = place,
            Name = name,
            Identities = run.Name is null ? [] : [ObservationIdentity.Container(run.Name)],
            Software = software,
            Endpoints = [.. run.Networks.Select(network => new ObservationEndpoint(network,
                [.. run.Aliases.Append(run.Name ?? name).Append(name).Distinct()]))],
            Ports = run.Ports,
            ListeningPorts = Listening(software, [], StartedBy(scripts, run.Command), run.Ports),
            Mounts = run.Mounts,
            Variables = run.Environment,
            IsOnHostNetwork = run.IsOnHostNetwork,
            Evidence = evidence.ToImmutable(),
        };
    }

    /// <summary>
    /// What an image is, unless its command makes it something else: a model server's image is also used to fetch
    /// models. An image of one's own is what its command and its variables say.
    /// </summary>
    private static KnownSoftware? SoftwareOf(
        string image, ImmutableArray<string> command, IEnumerable<EnvironmentFact> environment)
    {
        var software = image.Length == 0 ? null : SoftwareTable.Find(image);
        if (software is null) return ServedModel.SoftwareOf(command, environment);
        var isOther = software?.Role == SoftwareRole.Server && !command.IsEmpty
            && EvidenceText.FindInArguments("command", command) is var evidence
            && evidence.Any(piece => piece.Kind is EvidenceKind.ModelClient or EvidenceKind.Upkeep)
            && !evidence.Any(piece => piece.Kind == EvidenceKind.ModelServer);
        return isOther ? null : software;
    }

    // A chain of shared networks is followed a few steps; the engine itself allows one.
    private static ContainerFacts OwnerOf(ContainerFacts container, Dictionary<string, ContainerFacts> byId)
    {
        for (var step = 0; step < 4 && container.SharesNetworkOf is { } id; step++)
        {
            if (!byId.TryGetValue(id, out var next)) break;
            container = next;
        }
        return container;
    }

    private static MountedScripts ScriptsOf(ComposeService service, ReadScript? read) => MountedScripts.Of(
        new StartedContainer(service.CommandLine, service.WorkingFolder, service.Environment, service.Volumes), read);

    private static ImmutableArray<string> StartedBy(MountedScripts? scripts, ImmutableArray<string> command)
        => scripts is { Words.IsEmpty: false } ? scripts.Words : command;

    private static Observation Of(ContainerFacts container, ContainerFacts owner, ReadScript? read)
    {
        var software = SoftwareOf(container.Image, container.CommandLine, container.Environment);
        var scripts = software is null ? MountedScripts.Of(new StartedContainer(
            container.CommandLine, null, container.Environment, container.Mounts), read) : null;
        software ??= scripts?.Software;
        var evidence = new ContainerEvidence(software, container.Image);
        evidence.AddEnvironment(container.Environment, container.CommandLine);
        evidence.AddCommand(container.CommandLine);
        evidence.AddScripts(scripts);
        evidence.AddPorts(container.Ports);
        evidence.AddMounts(container.Mounts);
        evidence.AddRights(container.Privileges.IsPrivileged, container.Privileges.AddedCapabilities,
            container.Privileges.PidMode);
        var isOnHost = owner.NetworkMode == "host";
        return new Observation
        {
            Kind = ObservationKind.Container,
            Place = $"container {container.Name}",
            Name = container.ShownName,
            User = null,
            Identities = container.ComposeProject is { } project && container.ComposeService is { } service
                ? [ObservationIdentity.Container(container.Name), ObservationIdentity.ComposeService(project, service)]
                : [ObservationIdentity.Container(container.Name)],
            Software = software,
            Endpoints = [.. owner.Endpoints.Select(endpoint => new ObservationEndpoint(endpoint.Network,
                [.. endpoint.Aliases.Concat(endpoint.DnsNames).Append(owner.Name).Append(endpoint.Address)
                    .Append(endpoint.Address6).Where(name => name.Length != 0).Distinct()]))],
            Ports = [.. container.Ports.IsEmpty
                ? container.AskedPorts.Select(static port => port with
                {
                    HostAddress = port.HostAddress.Length == 0 ? "0.0.0.0" : port.HostAddress,
                })
                : container.Ports],
            Mounts = container.Mounts,
            Variables = container.Environment,
            NetworkName = owner == container ? null : owner.ShownName,
            ListeningPorts = Listening(software, container.ExposedPorts, StartedBy(scripts, container.CommandLine), []),
            IsOnHostNetwork = isOnHost,
            IsRunning = container.IsRunning,
            Evidence = evidence.ToImmutable(),
        };
    }

    private static Observation Of(
        ComposeProject project, ComposeService service, KnownSoftware? software, MountedScripts? scripts)
    {
        var evidence = new ContainerEvidence(software, service.Image ?? service.BuildContext ?? "");
        evidence.AddEnvironment(service.Environment, service.CommandLine);
        evidence.AddModels(service, project);
        var served = software is null ? evidence.AddHealthCheck(service.HealthCheck) : null;
        evidence.AddCommand(service.CommandLine);
        evidence.AddScripts(scripts);
        evidence.AddPorts(service.Ports.Where(port => port.HostPort != 0));
        evidence.AddMounts(service.Volumes);
        evidence.AddRights(service.IsPrivileged, service.AddedCapabilities, service.PidMode);
        var owner = service.NetworkMode?.StartsWith("service:", StringComparison.Ordinal) == true
            ? project.Service(service.NetworkMode["service:".Length..]) ?? service : service;
        var container = service.ContainerName;
        ImmutableArray<int> listening = [
            .. Listening(software, service.ExposedPorts, StartedBy(scripts, service.CommandLine), service.Ports),
            .. served is { } at ? [at] : Array.Empty<int>()];
        return new Observation
        {
            Kind = ObservationKind.ComposeService,
            Place = string.Create(CultureInfo.InvariantCulture, $"{service.File}:{service.Line}"),
            Name = service.Name,
            Identities = container is null ? [ObservationIdentity.ComposeService(project.Name, service.Name)]
                :
                [
                    ObservationIdentity.ComposeService(project.Name, service.Name),
                    ObservationIdentity.Container(container),
                ],
            Software = software,
            Endpoints = [.. owner.Networks.Select(attachment => new ObservationEndpoint(
                project.Network(attachment.Network)?.Name ?? attachment.Network,
                [.. attachment.Aliases.Append(owner.Name).Append(owner.ContainerName ?? owner.Name)
                    .Append(attachment.Address ?? owner.Name).Distinct()]))],
            Ports = [.. service.Ports, .. owner == service ? [] : owner.Ports.Where(
                port => listening.Contains(port.ContainerPort))],
            Variables = service.Environment,
            NetworkName = owner == service ? null : owner.Name,
            // A configuration with a file of its own is that file, seen inside.
            Mounts = [.. service.Volumes, .. service.Configs.Where(project.ConfigFiles.ContainsKey)
                .Select(key => new MountFact("bind", project.ConfigFiles[key], $"/{key}", false, "", ""))],
            ListeningPorts = listening,
            IsOnHostNetwork = owner.NetworkMode == "host",
            Evidence = evidence.ToImmutable(),
        };
    }

    /// <summary>A container with variables of a file that it reads itself, where it is mounted for that.</summary>
    /// <param name="observation">The container.</param>
    /// <param name="text">The content of the file.</param>
    public static Observation WithVariables(Observation observation, string text)
    {
        ArgumentNullException.ThrowIfNull(observation);
        var evidence = new ContainerEvidence(null, "");
        EnvironmentFact[] variables = [.. EnvironmentFileText.Read(text, static _ => null, static (_, _) => { })
            .Select(static pair => EnvironmentFact.Of(pair.Key, pair.Value))];
        evidence.AddEnvironment(variables, []);
        return observation with
        {
            Variables = [.. observation.Variables, .. variables],
            Evidence = [.. observation.Evidence, .. evidence.ToImmutable()],
        };
    }

    /// <summary>
    /// Ports on which a model server listens: those of its command, of its declaration, and its usual one.
    /// </summary>
    internal static ImmutableArray<int> Listening(KnownSoftware? software, ImmutableArray<string> exposed,
        ImmutableArray<string> command, ImmutableArray<PortFact> published)
    {
        var ports = new List<int>();
        for (var i = 0; i + 1 < command.Length; i++)
        {
            if (command[i] is "--port" or "-p" && Port(command[i + 1]) is { } said) ports.Add(said);
        }
        ports.AddRange(command.Where(word => word.StartsWith("--port=", StringComparison.Ordinal))
            .Select(word => Port(word["--port=".Length..])).OfType<int>());
        if (UnitFiles.ServedAddress.Listen(command) is { } listen) ports.Add(listen.Port);
        // An image of one's own may have another port; what is published tells it.
        if (software is { Port: > 0 } && ports.Count == 0 && published is [{ Protocol: "tcp" } only])
            ports.Add(only.ContainerPort);
        if (software is { Port: > 0 }) ports.Add(software.Port);
        ports.AddRange(exposed.Where(port => !port.EndsWith("/udp", StringComparison.Ordinal))
            .Select(port => Port(port.Split('/')[0])).OfType<int>());
        return [.. ports.Distinct()];
    }

    private static int? Port(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? port : null;
}
