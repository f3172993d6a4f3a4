using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Gatehouse.Actions;
using Gatehouse.Estate;
using Gatehouse.Gate;
using Gatehouse.Gate.Identity;
using Gatehouse.Linux;
using Gatehouse.Outbound;
using Gatehouse.Server;
using Gatehouse.Storage;

namespace Gatehouse.Cli;

/// <summary>
/// Asks for an act: of the running server over its socket, or, where none runs, of the same desk in this process with
/// the home's lock held.
/// </summary>
internal sealed class ActionClient(string homePath, string act, Dictionary<string, string> arguments)
{
    private static readonly Uri Root = new("http://gatehouse/");

    /// <summary>Called for each line of the answer.</summary>
    public required Action<JsonElement> OnLine { get; init; }

    /// <summary>Does the act and returns the verb's exit code; an error is printed.</summary>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        try
        {
            return await AskServerAsync(stop) ?? await DoHereAsync(stop);
        }
        catch (ActionException error)
        {
            return Say(error.Message, error.ExitCode);
        }
        catch (Exception error) when (error is HomeException or EstateException)
        {
            return Say(error.Message, ExitCodes.Unusable);
        }
        catch (SqliteFaultException error)
        {
            return Say(DamagedLedger.Explain(error), ExitCodes.Unusable);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return Say($"The gate went away before it answered ({error.Message}).", ExitCodes.Unavailable);
        }
    }

    /// <summary>
    /// Informs a running gate, if one runs; a failure to reach it is not an error.
    /// </summary>
    public static async Task TellAsync(
        string homePath, string act, Dictionary<string, string> arguments, CancellationToken stop)
    {
        try
        {
            await new ActionClient(homePath, act, arguments) { OnLine = static _ => { } }.AskServerAsync(stop);
        }
        catch (Exception error) when (error is ActionException or HttpRequestException or IOException
            or OperationCanceledException or JsonException)
        {
            // The journal of the act itself has it.
        }
    }

    /// <summary>
    /// Has a running gate do something; an error is printed. The exit code, or null when no gate runs there.
    /// </summary>
    public static async Task<int?> OrderAsync(
        string homePath, string act, Dictionary<string, string> arguments, CancellationToken stop,
        Action<JsonElement>? onLine = null)
    {
        try
        {
            return await new ActionClient(homePath, act, arguments) { OnLine = onLine ?? (static _ => { }) }
                .AskServerAsync(stop);
        }
        catch (ActionException error)
        {
            return Say(error.Message, error.ExitCode);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return Say($"The gate went away before it answered ({error.Message}).", ExitCodes.Unavailable);
        }
    }

    /// <summary>Connects to the server's socket; null when no server listens there.</summary>
    /// <exception cref="ActionException">A socket is there and this user may not use it.</exception>
    public static Socket? Connect(string homePath)
    {
        var denied = false;
        foreach (var name in new[] { "control.sock", "tokens.sock" })
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                socket.Connect(new UnixDomainSocketEndPoint(Path.Combine(homePath, name)));
                return socket;
            }
            catch (SocketException error)
            {
                socket.Dispose();
                denied |= error.SocketErrorCode == SocketError.AccessDenied;
            }
        }
        return denied
            ? throw new ActionException(
                $"This user may not talk to the gate at {homePath}. Its owner may, and a job's run-as: "
                + "user for that job.", ExitCodes.Unavailable)
            : null;
    }

    /// <summary>The arguments as the socket takes them.</summary>
    public static HttpRequestMessage Request(string act, Dictionary<string, string> arguments)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            foreach (var (name, value) in arguments) json.WriteString(name, value);
            json.WriteEndObject();
        }
        return new HttpRequestMessage(HttpMethod.Post, new Uri(Root, $"acts/{act}"))
        {
            Content = new ByteArrayContent(body.ToArray()),
        };
    }

    public static int Say(string error, int exit)
    {
        Console.Error.WriteLine($"gatehouse: {error}");
        return exit;
    }

    private async Task<int?> AskServerAsync(CancellationToken stop)
    {
        if (Connect(homePath) is not { } socket) return null;
        using var client = new OutboundClient(OutboundPolicy.Over("gate", socket));
        using var request = Request(act, arguments);
        using var response = await client.SendAsync(request, stop);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(stop), Encoding.UTF8);
        while (await lines.ReadLineAsync(stop) is { } line)
        {
            using var document = JsonDocument.Parse(line);
            if (End(document.RootElement) is { } exit) return exit;
            OnLine(document.RootElement);
        }
        throw new ActionException("The gate went away before it answered.", ExitCodes.Unavailable);
    }

    private async Task<int> DoHereAsync(CancellationToken stop)
    {
        // Who acts is who asked, whichever user writes it down.
        var actor = new Actor(UserNames.OwnUid, UserNames.NameOf(UserNames.OwnUid));
        HomeOwner.Become(homePath);
        var home = HomeDirectory.OpenExisting(homePath);
        using var held = HomeLock.TryTake(home, act, out var holder)
            ?? throw new ActionException(
                $"The home {homePath} is held by {holder}, which does not answer on its socket.",
                ExitCodes.Unavailable);
        var plans = PlanKeeper.Load(home);
        home = HomeDirectory.OpenOrCreate(homePath);
        await using var ledger = SqliteLedger.Open(home, GatehouseServer.SettingsOf(plans.Plan), TimeProvider.System,
            FatalExit.StopProcess);
        var context = new ActionContext
        {
            Home = home,
            Plan = () => plans.Plan,
            Ledger = ledger,
            Time = TimeProvider.System,
            Pauses = new PauseBook(),
            Tokens = new TokenBook(() => ledger.Clock),
        };
        await GateState.LoadAsync(ledger, context.Tokens, context.Pauses, ledger.Clock.Due, stop);
        var call = new ActionCall(context, actor, arguments, line =>
        {
            using var document = JsonDocument.Parse(line);
            OnLine(document.RootElement);
            return Task.CompletedTask;
        })
        { Stop = stop };
        await ActionRegistry.RunAsync(act, call);
        return ExitCodes.Done;
    }

    private static int? End(JsonElement line)
    {
        if (!line.TryGetProperty("exit", out var exit)) return null;
        if (line.TryGetProperty("error", out var error)) Say(error.GetString()!, exit.GetInt32());
        return exit.GetInt32();
    }
}
