using Gatehouse.Linux;

namespace Gatehouse.Storage;

/// <summary>What a ledger is asked to be.</summary>
internal sealed record LedgerSettings
{
    /// <summary>The log's name, <c>estate/node</c>. Fixed for the life of a home.</summary>
    public required string Origin { get; init; }

    /// <summary>Most bytes that the ledger may take. Default 10 GiB (estate file, <c>ledger: bytes-max</c>).</summary>
    public long BytesMax { get; init; } = 10L << 30;

    /// <summary>How long raw inputs are kept.</summary>
    public TimeSpan KeepInputs { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long outputs are kept.</summary>
    public TimeSpan KeepOutputs { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long leaves keep their text.</summary>
    public TimeSpan KeepLogs { get; init; } = TimeSpan.FromDays(90);

    /// <summary>How often a checkpoint is signed when there is something new.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Most bytes that may wait for the writer; one larger entry still passes, alone.</summary>
    public long QueueBytesMax { get; init; } = 64L << 20;

    /// <summary>Says whether the clock is synchronised; purging asks after a long jump forward.</summary>
    public Func<bool> IsClockSynchronised { get; init; } = LinuxFile.IsClockSynchronised;

    /// <summary>Set to open a ledger that is not the one whose head was signed last.</summary>
    public LossAcceptance? AcceptLoss { get; init; }

    /// <summary>Told each head that is signed, as one line.</summary>
    public Action<string>? OnHead { get; init; }

    /// <summary>Called after each durable step outside the commits of entries. For crash tests.</summary>
    public Action<string>? AtStep { get; init; }

    /// <summary>Called around each commit; what it throws counts as SQLite's answer. For fault tests.</summary>
    public Action<CommitPoint>? AtCommit { get; init; }
}
