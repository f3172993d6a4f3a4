using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Estate;
using Gatehouse.Outbound;

namespace Gatehouse.Discovery;

/// <summary>
/// Asks model servers on this machine's loopback for the names of their models: one GET of <c>/v1/models</c>, which
/// Ollama, llama.cpp, vLLM, LM Studio and LocalAI all answer, and of an Ollama whether it hands calls to ollama.com.
/// Who is signed in there (<c>/api/me</c>) is not asked: the server would ask ollama.com for the answer.
/// </summary>
internal static class ModelProbe
{
    private const int AnswerBytesMax = 256 * 1024; // A server with a thousand models stays below it.
    private const int ModelsMax = 50; // Names of one server.

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromMilliseconds(300);

    private static readonly TimeSpan AskedWithin = TimeSpan.FromSeconds(2);

    private static readonly OutboundPolicy Policy = new()
    {
        Name = "discovery",
        Zones = OutboundZones.Loopback,
        Connect = AnswerWithin,
        AnswerBytesMax = AnswerBytesMax,
    };

    /// <summary>The same observations, with the models that their servers named.</summary>
    public static async Task<ImmutableArray<Observation>> AskAsync(ImmutableArray<Observation> observations,
        CancellationToken stop)
    {
        using var client = new OutboundClient(Policy);
        return [.. await Task.WhenAll(observations.Select(async observation => PortOf(observation) is { } port
            ? await OneAsync(client, observation, port, stop) : observation))];
    }

    /// <summary>The names that one server lists, over a connection that the caller opens; may be empty.</summary>
    /// <param name="port">Its port.</param>
    /// <param name="connect">Opens a connection to it.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task<ImmutableArray<string>> AskOneAsync(
        int port, Func<CancellationToken, ValueTask<Stream>> connect, CancellationToken stop)
    {
        using var client = new OutboundClient(Policy with { Open = connect, Connect = AskedWithin });
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(AskedWithin);
        try
        {
            var url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/v1/models"));
            return [.. await NamesAsync(client, url, patience.Token)];
        }
        catch (Exception error) when (error is OutboundException or OperationCanceledException or JsonException)
        {
            stop.ThrowIfCancellationRequested();
            return [];
        }
    }

    private static int? PortOf(Observation observation)
    {
        var isServer = observation.Software is { Role: SoftwareRole.Server or SoftwareRole.Proxy, Provider: not null }
            || (observation.Kind == ObservationKind.Process
                && observation.Evidence.Any(piece => piece.Kind == EvidenceKind.ModelServer));
        return !isServer || !observation.IsRunning ? null
            : observation.Ports.FirstOrDefault(port => port.Protocol == "tcp" && port.HostPort != 0
                && (observation.ListeningPorts.IsEmpty || observation.ListeningPorts.Contains(port.ContainerPort))
                && port.HostAddress is "127.0.0.1" or "0.0.0.0" or "::" or "::1")?.HostPort;
    }

    private static async Task<Observation> OneAsync(OutboundClient client, Observation observation, int port,
        CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(AnswerWithin);
        try
        {
            var url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/v1/models"));
            var names = await NamesAsync(client, url, patience.Token);
            var known = observation with { Evidence = [.. observation.Evidence, .. names.Select(name => Told(name))] };
            var remote = observation.Software?.Provider is null or ModelProvider.Ollama
                ? await RemoteAsync(client, port, patience.Token) : null;
            return remote is null ? known : known with { Evidence = known.Evidence.Add(remote) };
        }
        catch (Exception error) when (error is OutboundException or OperationCanceledException or JsonException)
        {
            stop.ThrowIfCancellationRequested();
            // It does not answer, or not in this dialect: its name is then not known, which the item says.
            return observation;
        }
    }

    private static async Task<string[]> NamesAsync(OutboundClient client, Uri url, CancellationToken stop)
    {
        using var json = await AskedAsync(client, url, stop);
        return json is null ? [] : [.. Names(json.RootElement).Take(ModelsMax)];
    }

    /// <summary>What an Ollama says of its cloud; null for other servers and where it is turned off.</summary>
    private static async Task<Evidence?> RemoteAsync(OutboundClient client, int port, CancellationToken stop)
    {
        var root = FormattableString.Invariant($"http://127.0.0.1:{port}");
        try
        {
            using var status = await AskedAsync(client, new Uri($"{root}/api/status"), stop);
            using var tags = await AskedAsync(client, new Uri($"{root}/api/tags"), stop);
            return OllamaCloud.Read(status?.RootElement, tags?.RootElement);
        }
        catch (Exception error) when (error is OutboundException or OperationCanceledException or JsonException)
        {
            return null;
        }
    }

    private static async Task<JsonDocument?> AskedAsync(OutboundClient client, Uri url, CancellationToken stop)
    {
        var answer = await client.FetchAsync(() => new HttpRequestMessage(HttpMethod.Get, url), stop);
        return answer.IsSuccess ? JsonDocument.Parse(answer.Body) : null;
    }

    private static Evidence Told(string name) => new(EvidenceKind.ModelName, "its own list", name)
    {
        Source = EvidenceSource.OwnList,
    };

    private static IEnumerable<string> Names(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("data", out var data)
            || data.ValueKind != JsonValueKind.Array)
        {
            yield break;
        }
        foreach (var model in data.EnumerateArray())
        {
            if (model.ValueKind == JsonValueKind.Object && model.TryGetProperty("id", out var id)
                && id.ValueKind == JsonValueKind.String && id.GetString() is { Length: > 0 and <= 128 } name
                && name.All(letter => !char.IsControl(letter)))
            {
                yield return name;
            }
        }
    }
}
