using Gatehouse.Core.Adoption;
using Gatehouse.Docker;

namespace Gatehouse.Adoption;

/// <summary>
/// <c>gatehouse adopt --watch</c>: polls the engine and tells the gate how the host differs from what was adopted. The
/// gate itself has no access to the engine and must not get any. Changes nothing.
/// </summary>
internal sealed class AdoptionWatch(EngineAddress address, JournalFolder journals)
{
    /// <summary>One look takes the engine some ten milliseconds.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan TellWithin = TimeSpan.FromSeconds(5);

    /// <summary>Shows a person a sentence.</summary>
    public required Action<string> Say { get; init; }

    /// <summary>Tells the gate the changes.</summary>
    public required Func<IReadOnlyList<string>, CancellationToken, Task> Tell { get; init; }

    private string? _trouble;

    /// <summary>Runs until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        IReadOnlyList<string>? before = null;
        IReadOnlyList<string> shown = [];
        while (!stop.IsCancellationRequested)
        {
            var now = await ScanAsync(stop);
            // Twice the same: what one look sees may be a start or an undo on its way.
            if (now is not null && before is not null && now.SequenceEqual(before))
            {
                if (!now.SequenceEqual(shown))
                {
                    foreach (var change in now) Say(change);
                    if (now.Count == 0) Say("Everything is as it was adopted.");
                }
                shown = now;
                await TellAsync(now, stop);
            }
            before = now;
            await Task.Delay(LookEvery, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The changes; null when they cannot be determined now.</summary>
    private async Task<IReadOnlyList<string>?> ScanAsync(CancellationToken stop)
    {
        try
        {
            if (journals.IsStanding() is not { } stands) return null;
            if (!stands) return [];
            using var engine = await EngineClient.ConnectAsync(address, stop);
            var changes = AdoptionDrift.SeenIn(await EngineScan.AllAsync(engine, stop));
            _trouble = null;
            return changes;
        }
        catch (Exception error) when (error is EngineException or IOException or UnauthorizedAccessException
            or FormatException or OperationCanceledException)
        {
            if (error.Message != _trouble && !stop.IsCancellationRequested) Say($"not checked: {error.Message}");
            _trouble = error.Message;
            return null;
        }
    }

    private async Task TellAsync(IReadOnlyList<string> changes, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(TellWithin);
        await Tell(changes, patience.Token);
    }
}
