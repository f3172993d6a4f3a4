using Gatehouse.Core.Approvals;

namespace Gatehouse.Storage;

/// <summary>
/// The state that must survive a restart and that the ledger's tree does not prove: tokens, pauses, usage, held items.
/// It is written only together with the entry that causes the change, and read when a process starts. The process
/// that opened the store holds its lease; the contract is in the tests of this name, which know no engine.
/// </summary>
internal interface IStateStore : IAsyncDisposable
{
    /// <summary>The lease that this process writes under; null until the store could be opened once.</summary>
    public StateLease? Lease { get; }

    /// <summary>
    /// Appends an entry together with its change: both are durable afterwards, or neither is. A writer whose lease has
    /// gone to another gets <see cref="LedgerRefusal.Fenced"/>.
    /// </summary>
    /// <exception cref="StateConflictException">The change contradicts what is stored; nothing is written.</exception>
    public ValueTask<AppendResult> AppendAsync(LedgerDraft draft, CancellationToken cancellation);

    /// <summary>The tokens that are good, and those that ended after the given time.</summary>
    public ValueTask<IReadOnlyList<StoredToken>> LoadTokensAsync(
        DateTimeOffset endedAfter, CancellationToken cancellation);

    /// <summary>The pauses that are in force.</summary>
    public ValueTask<IReadOnlyList<StoredPause>> LoadPausesAsync(CancellationToken cancellation);

    /// <summary>What every job used in the given periods, as far as something is booked.</summary>
    public ValueTask<IReadOnlyList<StoredUsage>> LoadUsageAsync(
        IReadOnlyCollection<string> periods, CancellationToken cancellation);

    /// <summary>The held items whose verdict has not reached the requester, oldest first.</summary>
    public ValueTask<IReadOnlyList<HeldItem>> LoadHeldAsync(CancellationToken cancellation);
}

/// <summary>The right to write to a store.</summary>
/// <param name="Holder">Who has it: the log's name, <c>estate/node</c>.</param>
/// <param name="Epoch">Higher than that of every earlier holder. Stored, and compared in each transaction.</param>
internal sealed record StateLease(string Holder, long Epoch);

/// <summary>A token as it is stored; the token itself never is.</summary>
internal sealed record StoredToken
{
    public required string Id { get; init; }

    /// <summary>SHA-256 of the token.</summary>
    public required ReadOnlyMemory<byte> Hash { get; init; }

    public required string Job { get; init; }

    public required DateTimeOffset Issued { get; init; }

    public required DateTimeOffset Expires { get; init; }

    /// <summary>Names of endpoints; empty means all. No name in the three lists has a comma.</summary>
    public IReadOnlyList<string> Endpoints { get; init; } = [];

    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>Networks in CIDR notation; empty means any.</summary>
    public IReadOnlyList<string> Networks { get; init; } = [];

    public bool InUrl { get; init; }

    public bool Service { get; init; }

    public DateTimeOffset? Revoked { get; init; }

    public bool Leaked { get; init; }
}

/// <summary>A stop that a person ordered: who, when and why.</summary>
/// <param name="Job">The job, or <c>*</c> for all of them.</param>
/// <param name="Who">Who ordered it.</param>
/// <param name="Since">When.</param>
/// <param name="Why">Why, if a reason was given.</param>
internal sealed record StoredPause(string Job, string Who, DateTimeOffset Since, string Why);

/// <summary>What one job used in one period.</summary>
/// <param name="Job">The job.</param>
/// <param name="Period"><c>yyyy-MM-dd</c> or <c>yyyy-MM</c> in the estate's time zone.</param>
/// <param name="Tokens">Tokens read and written.</param>
/// <param name="Bytes">Bytes in the ledger.</param>
/// <param name="CostMicros">Millionths of the user's currency.</param>
internal sealed record StoredUsage(string Job, string Period, long Tokens, long Bytes, long CostMicros);

/// <summary>
/// A change of the state that stands or falls with an entry. The family is closed: a store knows each of them, and
/// nothing outside of it needs to know how it is stored.
/// </summary>
internal abstract record StateChange
{
    private StateChange()
    {
    }

    /// <summary>A new token. Its id and its hash must be new.</summary>
    internal sealed record IssueToken(StoredToken Token) : StateChange;

    /// <summary>
    /// Ends a token at the time of the entry. One that was never stored, because it lived as long as a connection,
    /// changes nothing.
    /// </summary>
    internal sealed record RevokeToken(string Id, bool Leaked) : StateChange;

    /// <summary>Stops a job; a pause of the same job is replaced.</summary>
    internal sealed record PauseJob(StoredPause Pause) : StateChange;

    /// <summary>Lifts the pause of a job, if there is one.</summary>
    internal sealed record ResumeJob(string Job) : StateChange;

    /// <summary>
    /// Adds to what a job used in a day and a month: tokens and cost as given, and the bytes that the entry itself
    /// takes.
    /// </summary>
    internal sealed record BookUsage(string Job, string Day, string Month, long Tokens, long CostMicros) : StateChange;

    /// <summary>Something that waits for a person. The same thing of the same job is held once.</summary>
    internal sealed record Hold(HeldItem Item) : StateChange;

    /// <summary>A held item has gone on from a state. One that is in another state by now is a conflict.</summary>
    internal sealed record MoveHeld(HeldItem Item, HeldState From) : StateChange;

    /// <summary>Two changes that stand or fall together.</summary>
    internal sealed record Both(StateChange First, StateChange Second) : StateChange;
}

/// <summary>A change contradicts what is stored: a token's id twice, for example. Nothing of it was written.</summary>
internal sealed class StateConflictException(string message, Exception? cause = null) : Exception(message, cause);
