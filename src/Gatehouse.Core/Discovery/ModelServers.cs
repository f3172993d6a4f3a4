using System.Text.Json;
using Gatehouse.Core.Discovery.Scanning;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery;

/// <summary>The model servers of the host, found by the addresses under which others call them.</summary>
internal sealed class ModelServers
{
    // Names of this machine inside containers, by Docker's and Podman's documentation, and the default bridge's
    // address.
    private static readonly string[] HostNames =
        ["localhost", "127.0.0.1", "::1", "0.0.0.0", "host.docker.internal", "host.containers.internal", "172.17.0.1"];

    private readonly Dictionary<(string Network, string Name), List<Candidate>> _byName = [];
    private readonly Dictionary<int, List<Candidate>> _byHostPort = [];

    private readonly IReadOnlySet<int> _held;

    /// <param name="servers">The servers.</param>
    /// <param name="held">Ports of the host that a gate has.</param>
    public ModelServers(IEnumerable<Candidate> servers, IReadOnlySet<int> held)
    {
        _held = held;
        All = [.. servers];
        foreach (var server in All)
        {
            foreach (var endpoint in server.Endpoints)
            {
                Add(ByNetwork, endpoint.Network, server);
                foreach (var name in endpoint.Names) Add(_byName, (endpoint.Network, name.ToLowerInvariant()), server);
            }
            foreach (var port in OpenPortsOf(server))
                Add(_byHostPort, port.HostPort, server);
            if (server.IsOnHostNetwork || !server.IsContainer)
            {
                foreach (var port in server.ListeningPorts) Add(_byHostPort, port, server);
            }
        }
    }

    public IReadOnlyList<Candidate> All { get; }

    /// <summary>The servers in a network.</summary>
    public Dictionary<string, List<Candidate>> ByNetwork { get; } = new(StringComparer.Ordinal);

    /// <summary>The server that something means by a host and a port; null when it is none of this host.</summary>
    public Candidate? Find(Candidate caller, string host, int? port)
    {
        foreach (var endpoint in caller.Endpoints)
        {
            if (_byName.TryGetValue((endpoint.Network, host), out var named)
                && named.Find(server => IsServing(server, port)) is { } found)
            {
                return found;
            }
        }
        return port is { } number && HostNames.Contains(host) ? OnHost(number) : null;
    }

    /// <summary>The ports of the host that lead to a server.</summary>
    public IEnumerable<PortFact> OpenPortsOf(Candidate server)
        => server.Ports.Where(port => port.HostPort != 0 && !_held.Contains(port.HostPort));

    /// <summary>The server that answers at a port of this machine.</summary>
    public Candidate? OnHost(int port) => _byHostPort.GetValueOrDefault(port)?[0];

    /// <summary>The server at an address that was seen in use.</summary>
    public Candidate? At(string address, int port)
        => All.FirstOrDefault(server => IsServing(server, port)
            && server.Endpoints.Any(endpoint => endpoint.Names.Contains(address)))
            ?? (HostNames.Contains(address) ? OnHost(port) : null);

    /// <summary>The servers that something has as neighbours.</summary>
    public IEnumerable<Candidate> NeighboursOf(Candidate candidate) => candidate.Endpoints
        .SelectMany(endpoint => ByNetwork.GetValueOrDefault(endpoint.Network) ?? [])
        .Concat(candidate.IsOnHostNetwork ? _byHostPort.Values.SelectMany(servers => servers) : [])
        .Where(server => server != candidate).Distinct();

    /// <summary>The URL under which a caller would reach a server.</summary>
    public static string UrlFor(Candidate caller, Candidate server)
    {
        var shared = server.Endpoints.FirstOrDefault(its => caller.Endpoints.Any(mine => mine.Network == its.Network));
        var port = server.ListeningPorts is [var first, ..] ? first : 80;
        // The service's own name is what people write; the engine's short ids come among the aliases too.
        var name = shared is null ? "127.0.0.1" : shared.Names.Contains(server.NetworkName) ? server.NetworkName
            : shared.Names[0];
        return FormattableString.Invariant($"http://{name}:{port}");
    }

    /// <summary>Whether a host is this machine, as containers and programs on it name it.</summary>
    public static bool IsHost(string host) => HostNames.Contains(host);

    public static ParsedUrl? Parse(string url) => ParsedUrl.TryParse(url);

    private static bool IsServing(Candidate server, int? port)
        => port is not { } said || server.ListeningPorts.IsEmpty || server.ListeningPorts.Contains(said);

    private static void Add<TKey>(Dictionary<TKey, List<Candidate>> map, TKey key, Candidate candidate)
        where TKey : notnull
    {
        if (!map.TryGetValue(key, out var list)) map[key] = list = [];
        if (!list.Contains(candidate)) list.Add(candidate);
    }
}

/// <summary>What an Ollama says of calls that it hands to ollama.com.</summary>
public static class OllamaCloud
{
    private const int NamesShown = 3;
    private const string TurnOff = "To turn it off, set OLLAMA_NO_CLOUD=1 for the server and start it again, or write "
        + "{\"disable_ollama_cloud\": true} to its ~/.ollama/server.json.";

    /// <summary>The evidence for it; null when the server is no such Ollama, or its cloud is turned off.</summary>
    /// <param name="status">The answer to <c>/api/status</c>; null when there is none.</param>
    /// <param name="tags">The answer to <c>/api/tags</c>; null when there is none.</param>
    public static Evidence? Read(JsonElement? status, JsonElement? tags)
    {
        var isOn = Member(Member(status, "cloud"), "disabled") is { } disabled
            ? disabled.ValueKind == JsonValueKind.False : (bool?)null;
        if (isOn == false) return null;
        string[] remote = Member(tags, "models") is { ValueKind: JsonValueKind.Array } models
            ? [.. models.EnumerateArray().Where(IsRemote).Select(one => TextOf(one, "name"))] : [];
        if (remote.Length > 0)
        {
            var more = remote.Length - NamesShown;
            var names = string.Join(", ", remote.Take(NamesShown)) + (more > 0 ? $" and {more} more" : "");
            return new Evidence(
                EvidenceKind.HandsOn, "/api/tags", $"It hands the prompts for {names} to another server. {TurnOff}");
        }
        return isOn == true
            ? new Evidence(EvidenceKind.HandsOn, "/api/status",
                $"It can hand prompts to ollama.com: for every name that ends in :cloud or -cloud. {TurnOff}")
            : null;
    }

    private static bool IsRemote(JsonElement model) => TextOf(model, "remote_host").Length > 0
        || TextOf(model, "remote_model").Length > 0 || OllamaName.IsCloud(TextOf(model, "name"));

    private static JsonElement? Member(JsonElement? parent, string name)
        => parent is { ValueKind: JsonValueKind.Object } value && value.TryGetProperty(name, out var member)
            ? member : null;

    private static string TextOf(JsonElement parent, string name)
        => Member(parent, name) is { ValueKind: JsonValueKind.String } text
            && text.GetString() is { Length: <= 200 } value && !value.Any(char.IsControl) ? value : "";
}
