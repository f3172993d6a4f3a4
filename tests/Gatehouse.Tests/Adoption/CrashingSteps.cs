using Gatehouse.Adoption;
using Gatehouse.Core.Adoption;

namespace Gatehouse.Tests.Adoption;

/// <summary>Ends a run as a killed process would: nothing behind it is done, the journal is as it was.</summary>
internal sealed class CrashException : Exception;

/// <summary>
/// Stands between a run and the world, and around the lines of its journal; crashes or fails where a test wants it.
/// One is for one run.
/// </summary>
internal sealed class CrashingSteps
{
    private int _lines;

    /// <summary>The step, from 0, after whose doing the process dies; it is done and not marked so.</summary>
    public int? CrashAfterDo { get; init; }

    /// <summary>After how many undone steps the process dies; the last one is undone and not marked so.</summary>
    public int? CrashAfterUndo { get; init; }

    /// <summary>The line of the journal, counted from 0 in this run, around which the process dies.</summary>
    public int? CrashAtLine { get; init; }

    /// <summary>Whether that line is in the file by then.</summary>
    public bool IsLineWritten { get; init; }

    /// <summary>
    /// The step, from 0, within which the process dies; the engine goes on with what it was asked for.
    /// </summary>
    public int? CutAt { get; init; }

    /// <summary>How long that step has before.</summary>
    public TimeSpan CutAfter { get; init; }

    /// <summary>The step, from 0, that fails.</summary>
    public int? FailAt { get; init; }

    public IStepRunner Around(IStepRunner real) => new Steps(this, real);

    /// <summary>Called around each line of the journal.</summary>
    public void AroundLine(JournalLine _, bool isWritten)
    {
        if (isWritten == IsLineWritten && _lines == CrashAtLine) throw new CrashException();
        if (isWritten) _lines++;
    }

    private sealed class Steps(CrashingSteps faults, IStepRunner real) : IStepRunner
    {
        private int _done;
        private int _undone;

        public async Task DoAsync(AdoptionStep step, CancellationToken stop)
        {
            if (_done == faults.FailAt) throw new AdoptionException("the test wants it so");
            // The host's own ports lie in the engine's network, and this process does not; AdoptTests tries them.
            if (step is not VerifyJobStep { Container: null })
                await CutAsync(_done, within => real.DoAsync(step, within), stop);
            if (_done++ == faults.CrashAfterDo) throw new CrashException();
        }

        public async Task UndoAsync(AdoptionStep step, CancellationToken stop)
        {
            await CutAsync(_undone, within => real.UndoAsync(step, within), stop);
            if (++_undone == faults.CrashAfterUndo) throw new CrashException();
        }

        /// <summary>What the engine was asked for it ends, and nothing more is asked: as after a kill.</summary>
        private async Task CutAsync(int index, Func<CancellationToken, Task> act, CancellationToken stop)
        {
            if (index != faults.CutAt)
            {
                await act(stop);
                return;
            }
            using var cut = CancellationTokenSource.CreateLinkedTokenSource(stop);
            cut.CancelAfter(faults.CutAfter);
            try
            {
                await act(cut.Token);
            }
            catch (Exception error) when (error is OperationCanceledException or AdoptionException)
            {
                // It was on its way.
            }
            throw new CrashException();
        }
    }
}
