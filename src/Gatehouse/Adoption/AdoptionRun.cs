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
    /// <returns>Null when everything stands; else what went wrong.</returns>
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
            catch (Exception error) when (error is AdoptionException or OperationCanceledException)
            {
                var why = error is OperationCanceledException ? "stopped by hand" : error.Message;
                journal.Add(Line(JournalEvent.Failed, index, why));
                say($"failed: {journal.Steps[index].Says}");
                return why;
            }
            journal.Add(Line(JournalEvent.Done, index));
            say(journal.Steps[index].Says);
        }
        journal.Add(Line(JournalEvent.Adopted, null));
        return null;
    }

    /// <summary>
    /// Undoes every step that was begun, last first. One that cannot be undone is told and does not keep the others;
    /// it stays in the journal for the next try.
    /// </summary>
    /// <returns>What could not be undone; empty when everything is as before.</returns>
    public async Task<IReadOnlyList<string>> UndoAsync(JournalFile journal, CancellationToken stop)
    {
        var left = new List<string>();
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
        journal.Add(Line(JournalEvent.Restored, null));
        journal.Close();
        return left;
    }

    private JournalLine Line(JournalEvent happened, int? step, string? why = null)
        => new() { Event = happened, At = time.GetUtcNow(), Step = step, Why = why };
}
