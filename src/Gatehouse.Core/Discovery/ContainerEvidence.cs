using System.Collections.Immutable;
using Gatehouse.Core.Compose;
using Gatehouse.Core.Discovery.Scanning;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Syntax;

namespace Gatehouse.Core.Discovery;

/// <summary>Collects the evidence of one container or service.</summary>
internal sealed class ContainerEvidence
{
    private static readonly string[] SocketNames = ["docker.sock", "podman.sock", "containerd.sock"];
    private static readonly string[] WideFolders =
        ["/", "/etc", "/root", "/home", "/var", "/var/run", "/run", "/usr", "/boot"];
    private static readonly string[] WideCapabilities =
        ["ALL", "SYS_ADMIN", "SYS_PTRACE", "SYS_MODULE", "DAC_READ_SEARCH"];

    private readonly EvidenceBag _bag = new();
    private readonly KnownSoftware? _software;

    public ContainerEvidence(KnownSoftware? software, string image)
    {
        _software = software;
        if (software?.Role is SoftwareRole.Server or SoftwareRole.Proxy)
        {
            _bag.Add(EvidenceKind.ModelServer, "image", image);
        }
        if (software?.Role is SoftwareRole.App or SoftwareRole.Proxy or SoftwareRole.Platform or SoftwareRole.Optional)
            _bag.Add(EvidenceKind.ModelClient, "image", image);
    }

    public ImmutableArray<Evidence> ToImmutable() => _bag.ToImmutable();

    /// <summary>Variables. A loop around <c>curl</c> has all of its app's, and uses those that it names.</summary>
    public void AddEnvironment(IEnumerable<EnvironmentFact> environment, IReadOnlyList<string> command)
    {
        if (_software is null && EvidenceText.IsIdle(command))
            environment = environment.Where(fact => command[^1].Contains(fact.Name, StringComparison.Ordinal));
        var all = environment.ToArray();
        // A variable that is set to nothing switches something off.
        foreach (var fact in all.Where(fact => fact.IsSecret || fact.Value != ""))
        {
            var evidence = EvidenceText.FindInVariable(fact);
            _bag.AddRange(evidence.Where(IsTelling));
            foreach (var piece in evidence.Where(piece => piece.Kind == EvidenceKind.Source))
            {
                if (fact.Name == _software?.SourceVariable) _bag.Add(EvidenceKind.Source, piece.Where, piece.Value);
                if (fact.Name == _software?.SinkVariable) _bag.Add(EvidenceKind.Sink, piece.Where, piece.Value);
            }
        }
        AddPairs(all);
    }

    /// <summary>
    /// An address in two variables, as <c>LLAMA_HOST</c> and <c>LLAMA_PORT</c>; at an address of its own it is the one
    /// that listens there.
    /// </summary>
    private void AddPairs(EnvironmentFact[] environment)
    {
        const string Host = "HOST";
        foreach (var fact in environment.Where(static fact => fact.Name.EndsWith(Host, StringComparison.Ordinal)
            && KeyNames.IsModelAddress(fact.Name)))
        {
            var port = environment.LastOrDefault(one => one.Name == $"{fact.Name[..^Host.Length]}PORT")?.Value;
            if (fact.Value is { } host && port is not null && host.All(IsHostLetter) && host.Any(char.IsAsciiLetter)
                && host is not "localhost" && ParsedUrl.TryParse($"http://{host}:{port}") is { Port: not null } url
                && DisplayWord.Url(url, withPath: false) is { } place)
            {
                _bag.Add(EvidenceKind.ModelUrl, $"env {fact.Name}", place, variable: fact.Name);
            }
        }
    }

    private static bool IsHostLetter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_';

    public void AddCommand(IReadOnlyList<string> command)
        => _bag.AddRange(EvidenceText.FindInArguments("command", command)
            .Where(piece => piece.Kind != EvidenceKind.Power && piece.Kind != EvidenceKind.OpenPort
                && IsTelling(piece)));

    /// <summary>What the scripts say that its command starts.</summary>
    public void AddScripts(MountedScripts? scripts)
        => _bag.AddRange((scripts?.Evidence ?? []).Where(static piece => piece.Kind != EvidenceKind.OpenPort
            && IsTelling(piece)));

    /// <summary>
    /// A health check that lists models at the container's own address: nothing but a server of models has that list.
    /// </summary>
    /// <returns>The port; null when there is no such check.</returns>
    public int? AddHealthCheck(IReadOnlyList<string> command)
    {
        foreach (var word in command.SelectMany(static one => one.Split(' ')).Take(ShellWords.WordsMax))
        {
            var at = word.IndexOf("http://", StringComparison.Ordinal);
            if (at < 0 || ParsedUrl.TryParse(word[at..].TrimEnd('"', '\'', ')', ';')) is not
                { Host: "localhost" or "127.0.0.1" or "0.0.0.0", Port: { } port } url
                || url.Path.TrimEnd('/') != "/v1/models")
            {
                continue;
            }
            _bag.Add(EvidenceKind.ModelServer, "health check", $"http://{url.Host}:{port}/v1/models");
            return port;
        }
        return null;
    }

    public void AddModels(ComposeService service, ComposeProject project)
    {
        foreach (var use in service.Models)
        {
            var model = project.Models.FirstOrDefault(model => model.Key == use.Key)?.Model
                ?? project.Service(use.Key)?.Provider?.Options.GetValueOrDefault("model");
            // Compose names the engine's own model runner; this is where containers reach it, by Docker's
            // documentation.
            _bag.Add(EvidenceKind.ModelUrl, $"models {use.Key}", "http://model-runner.docker.internal/engines/v1",
                EvidenceSource.ServiceModels);
            if (model is not null)
                _bag.Add(EvidenceKind.ModelName, $"models {use.Key}", model, EvidenceSource.ServiceModels);
        }
    }

    public void AddPorts(IEnumerable<PortFact> ports)
    {
        foreach (var port in ports.Where(port => port.Protocol == "tcp"))
            _bag.Add(EvidenceKind.OpenPort, $"port {port.ContainerPort}", $"{port.HostAddress}:{port.HostPort}");
    }

    public void AddMounts(IEnumerable<MountFact> mounts)
    {
        foreach (var mount in mounts.Where(mount => mount.Kind == "bind"))
        {
            if (SocketNames.Any(name => mount.Source.EndsWith("/" + name, StringComparison.Ordinal)))
            {
                _bag.Add(EvidenceKind.Power, $"mount {mount.Source}", "commands the engine, and so the machine",
                    EvidenceSource.EngineSocket);
            }
            else if (WideFolders.Contains(mount.Source) && mount.IsWritable)
            {
                _bag.Add(EvidenceKind.Power, $"mount {mount.Source}", "writes files of the machine");
            }
        }
    }

    public void AddRights(bool isPrivileged, IEnumerable<string> capabilities, string pidMode)
    {
        if (isPrivileged) _bag.Add(EvidenceKind.Power, "privileged", "may do what root may");
        if (capabilities.Select(one => one.Replace("CAP_", "", StringComparison.Ordinal))
            .Any(WideCapabilities.Contains))
        {
            _bag.Add(EvidenceKind.Power, "capabilities", "may do much of what root may");
        }
        if (pidMode == "host") _bag.Add(EvidenceKind.Power, "pid host", "sees every process of the machine");
    }

    // A plain address in a setting may be anything: a page, a database's front, its own name.
    private static bool IsTelling(Evidence piece) => piece.Kind != EvidenceKind.Source
        && !(piece.Kind == EvidenceKind.Sink && piece.Value.StartsWith("http", StringComparison.Ordinal));
}
