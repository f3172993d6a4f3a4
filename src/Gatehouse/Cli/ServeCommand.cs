using System.CommandLine;
using System.Runtime.InteropServices;
using Gatehouse.Actions;
using Gatehouse.Core.Estate;
using Gatehouse.Estate;
using Gatehouse.Linux;
using Gatehouse.Server;
using Gatehouse.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Gatehouse.Cli;

/// <summary>Runs the gate on a home until it is told to stop.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var starter = new Option<string?>("--starter")
        {
            Description = "In a home without gatehouse.yaml, write a commented starter whose gate listens here,"
                + " such as interfaces:8420",
            HelpName = "ADDRESS",
        };
        var command = new Command("serve",
            "Run the gate. SIGHUP reloads gatehouse.yaml, SIGTERM stops.\n\n" +
            "Examples:\n  gatehouse serve\n  gatehouse serve --home /srv/gatehouse")
        {
            HomeOption.Create(),
            starter,
        };
        command.SetAction(
            (result, stop) => RunAsync(HomeOption.Resolve(result), result.GetValue(starter), stop));
        return command;
    }

    private static async Task<int> RunAsync(string homePath, string? starter, CancellationToken stop)
    {
        SocketFile.KeepNewFilesPrivate();
        NativeHeap.Tune();
        FileLimit.Raise();
        using var logs = ConsoleLog.Create();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, ended));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, ended));
        try
        {
            HomeOwner.Become(homePath);
            if (starter is not null && !WriteStarter(homePath, starter, logs)) return ExitCodes.Unusable;
            var home = HomeDirectory.OpenOrCreate(homePath);
            var setup = new ServerSetup(home, logs, TimeProvider.System) { OnFatal = FatalExit.StopProcess };
            await using var server = await GatehouseServer.StartAsync(setup, ended.Token);
            using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => Reload(signal, server));
            Greet(server);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ended.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return ExitCodes.Done;
        }
        catch (Exception error)
            when (error is HomeException or EstateException or IOException or UnauthorizedAccessException)
        {
            return ActionClient.Say(error.Message, ExitCodes.Unusable);
        }
        catch (SqliteFaultException error)
        {
            return ActionClient.Say(DamagedLedger.Explain(error), ExitCodes.Unusable);
        }
    }

    /// <summary>For the first start of a container, where nobody can run another verb before.</summary>
    private static bool WriteStarter(string home, string address, ILoggerFactory logs)
    {
        if (File.Exists(EstateFile.PathIn(home))) return true;
        if (ListenAddress.TryParseGate(address) is not { } gate)
        {
            ActionClient.Say(
                $"--starter {SafeText.OneLine(address)} is no address; try interfaces:8420", ExitCodes.Unusable);
            return false;
        }
        StarterFile.Write(home, "home", gate, Console.Error);
        logs.CreateLogger("gatehouse").LogInformation(
            "This home was empty: a starter is now in {File}. Edit it, then: gatehouse reload",
            EstateFile.PathIn(home));
        return true;
    }

    private static void Greet(GatehouseServer server)
    {
        foreach (var warning in server.Home.Warnings) server.Log.LogWarning("{Warning}", warning);
        foreach (var warning in server.Plans.Plan.Warnings) server.Log.LogWarning("{Warning}", warning);
        var health = server.Ledger.Health();
        if (health.State is not (LedgerState.Writing or LedgerState.NearlyFull))
            server.Log.LogError("The ledger cannot be written, so calls are refused: {Reason}", health.Reason);
        server.Log.LogInformation(
            "The gate listens on {Gate}, for {Jobs} job(s)", server.GateAddress, server.Plans.Plan.Jobs.Count);
        server.Log.LogInformation("Who called what, just now: http://{Control}/", server.ControlAddress);
    }

    private static void Stop(PosixSignalContext signal, CancellationTokenSource ended)
    {
        signal.Cancel = true;
        ended.Cancel();
    }

    private static void Reload(PosixSignalContext signal, GatehouseServer server)
    {
        signal.Cancel = true;
        _ = ReloadAsync(server);
    }

    private static async Task ReloadAsync(GatehouseServer server)
    {
        var result = await server.ReloadAsync(Actor.Gate with { Name = "SIGHUP" });
        if (result.IsLoaded)
        {
            server.Log.LogInformation("Reloaded gatehouse.yaml: {Changes} changed line(s)", result.Lines.Count);
        }
        else
        {
            server.Log.LogError(
                "gatehouse.yaml is not valid, the old plan stays:\n{Problems}", string.Join('\n', result.Lines));
        }
    }
}

/// <summary>
/// Ctrl+C, SIGTERM and a closed terminal (SIGHUP) as a request to stop. A later Ctrl+C or SIGTERM says that the person
/// does not want to wait for the undoing either; a second SIGHUP says nothing: a shell that ends sends it again.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    /// <summary>Two signals closer than this are one request: some terminals and supervisors send two.</summary>
    private static readonly TimeSpan OneRequest = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _asked;
    private readonly CancellationTokenSource _again = new();
    private readonly PosixSignalRegistration[] _signals;
    private long _first;

    public StopSignals(CancellationToken stop)
    {
        _asked = CancellationTokenSource.CreateLinkedTokenSource(stop);
        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        _signals = [.. signals.Select(signal => PosixSignalRegistration.Create(signal, Receive))];
    }

    /// <summary>Somebody asked to stop.</summary>
    public CancellationToken Asked => _asked.Token;

    /// <summary>Somebody asked again.</summary>
    public CancellationToken AskedAgain => _again.Token;

    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
        _asked.Dispose();
        _again.Dispose();
    }

    private void Receive(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.CompareExchange(ref _first, Environment.TickCount64, 0) is var first and not 0)
        {
            if (context.Signal == PosixSignal.SIGHUP) return;
            if (Environment.TickCount64 - first >= OneRequest.TotalMilliseconds) _again.Cancel();
            return;
        }
        _asked.Cancel();
    }
}

/// <summary>
/// Logs on standard error: one line each, with priorities that journald reads when systemd started us.
/// </summary>
internal static class ConsoleLog
{
    public static ILoggerFactory Create() => LoggerFactory.Create(static logging =>
    {
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Error);
        logging.AddConsole(static console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            // Where nobody reads standard error, lines are lost: by default every call would wait for its line.
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
        });
        // systemd sets JOURNAL_STREAM for what it connects to the journal (systemd.exec(5)).
        if (Environment.GetEnvironmentVariable("JOURNAL_STREAM") is not null)
        {
            logging.AddSystemdConsole(static format => format.IncludeScopes = false);
        }
        else
        {
            logging.AddSimpleConsole(static format =>
            {
                format.SingleLine = true;
                format.TimestampFormat = "HH:mm:ss ";
                format.ColorBehavior = LoggerColorBehavior.Default;
            });
        }
    });
}
