using System.Net;
using System.Text.Json;
using Gatehouse.Actions;
using Gatehouse.Core.Ledger;
using Gatehouse.Demo;
using Gatehouse.Listening;
using Gatehouse.Server;
using Gatehouse.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gatehouse.Tests.Gate;

/// <summary>
/// A whole gate in this process, on a home of its own, with a scripted model behind it: real sockets, real ledger.
/// </summary>
internal sealed class GateStage : IAsyncDisposable
{
    private readonly ServerSetup _setup;
    private bool _isDown;

    private GateStage(ServerSetup setup, GatehouseServer server, ScriptedModel model)
        => (_setup, Server, Model, HomePath) = (setup, server, model, setup.Home.Path);

    public GatehouseServer Server { get; private set; }

    public ScriptedModel Model { get; }

    /// <summary>What would have stopped the process.</summary>
    public required IReadOnlyList<LedgerFatal> Fatals { get; init; }

    public string HomePath { get; }

    public Uri BaseUrl => new($"http://{Server.GateAddress}/");

    public Uri ControlUrl => new($"http://{Server.ControlAddress}/");

    public HttpClient Client { get; } = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        // A test that leaves a stream leaves it at once.
        MaxResponseDrainSize = 0,
    })
    {
        // A gate that hangs fails a test soon, and not the whole run late.
        Timeout = TimeSpan.FromSeconds(20),
    };

    /// <summary>
    /// Starts a gate. The estate text may hold <c>{model}</c> for the scripted model's address and <c>{home}</c>.
    /// </summary>
    public static async Task<GateStage> StartAsync(
        string? estate = null,
        Func<SqliteLedger, LedgerDraft, CancellationToken, ValueTask<AppendResult>>? append = null,
        TimeProvider? time = null,
        ILoggerFactory? logs = null,
        ScriptedModelOptions? options = null,
        bool isClockSynchronised = false,
        Func<ServerSetup, ServerSetup>? change = null)
    {
        var home = Directory.CreateTempSubdirectory("gatehouse-test-").FullName;
        var model = await ScriptedModel.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), options);
        var directory = HomeDirectory.OpenOrCreate(home);
        await File.WriteAllTextAsync(directory.EstateFile, Fill(estate ?? GateEstates.Usual, model, home));
        var fatals = new List<LedgerFatal>();
        var setup = new ServerSetup(directory, logs ?? NullLoggerFactory.Instance, time ?? TimeProvider.System)
        {
            OnFatal = fatal =>
            {
                fatals.Add(fatal);
                throw new InvalidOperationException(fatal.Message);
            },
            Append = append,
            IsClockSynchronised = () => isClockSynchronised,
            Callers = new ConnectionLimits(2_000),
        };
        if (change is not null) setup = change(setup);
        return new GateStage(setup, await GatehouseServer.StartAsync(setup, CancellationToken.None), model)
        {
            Fatals = fatals,
        };
    }

    /// <summary>Stops the gate and starts it again on the same home.</summary>
    public async Task RestartAsync(Action? whileDown = null)
    {
        await Server.DisposeAsync();
        _isDown = true;
        whileDown?.Invoke();
        Server = await GatehouseServer.StartAsync(_setup, CancellationToken.None);
        _isDown = false;
    }

    /// <summary>Writes another estate file; nothing is in force before a reload or a restart.</summary>
    public Task WriteEstateAsync(string estate) =>
        File.WriteAllTextAsync(Server.Home.EstateFile, Fill(estate, Model, HomePath));

    public static string Fill(string estate, ScriptedModel model, string home)
        => estate.Replace("{model}", model.Address, StringComparison.Ordinal)
            .Replace("{home}", home, StringComparison.Ordinal);

    /// <summary>Does an act as the home's owner and returns its answer lines.</summary>
    public async Task<IReadOnlyList<JsonElement>> ActAsync(string act, params (string Name, string Value)[] arguments)
    {
        var lines = new List<JsonElement>();
        var call = new ActionCall(
            Server.Acts, new Actor(0, "tester"), arguments.ToDictionary(pair => pair.Name, pair => pair.Value), line =>
        {
            using var document = JsonDocument.Parse(line);
            lines.Add(document.RootElement.Clone());
            return Task.CompletedTask;
        });
        await ActionRegistry.RunAsync(act, call);
        return lines;
    }

    public async Task<string> TokenAsync(string job, params (string Name, string Value)[] more)
        => (await ActAsync("token.issue", [("job", job), .. more]))[0].GetProperty("token").GetString()!;

    /// <summary>Sends a JSON body to the gate with a bearer token, if one is given.</summary>
    public Task<HttpResponseMessage> PostAsync(
        string path, string json, string? token, params (string Name, string Value)[] headers)
        => SendAsync(HttpMethod.Post, path, json, token, headers);

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, string? json, string? token, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(BaseUrl, path));
        if (json is not null) request.Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>The exchanges on record, oldest first, read beside the running gate.</summary>
    public IReadOnlyList<ExchangeRow> Exchanges()
    {
        using var reader = LedgerReader.OpenReadOnly(Server.Home);
        return reader.ReadExchanges(null, 0, 10_000);
    }

    /// <summary>The acts on record with this name, oldest first.</summary>
    public IReadOnlyList<ActEntry> Acts(string name)
    {
        using var reader = LedgerReader.OpenReadOnly(Server.Home);
        return [.. reader.ReadActs(0, 10_000).Select(entry => entry.Leaf?.Entry).OfType<ActEntry>()
            .Where(act => act.Act == name)];
    }

    /// <summary>What the control listener says at a path.</summary>
    public Task<string> ControlAsync(string path) => Client.GetStringAsync(new Uri(ControlUrl, path));

    /// <summary>
    /// Waits until an exchange has its outcome on record: a caller that went away does not see when that is.
    /// </summary>
    public async Task<ExchangeRow> EndedAsync(string exchange)
    {
        for (var tries = 0; tries < 200; tries++)
        {
            using (var reader = LedgerReader.OpenReadOnly(Server.Home))
            {
                if (reader.FindExchange(exchange) is { Outcome: not null } row) return row;
            }
            await Task.Delay(25);
        }
        throw new TimeoutException($"The exchange {exchange} has no outcome after five seconds.");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        // Stopping it twice would hide why it did not start again.
        if (!_isDown) await Server.DisposeAsync();
        await Model.DisposeAsync();
        Directory.Delete(HomePath, recursive: true);
    }
}
