using Gatehouse.Core.Adoption;

namespace Gatehouse.Adoption;

/// <summary>
/// Does a plan step by step, and undoes what was begun. A step is in the journal before it is done and marked after, so
/// that a crash at any point leaves a journal from which everything can be undone.
/// </summary>
internal sealed class AdoptionRun(IStepRunner runner, TimeProvider time, Action<string> say)
{
    /// <summary>
    /// Does all steps. When one fails, or the person stops it, what was begun is undone; the reason is returned.
    /// </summary>
    /// <returns>Null when everything is in place; else what went wrong.</returns>
    public async Task<string?> DoAsync(JournalFile journal, CancellationToken stop)
    {
        for (var index = 0; index < journal.Steps.Count; index++)
        {
            journal.Add(Line(JournalEvent.Begun, index));
            try
            {
                stop.ThrowIfCancellationRequested();
                await runner.DoAsync(journal.Steps[index], stop);
            }
            catch (OperationCanceledException)
            {
                // No line: the engine may be at it still, as after a kill, and undoing waits for that.
                return "stopped by hand";
            }
            catch (AdoptionException error)
            {
                journal.Add(Line(JournalEvent.Failed, index, error.Message));
                say($"failed: {journal.Steps[index].Says}");
                return error.Message;
            }
            journal.Add(Line(JournalEvent.Done, index));
            say(journal.Steps[index].Says);
        }
        journal.Add(Line(JournalEvent.Adopted, null));
        return null;
    }

    /// <summary>
    /// Undoes every step that was begun, last first. One that cannot be undone is told and does not keep the others;
    /// it stays in the journal for the next try, as all does that is left when the person stops it.
    /// </summary>
    /// <exception cref="OperationCanceledException">The person stops it.</exception>
    /// <returns>What could not be undone; empty when everything is as before.</returns>
    public async Task<IReadOnlyList<string>> UndoAsync(JournalFile journal, CancellationToken stop)
    {
        var left = new List<string>();
        var cutOff = journal.CutOff;
        await SettleAsync(journal, cutOff, stop);
        foreach (var index in journal.Standing)
        {
            try
            {
                await runner.UndoAsync(journal.Steps[index], stop);
            }
            catch (AdoptionException error)
            {
                left.Add($"{journal.Steps[index].Says}: {error.Message}");
                say($"not undone: {journal.Steps[index].Says}");
                say($"  {error.Message}");
                continue;
            }
            journal.Add(Line(JournalEvent.Undone, index));
        }
        if (left.Count > 0) return left;
        await SettleAsync(journal, cutOff, stop);
        journal.Add(Line(JournalEvent.Restored, null));
        journal.Close();
        return left;
    }

    /// <summary>
    /// Undoes the step in which a run was killed until the engine has had time to end what that step asked for: a
    /// network that it makes after the undo looked for it would stay.
    /// </summary>
    private async Task SettleAsync(
        JournalFile journal, (int Step, DateTimeOffset At)? cutOff, CancellationToken stop)
    {
        if (cutOff is not { } cut) return;
        // Counted too, because a clock may be set back meanwhile.
        for (var looks = 0; looks < LooksMax; looks++)
        {
            try
            {
                await runner.UndoAsync(journal.Steps[cut.Step], stop);
            }
            catch (AdoptionException)
            {
                // It is undone again in its turn, and what is in the way is told then.
            }
            if (time.GetUtcNow() - cut.At >= SettlesWithin) return;
            await Task.Delay(LookEvery, time, stop);
        }
    }

    /// <summary>
    /// What the engine does for one step took 0.6 s at most on two busy cores; a slow disk takes longer.
    /// </summary>
    private static readonly TimeSpan SettlesWithin = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    private const int LooksMax = 11;

    private JournalLine Line(JournalEvent happened, int? step, string? why = null)
        => new() { Event = happened, At = time.GetUtcNow(), Step = step, Why = why };
}
