using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Gatehouse.Tests.Gate;

/// <summary>
/// An upstream that writes what a test says, byte by byte and when it wants, chosen by the model that the body names.
/// </summary>
internal sealed partial class WireUpstream : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, Func<Stream, string, Task>> _answers = new();
    private readonly Task _accepting;

    public WireUpstream()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => $"http://{_listener.LocalEndpoint}";

    /// <summary>Ends with the upstream.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Wraps each connection, for TLS.</summary>
    public Func<Stream, Task<Stream>> Wrap { get; set; } = Task.FromResult;

    /// <summary>What to write to a call that names this model, or to a GET of this path.</summary>
    public void On(string name, Func<Stream, Task> answer) => _answers[name] = (to, _) => answer(to);

    /// <summary>The same, with the request's text in hand.</summary>
    public void On(string name, Func<Stream, string, Task> answer) => _answers[name] = answer;

    /// <summary>The same with a whole answer.</summary>
    public void On(string name, string head, byte[] body) => On(name, to => to.WriteAsync(Whole(head, body)).AsTask());

    public void OnJson(string name, string json, string status = "200 OK")
        // Without its last header the next call may take the connection that is about to close.
        => On(name, $"{status}\r\nContent-Type: application/json\r\nConnection: close", Encoding.UTF8.GetBytes(json));

    public static byte[] Whole(string head, byte[] body) =>
        [.. Encoding.Latin1.GetBytes($"HTTP/1.1 {head}\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];

    /// <summary>The head of an answer whose end is the end of the connection.</summary>
    public static Task BeginAsync(Stream to, string type)
        => SayAsync(to, $"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nConnection: close\r\n\r\n");

    public static async Task SayAsync(Stream to, string text)
    {
        await to.WriteAsync(Encoding.UTF8.GetBytes(text));
        await to.FlushAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var owned = client;
        try
        {
            await using var stream = await Wrap(client.GetStream());
            // One call for each connection: nothing that a test breaks reaches the next one.
            var request = await ReadAsync(stream);
            if (request is null) return;
            var path = request.Split(' ')[1];
            var name = ModelName().Match(request) is { Success: true } match ? match.Groups[1].Value : path;
            if (_answers.TryGetValue(path, out var answer) || _answers.TryGetValue(name, out answer))
                await answer(stream, request);
            else
                await stream.WriteAsync(Whole("404 Not Found\r\nConnection: close", "{}"u8.ToArray()), _stop.Token);
            client.Client.Shutdown(SocketShutdown.Send);
            var rest = new byte[1024];
            while (await stream.ReadAsync(rest, _stop.Token) > 0)
            {
            }
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException
            or System.Security.Authentication.AuthenticationException)
        {
            // The gate left: what it says to its caller is what the test looks at.
        }
    }

    private async Task<string?> ReadAsync(Stream stream)
    {
        var (buffer, text) = (new byte[16 * 1024], "");
        while (true)
        {
            var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (head >= 0)
            {
                var length = BodyLength().Match(text[..(head + 2)]) is { Success: true } match
                    ? int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) : 0;
                if (text.Length >= head + 4 + length) return text;
            }
            var read = await stream.ReadAsync(buffer, _stop.Token);
            if (read == 0) return null;
            text += Encoding.Latin1.GetString(buffer, 0, read);
        }
    }

    [GeneratedRegex("\"model\":\\s*\"([^\"]+)\"")]
    private static partial Regex ModelName();

    [GeneratedRegex("content-length: *([0-9]+)", RegexOptions.IgnoreCase)]
    private static partial Regex BodyLength();
}

/// <summary>A gate in front of a <see cref="WireUpstream"/>, shared by the tests of one class.</summary>
public sealed class WireUpstreamStage : IAsyncLifetime
{
    private const string Estate = """
        estate: 1
        name: test
        node: upstream
        listen: { gate: "127.0.0.1:0", control: "127.0.0.1:0" }
        models:
          served: { provider: openai, url: "{wire}", name: "*" }
          ollama: { provider: ollama, url: "{wire}", name: "*" }
          keyed:  { provider: openai, url: "{wire}", name: "*", credential: "file:{home}/model.key" }
          hasty:
            provider: openai
            url: "{wire}"
            name: "*"
            timeouts: { connect: 1s, first-byte: 1s, silence: 1s }
          claude: { provider: anthropic, url: "{wire}", name: claude-keyed, credential: "file:{home}/model.key" }
          dead:   { provider: openai, url: "http://127.0.0.1:1", name: dead }
        jobs:
          open:   { owner: tester, models: [served, dead], source: { kind: prompt }, sink: none }
          llama:
            { owner: tester, model: ollama, source: { kind: prompt }, sink: none, may-manage-models: true }
          secret: { owner: tester, models: [keyed, claude], source: { kind: prompt }, sink: none }
          quick:  { owner: tester, model: hasty, source: { kind: prompt }, sink: none }
        """;

    private readonly Dictionary<string, string> _tokens = [];

    internal WireUpstream Upstream { get; } = new();

    internal GateStage Gate { get; private set; } = null!;

    internal LogCapture Logs { get; } = new();

    public async ValueTask InitializeAsync()
    {
        Gate = await GateStage.StartAsync(
            Estate.Replace("{wire}", Upstream.Address, StringComparison.Ordinal), logs: Logs);
        // An Ollama has to say that it runs its models itself before it gets a prompt.
        Upstream.OnJson("/api/tags", """{"models":[]}""");
        Upstream.OnJson("/api/show", "{}", "404 Not Found");
        await File.WriteAllTextAsync(Path.Combine(Gate.HomePath, "model.key"), WireStage.ModelKey + "\n");
        foreach (var job in (string[])["open", "llama", "secret", "quick"]) _tokens[job] = await Gate.TokenAsync(job);
    }

    public async ValueTask DisposeAsync()
    {
        await Gate.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    internal Task<HttpResponseMessage> ChatAsync(string job, string model, bool stream = false)
        => PostAsync(job, job == "llama" ? "/api/chat" : "/v1/chat/completions", model, stream);

    internal Task<HttpResponseMessage> PostAsync(string job, string path, string model, bool stream = false)
        => Gate.PostAsync(
            path,
            $$"""
            {"model":"{{model}}","max_tokens":9,"stream":{{(stream ? "true" : "false")}},
            "messages":[{"role":"user","content":"hi"}]}
            """,
            _tokens[job]);

    internal async Task<HttpResponseMessage> GetAsync(string job, string path)
        => await Gate.SendAsync(HttpMethod.Get, path, null, _tokens[job]);

    internal Task<Gatehouse.Storage.ExchangeRow> RowAsync(HttpResponseMessage response)
        => Gate.EndedAsync(response.Headers.GetValues("X-Gatehouse-Exchange").Single());
}
