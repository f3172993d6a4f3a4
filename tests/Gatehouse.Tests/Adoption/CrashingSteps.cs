using Gatehouse.Adoption;
using Gatehouse.Core.Adoption;

namespace Gatehouse.Tests.Adoption;

/// <summary>Stands before the real steps and crashes or fails at a chosen one.</summary>
internal sealed class CrashingSteps
{
    /// <summary>The step, from 0, after whose doing the process dies; it is done and not marked so.</summary>
    public int? CrashAfterDo { get; init; }

    /// <summary>After how many undone steps the process dies; the last one is undone and not marked so.</summary>
    public int? CrashAfterUndo { get; init; }

    /// <summary>The step, from 0, that fails.</summary>
    public int? FailAt { get; init; }

    public IStepRunner Around(IStepRunner real) => new Steps(this, real);

    private sealed class Steps(CrashingSteps faults, IStepRunner real) : IStepRunner
    {
        private int _done;
        private int _undone;

        public async Task DoAsync(AdoptionStep step, CancellationToken stop)
        {
            if (_done == faults.FailAt) throw new AdoptionException("the test wants it so");
            // The host's own ports lie in the engine's network, and this process does not; AdoptTests tries them.
            if (step is not VerifyJobStep { Container: null }) await real.DoAsync(step, stop);
            if (_done++ == faults.CrashAfterDo) throw new CrashException();
        }

        public async Task UndoAsync(AdoptionStep step, CancellationToken stop)
        {
            await real.UndoAsync(step, stop);
            if (++_undone == faults.CrashAfterUndo) throw new CrashException();
        }
    }
}
