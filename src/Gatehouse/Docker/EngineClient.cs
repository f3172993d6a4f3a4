using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Gatehouse.Core.Engine;
using Gatehouse.Linux;
using Gatehouse.Outbound;

namespace Gatehouse.Docker;

/// <summary>
/// Speaks the Docker Engine API with one engine, in the newest version that both know: engines from 29 on refuse what
/// Debian 12's engine needs, so no fixed version serves both.
/// </summary>
internal sealed class EngineClient : IDisposable
{
    private readonly EngineAddress _address;
    private readonly OutboundClient _client;

    private EngineClient(EngineAddress address)
    {
        _address = address;
        _client = new OutboundClient(PolicyFor(address));
    }

    /// <summary>The version of the API that is spoken.</summary>
    public ApiVersion Api { get; private set; }

    /// <summary>Greets the engine and agrees on a version.</summary>
    /// <exception cref="EngineException">It does not answer, or there is no version that both speak.</exception>
    public static async Task<EngineClient> ConnectAsync(EngineAddress address, CancellationToken stop)
    {
        var client = new EngineClient(address);
        try
        {
            await client.NegotiateAsync(stop);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Asks for JSON.</summary>
    /// <exception cref="EngineException">The engine refuses or is gone.</exception>
    public async Task<JsonDocument> GetAsync(string path, CancellationToken stop)
    {
        return Parse(await SendAsync(HttpMethod.Get, path, null, stop));
    }

    /// <summary>Sends a body, written by the delegate; the answer's JSON, or null where it has none.</summary>
    /// <exception cref="EngineException">The engine refuses or is gone.</exception>
    public async Task<JsonDocument?> PostAsync(string path, Action<Utf8JsonWriter>? write, CancellationToken stop)
    {
        var bytes = await SendAsync(HttpMethod.Post, path, write is null ? null : JsonBody(write), stop);
        return bytes.Length == 0 ? null : Parse(bytes);
    }

    /// <summary>Asks for text, as logs.</summary>
    /// <exception cref="EngineException">The engine refuses or is gone.</exception>
    public async Task<string> GetTextAsync(string path, CancellationToken stop)
    {
        return Encoding.UTF8.GetString(await SendAsync(HttpMethod.Get, path, null, stop));
    }

    /// <summary>Sends a file, such as an image; returns the answer's text.</summary>
    /// <exception cref="EngineException">The engine refuses or is gone.</exception>
    public async Task<string> PostFileAsync(string path, Stream file, CancellationToken stop)
    {
        using var body = new StreamContent(file);
        body.Headers.TryAddWithoutValidation("Content-Type", "application/x-tar");
        return Encoding.UTF8.GetString(await SendAsync(HttpMethod.Post, path, body, stop));
    }

    /// <summary>Deletes; what is not there already counts as deleted.</summary>
    /// <exception cref="EngineException">The engine refuses or is gone.</exception>
    public async Task DeleteAsync(string path, CancellationToken stop)
    {
        try
        {
            await SendAsync(HttpMethod.Delete, path, null, stop);
        }
        catch (EngineException error) when (error.IsNotFound)
        {
            // That is what was wanted.
        }
    }

    public void Dispose() => _client.Dispose();

    /// <summary>
    /// An engine is on this machine or it is not spoken to. It answers questions from memory, so a question is asked
    /// again soon where an engine that restarts broke it off. What changes something is sent once.
    /// </summary>
    private static OutboundPolicy PolicyFor(EngineAddress address) => new()
    {
        Name = "docker",
        Zones = OutboundZones.Loopback,
        SocketPath = address.SocketPath,
        ConnectionsMax = 8,
        ConnectionIdle = TimeSpan.FromSeconds(10),
        FirstByte = TimeSpan.FromSeconds(60),
        // Loading an image says nothing while the engine unpacks it.
        Silence = TimeSpan.FromMinutes(5),
        Total = TimeSpan.FromMinutes(15),
        // An inspect of a large container has tens of kilobytes; a list of all networks with members a few MiB.
        AnswerBytesMax = 64 * 1024 * 1024,
        Retries = new OutboundRetries(3, TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(500), 0.2),
    };

    private async Task NegotiateAsync(CancellationToken stop)
    {
        using var version = Parse(await SendAsync(HttpMethod.Get, "/version", null, stop));
        var root = version.RootElement;
        if (!ApiVersion.TryParse(Text(root, "ApiVersion"), out var newest))
            throw new EngineException($"What listens at {_address} is no Docker engine: it names no API version.");
        ApiVersion? oldest = ApiVersion.TryParse(Text(root, "MinAPIVersion"), out var least) ? least : null;
        Api = ApiVersion.Negotiate(newest, oldest) ?? throw new EngineException(
            $"The engine at {_address} speaks API {oldest?.ToString() ?? "?"} to {newest}, Gatehouse "
                + $"{ApiVersion.Oldest} to "
            + $"{ApiVersion.Newest}. Update the older of the two.");
    }

    private async Task<byte[]> SendAsync(
        HttpMethod method, string path, HttpContent? body, CancellationToken stop)
    {
        var url = new Uri(_address.Root, Api == default ? path : $"/v{Api}{path}");
        OutboundReply answer;
        try
        {
            answer = await _client.FetchAsync(() => new HttpRequestMessage(method, url) { Content = body }, stop);
        }
        catch (OutboundException error)
        {
            throw new EngineException(Explain(error, method, path), 0, error);
        }
        return answer.IsSuccess || answer.Status == 304 ? answer.Body : throw Refusal(answer, method, path);
    }

    private string Explain(OutboundException error, HttpMethod method, string path) => error switch
    {
        { Failure: OutboundFailure.Unreachable, Socket: SocketError.AccessDenied } =>
            $"This user may not use the engine's socket {_address}. Run the command as root (sudo).",
        {
            Failure: OutboundFailure.Unreachable,
            Socket: SocketError.AddressNotAvailable or SocketError.ConnectionRefused
        } => $"No Docker engine listens at {_address}. Is it installed and started? Another place is named by "
            + "--docker SOCKET or DOCKER_HOST.",
        _ => $"The engine at {_address} {error.Message} ({method} {path}).",
    };

    private static EngineException Refusal(OutboundReply answer, HttpMethod method, string path)
    {
        string said;
        try
        {
            using var json = JsonDocument.Parse(answer.Body);
            said = Text(json.RootElement, "message");
        }
        catch (JsonException)
        {
            said = "";
        }
        return new EngineException(
            $"The engine refused {method} {path}: {(said.Length > 0 ? said : answer.Reason)}", answer.Status);
    }

    private JsonDocument Parse(byte[] bytes)
    {
        try
        {
            return JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 64 });
        }
        catch (JsonException error)
        {
            throw new EngineException($"What listens at {_address} does not answer in JSON: {error.Message}", 0, error);
        }
    }

