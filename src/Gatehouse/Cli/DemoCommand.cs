using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using Gatehouse.Actions;
using Gatehouse.Demo;
using Gatehouse.Estate;
using Gatehouse.Linux;
using Gatehouse.Server;
using Gatehouse.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Spectre.Console;

namespace Gatehouse.Cli;

/// <summary>
/// The whole gate on a home of its own, with four demo jobs that call through it over real HTTP: what <c>./run</c>
/// shows.
/// </summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var ollama = new Option<bool>("--ollama")
        {
            Description = "Use the Ollama on this machine instead of the scripted model",
        };
        var seconds = new Option<int?>("--seconds") { Description = "Stop by itself after this many seconds" };
        var command = new Command("demo",
            "Run a gate with four demo jobs against a scripted model: no model, no configuration.\n\n" +
            "Examples:\n  gatehouse demo --home ./demo\n  gatehouse demo --ollama")
        {
            ollama, seconds, HomeOption.Create(),
        };
        command.SetAction((result, stop) => RunAsync(
            HomeOption.Resolve(result), result.GetValue(ollama), result.GetValue(seconds), stop));
        return command;
    }

    private static async Task<int> RunAsync(string homePath, bool ollama, int? seconds, CancellationToken stop)
    {
        SocketFile.KeepNewFilesPrivate();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (seconds is { } limit) ended.CancelAfter(TimeSpan.FromSeconds(limit));
        using var term =
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => { signal.Cancel = true; ended.Cancel(); });
        using var interrupt =
            PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => { signal.Cancel = true; ended.Cancel(); });
        try
        {
            await using var model = ollama ? null : await ScriptedModel.StartAsync(
                new IPEndPoint(IPAddress.Loopback, 0), new ScriptedModelOptions { Knobs = "delay-token=15" },
                ended.Token);
            var home = HomeDirectory.OpenOrCreate(homePath);
            var models = model is null
                ? await DemoModels.OfOllamaAsync(ended.Token) : DemoModels.OfScript(model.Address);
            await WriteEstateAsync(home, models, ended.Token);
            var setup = new ServerSetup(home, NullLoggerFactory.Instance, TimeProvider.System)
            {
                OnFatal = FatalExit.StopProcess,
            };
            await using var server = await GatehouseServer.StartAsync(setup, ended.Token);
            await ShowAsync(server, ended.Token);
            return ExitCodes.Done;
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            return ExitCodes.Done;
        }
        catch (Exception error) when (error is HomeException or EstateException or IOException or ActionException)
        {
            return ActionClient.Say(error.Message, ExitCodes.Unusable);
        }
    }

    private static async Task ShowAsync(GatehouseServer server, CancellationToken stop)
    {
        var gate = new Uri($"http://{server.GateAddress}");
        var screen = new DemoScreen(server);
        screen.Begin();
        var tokens = new Dictionary<string, string>();
        foreach (var job in server.Plans.Plan.Jobs.Keys) tokens[job] = await IssueAsync(server, job);
        using var jobs = new DemoJobs(new DemoPlan { Gate = gate, Tokens = tokens }, TimeProvider.System, screen.Show);
        await jobs.RunAsync(stop);
        screen.End();
    }

    private static async Task<string> IssueAsync(GatehouseServer server, string job)
    {
        var token = "";
        var actor = new Actor(UserNames.OwnUid, UserNames.NameOf(UserNames.OwnUid));
        await ActionRegistry.RunAsync("token.issue",
            new ActionCall(server.Acts, actor, new Dictionary<string, string> { ["job"] = job, ["ttl"] = "24h" },
                line =>
        {
            using var document = JsonDocument.Parse(line);
            token = document.RootElement.GetProperty("token").GetString()!;
            return Task.CompletedTask;
        }));
        return token;
    }

    private static async Task WriteEstateAsync(HomeDirectory home, DemoModels models, CancellationToken stop)
    {
        var gate = FreePort(8420);
        var control = FreePort(8421);
        await File.WriteAllTextAsync(home.EstateFile, DemoEstate.Text(models, gate, control), stop);
    }

    /// <summary>The usual port, or any free one when something else has it.</summary>
    private static int FreePort(int usual)
    {
        foreach (var port in new[] { usual, 0 })
        {
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return ((IPEndPoint)probe.LocalEndPoint!).Port;
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The next one.
            }
        }
        return usual;
    }
}

