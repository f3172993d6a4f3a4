using Gatehouse.Actions;
using Gatehouse.Adoption;
using Gatehouse.Core.Adoption;
using Gatehouse.Docker;

namespace Gatehouse.Cli;

/// <summary>
/// <c>gatehouse adopt --watch</c>: looks at the engine again and again, and tells the gate how the house differs from
/// what was adopted. The gate itself has no way to the engine, and shall have none. Changes nothing.
/// </summary>
internal sealed class AdoptionWatch(EngineAddress address, JournalFolder journals, string home, AdoptScreen screen)
{
    /// <summary>One look takes the engine some ten milliseconds.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan TellWithin = TimeSpan.FromSeconds(5);

    private string? _trouble;

    /// <summary>Runs until it is stopped.</summary>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        string? before = null;
        string? shown = "";
        while (!stop.IsCancellationRequested)
        {
            var now = await ScanAsync(stop);
            // Twice the same: what one look sees may be a start or an undo on its way.
            if (now is not null && now == before)
            {
                if (now != shown) screen.Say(now.Length > 0 ? now : "Everything is as it was adopted.");
                shown = now;
                await TellAsync(now, stop);
            }
            before = now;
            await Task.Delay(LookEvery, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return ExitCodes.Done;
    }

    /// <summary>The changes, a line each; null when it cannot be told now.</summary>
    private async Task<string?> ScanAsync(CancellationToken stop)
    {
        try
        {
            if (journals.IsStanding() is not { } stands) return null;
            if (!stands) return "";
            using var engine = await EngineClient.ConnectAsync(address, stop);
            var changes = AdoptionDrift.SeenIn(await EngineScan.AllAsync(engine, stop));
            _trouble = null;
            return string.Join('\n', changes.Select(static one => SafeText.OneLine(one)));
        }
        catch (Exception error) when (error is EngineException or IOException or UnauthorizedAccessException
            or FormatException or OperationCanceledException)
        {
            if (error.Message != _trouble && !stop.IsCancellationRequested) screen.Say($"not checked: {error.Message}");
            _trouble = error.Message;
            return null;
        }
    }

    private async Task TellAsync(string changes, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(TellWithin);
        await ActionClient.TellAsync(
            home, "adoption.changed", new(StringComparer.Ordinal) { ["changes"] = changes }, patience.Token);
    }
}