    private static ByteArrayContent JsonBody(Action<Utf8JsonWriter> write)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body)) write(json);
        var content = new ByteArrayContent(body.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        return content;
    }

    private static string Text(JsonElement node, string name)
        => node.ValueKind == JsonValueKind.Object && node.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}

/// <summary>Where an engine listens: a Unix socket, or plain HTTP on this machine (a socket proxy).</summary>
internal sealed record EngineAddress
{
    private const string Usual = "/var/run/docker.sock";

    private EngineAddress(string? socketPath, Uri root) => (SocketPath, Root) = (socketPath, root);

    /// <summary>The socket's path; null for HTTP.</summary>
    public string? SocketPath { get; }

    /// <summary>What requests are made against.</summary>
    public Uri Root { get; }

    /// <summary>
    /// The address asked for, else <c>DOCKER_HOST</c>, else the usual socket, else a rootless engine's of this user.
    /// </summary>
    /// <exception cref="EngineException">The address is none that can be spoken to.</exception>
    public static EngineAddress Find(string? asked)
    {
        var text = asked ?? Environment.GetEnvironmentVariable("DOCKER_HOST");
        if (!string.IsNullOrEmpty(text)) return Parse(text);
        if (File.Exists(Usual)) return OfSocket(Usual);
        var runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") ?? $"/run/user/{UserNames.OwnUid}";
        var rootless = Path.Combine(runtime, "docker.sock");
        return OfSocket(File.Exists(rootless) ? rootless : Usual);
    }

    public override string ToString() => SocketPath ?? Root.ToString();

    private static EngineAddress Parse(string text)
    {
        if (text.StartsWith('/')) return OfSocket(text);
        if (text.StartsWith("unix://", StringComparison.Ordinal)) return OfSocket(text["unix://".Length..]);
        var http = text.StartsWith("tcp://", StringComparison.Ordinal) ? string.Concat("http", text.AsSpan(3)) : text;
        if (Uri.TryCreate(http, UriKind.Absolute, out var uri) && uri.Scheme == "http" && uri.IsLoopback)
            return new EngineAddress(null, uri);
        throw new EngineException(
            $"The engine's address '{text}' cannot be used: name a socket (unix:///var/run/docker.sock), "
            + "or tcp:// on this machine.");
    }

    private static EngineAddress OfSocket(string path) => new(path, new Uri("http://docker/"));
}

/// <summary>The engine cannot be reached, or refused; the message says what happened and what to do.</summary>
internal sealed class EngineException(string message, int status = 0, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>The HTTP status of the refusal; 0 when there was no answer.</summary>
    public int Status { get; } = status;

    public bool IsNotFound => Status == 404;
}