/// <summary>The demo's terminal: each call as it ends, and now and then how the ledger has grown.</summary>
internal sealed class DemoScreen(GatehouseServer server)
{
    private const int CallsBetweenLedgerLines = 12;

    private static readonly Style Grey = new(Color.Grey);

    private readonly Lock _gate = new();

    private readonly TextTable _table = new(new(""), new("", WidthMin: 16), new("", WidthMin: 20),
        new("", WidthMin: 6), new("", WidthMin: 11), new("", ColumnKind.Number, WidthMin: 8), new(""));

    private int _calls;

    public void Begin()
    {
        // Piped output is not cut to the width of a terminal that is not there.
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 140;
        AnsiConsole.MarkupLine("[bold]Gatehouse demo[/]: four jobs call models; every call is on record.");
        AnsiConsole.MarkupLineInterpolated($"  the gate   http://{server.GateAddress}");
        AnsiConsole.MarkupLineInterpolated($"  the home   {server.Home.Path}");
        AnsiConsole.MarkupLineInterpolated(
            $"  [bold]open this   http://{server.ControlAddress}/[/]   who called what, just now");
        AnsiConsole.MarkupLine("  try, in a second terminal:");
        AnsiConsole.MarkupLineInterpolated($"    ./run ledger show --follow --home {Shown}");
        AnsiConsole.MarkupLineInterpolated($"    ./run pause news-summariser --why \"a test\" --home {Shown}");
        AnsiConsole.MarkupLineInterpolated($"    ./run ledger verify --payloads --home {Shown}");
        AnsiConsole.MarkupLine("  Ctrl+C ends it.\n");
    }

    public void Show(DemoCall call)
    {
        var outcome = call.Outcome switch
        {
            DemoOutcome.Completed => new TextCell("completed", new Style(Color.Green)),
            DemoOutcome.Refused => new TextCell(
                string.Create(CultureInfo.InvariantCulture, $"refused {call.Status}"), new Style(Color.Red)),
            DemoOutcome.Filtered => new TextCell("stopped", new Style(Color.Fuchsia)),
            _ => new TextCell("broken", new Style(Color.Yellow)),
        };
        var words = SafeText.OneLine(call.FirstWords);
        // The columns before take 80; a narrow terminal gets a line without the answer's first words.
        var room = Math.Min(60, AnsiConsole.Profile.Width - 81);
        words = room < 12 ? "" : words.Length > room ? words[..(room - 1)] + "…" : words;
        lock (_gate)
        {
            _table.WriteNow(Console.Out,
                new TextCell(server.Time.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture), Grey),
                new TextCell(SafeText.OneLine(call.Job), new Style(decoration: Decoration.Bold)),
                call.Endpoint, call.Model, outcome,
                string.Create(CultureInfo.InvariantCulture, $"{call.Milliseconds:0} ms"), new TextCell(words, Grey));
            if (++_calls % CallsBetweenLedgerLines == 0) Ledger();
        }
    }

    public void End()
    {
        Ledger();
        AnsiConsole.MarkupLine("Stopped.");
    }

    private string Shown => Path.GetRelativePath(Environment.CurrentDirectory, server.Home.Path);

    private void Ledger()
    {
        var health = server.Ledger.Health();
        var (count, to, kib) = (health.Entries, health.SignedTo, health.BytesUsed / 1024);
        var ms = health.CommitP50Milliseconds;
        AnsiConsole.MarkupLineInterpolated(
            $"[blue]         the ledger: {count} entries, signed to {to}; {kib} KiB; a commit takes {ms:0.0} ms[/]");
    }
}
