namespace Gatehouse.Storage;

/// <summary>What verification found.</summary>
internal sealed record VerifyReport
{
    /// <summary>True if nothing is wrong.</summary>
    public bool IsGood => Faults.Count == 0;

    /// <summary>What is wrong, the lowest index first.</summary>
    public required IReadOnlyList<VerifyFault> Faults { get; init; }

    /// <summary>Number of leaves.</summary>
    public required long Leaves { get; init; }

    /// <summary>Leaves whose text was pruned by a purge on record.</summary>
    public required long Pruned { get; init; }

    /// <summary>Leaves under the newest good checkpoint.</summary>
    public required long SignedTo { get; init; }

    /// <summary>Leaves after it: no signature covers them yet.</summary>
    public long After => Leaves - SignedTo;

    /// <summary>Checkpoints that were checked.</summary>
    public required int Checkpoints { get; init; }

    /// <summary>Payloads; null if they were not asked for.</summary>
    public required PayloadReport? Payloads { get; init; }
}
