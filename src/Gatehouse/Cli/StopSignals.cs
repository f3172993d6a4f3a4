using System.Runtime.InteropServices;

namespace Gatehouse.Cli;

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
