using System.CommandLine;
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
