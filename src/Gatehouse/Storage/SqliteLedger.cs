using Gatehouse.Core.Approvals;
using Gatehouse.Core.Ledger;
using Gatehouse.Linux;

namespace Gatehouse.Storage;

/// <summary>
/// The ledger of one home. The caller holds the home's lock. An append is complete only when it is on disk.
/// </summary>
internal sealed class SqliteLedger : IStateStore
{
    // With so many new leaves a checkpoint is signed early, so that a start after a crash stays fast.
    private const long UnsignedMax = 100_000;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    // A health check gives up after five seconds; this says why before.
    private static readonly TimeSpan WriterPatience = TimeSpan.FromSeconds(3);

    private readonly HomeDirectory _home;
    private readonly LedgerSettings _settings;
    private readonly TimeProvider _time;
    private readonly DraftEncoder _encoder;
    private readonly LedgerWriter _writer;
    private readonly CheckpointSigner _signer;
    private readonly WalKeeper _keeper;
    private readonly Purger _purger;
    private readonly CancellationTokenSource _stopping = new();
    private Task _signing = Task.CompletedTask;
    private int _isDisposed;

    private SqliteLedger(
        HomeDirectory home, LedgerSettings settings, TimeProvider time, Action<LedgerFatal> onFatal)
    {
        (_home, _settings, _time, _encoder) = (home, settings, time, new DraftEncoder(settings));
        _writer = new LedgerWriter(home, settings, time, onFatal);
        _writer.Start();
        _signer = new CheckpointSigner(home, settings, _writer, time);
        _keeper = new WalKeeper(home, FailWal);
        _writer.OnWalGrown = _keeper.Wake;
        _purger = new Purger(home, settings, this, _writer, _signer);
    }

    /// <summary>The log's public key; null until a full or read-only disk let the home be opened once.</summary>
    public VerifierKey? Key => _writer.Keys?.Verifier;

    /// <summary>The keys, for reading payloads in this process.</summary>
    public LedgerKeys? Keys => _writer.Keys;

    /// <inheritdoc/>
    public StateLease? Lease => _writer.Lease;

    /// <summary>What was lost and is now on record as accepted; null if nothing was.</summary>
    public LedgerLoss? RecordedLoss => _writer.RecordedLoss;

    /// <summary>The time of new entries, see <see cref="LedgerClock"/>.</summary>
    public DateTimeOffset Now => _writer.Clock.Now;

    /// <summary>How the clock is at this moment.</summary>
    public ClockReading Clock => _writer.Clock.Read();

    /// <summary>
    /// Called when time on record has gone back: with the time that it is now, and by how much what was stamped later
    /// than that was ahead.
    /// </summary>
    public Action<DateTimeOffset, TimeSpan>? OnTimeWentBack
    {
        get => _writer.OnTimeWentBack;
        set => _writer.OnTimeWentBack = value;
    }

    /// <summary>Opens the ledger of a home, seals what a crash left open, and starts to take appends.</summary>
    /// <param name="home">The home, whose lock the caller holds.</param>
    /// <param name="settings">What the ledger is asked to be.</param>
    /// <param name="time">The clock.</param>
    /// <param name="onFatal">Called once, from any thread, when the process has to stop.</param>
    /// <exception cref="HomeException">The home cannot be used, or its ledger is damaged.</exception>
    public static SqliteLedger Open(
        HomeDirectory home, LedgerSettings settings, TimeProvider time, Action<LedgerFatal> onFatal)
    {
        var ledger = new SqliteLedger(home, settings, time, onFatal);
        ledger._signing = ledger.WatchAsync();
        return ledger;
    }

    /// <summary>A new id, see <see cref="EntryId"/>.</summary>
    public string NewId(string prefix)
    {
        Span<byte> random = stackalloc byte[EntryId.RandomBytes];
        RandomPool.Fill(random);
        return EntryId.Create(prefix, Now, random);
    }

    /// <summary>
    /// Appends an entry. Completes once it is on disk, or with the reason why nothing of it is. Once queued it is
    /// written whatever happens to <paramref name="cancellation"/>, which only ends the wait for a place.
    /// </summary>
    /// <exception cref="ArgumentException">Two payloads are of one kind.</exception>
    /// <exception cref="StateConflictException">Its change contradicts what is stored.</exception>
    public ValueTask<AppendResult> AppendAsync(LedgerDraft draft, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        // The end of an exchange that could not be written is not tried again: the caller got an error instead.
        return draft.Entry is OutcomeEntry { Call: null } outcome
            ? AppendOutcomeAsync(outcome.Of, AppendAnyAsync(draft, cancellation))
            : AppendAnyAsync(draft, cancellation);
    }

    private async ValueTask<AppendResult> AppendOutcomeAsync(string exchange, ValueTask<AppendResult> append)
    {
        var isDurable = false;
        try
        {
            var result = await append;
            isDurable = result.IsDurable;
            return result;
        }
        finally
        {
            if (!isDurable)
                _writer.CloseLater(exchange);
        }
    }

    private ValueTask<AppendResult> AppendAnyAsync(LedgerDraft draft, CancellationToken cancellation)
    {
        var cost = DraftEncoder.CostOf(draft);
        if (_writer.Keys is not { } keys || !_writer.Queue.TryReserve(cost))
            return AppendSlowAsync(draft, cost, cancellation);
        return Submit(draft, keys, cost);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StoredToken>> LoadTokensAsync(
        DateTimeOffset endedAfter, CancellationToken cancellation) => new(StateReader.Tokens(_home, endedAfter));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StoredPause>> LoadPausesAsync(CancellationToken cancellation) =>
        new(StateReader.Pauses(_home));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StoredUsage>> LoadUsageAsync(
        IReadOnlyCollection<string> periods, CancellationToken cancellation) => new(StateReader.Usage(_home, periods));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<HeldItem>> LoadHeldAsync(CancellationToken cancellation) =>
        new(StateReader.Held(_home));

    /// <summary>How the ledger is now.</summary>
    public LedgerHealth Health()
    {
        var (state, reason) = _writer.Status.Read();
        var usage = _writer.Usage;
        var used = usage.Used;
        if (state == LedgerState.Writing && used >= usage.BytesMax)
        {
            (state, reason) = (LedgerState.Full,
                "The ledger has reached its bytes-max. Raise `ledger: bytes-max`, or shorten `keep:` for what comes.");
        }
        else if (state == LedgerState.Writing && used >= usage.BytesMax * LedgerUsage.NearlyFull)
        {
            state = LedgerState.NearlyFull;
        }

        var (p50, p99) = _writer.Commits.Percentiles();
        return new LedgerHealth
        {
            State = state,
            Reason = reason,
            Entries = _writer.Status.Entries,
            BytesUsed = used,
            BytesMax = usage.BytesMax,
            DaysLeft = usage.DaysLeft(Now),
            Queued = _writer.Queue.Count,
            SignedTo = _signer.SignedTo,
            CommitP50Milliseconds = p50,
            CommitP99Milliseconds = p99,
            IsClockInDoubt = _writer.Clock.IsAsking,
        };
    }

    /// <summary>Why a call could not be put on record just now, as a sentence; null when it could.</summary>
    public async ValueTask<string?> FindObstacleAsync(CancellationToken cancellation)
    {
        var health = Health();
        if (health.State is not (LedgerState.Writing or LedgerState.NearlyFull))
            return $"{health.State}: {health.Reason}";
        try
        {
            // The keys that the next call's payloads are sealed with.
            foreach (var (keep, retention) in new[]
            {
                (_settings.KeepInputs, RetentionClass.Inputs), (_settings.KeepOutputs, RetentionClass.Outputs),
            })
            {
                _writer.Keys!.Days.GetOrCreate(DateOnly.FromDateTime((Now + keep).UtcDateTime), retention);
            }
            var (refusal, _) = await _writer.RunAsync(_ => 0, inTransaction: false)
                .WaitAsync(WriterPatience, _time, cancellation);
            return refusal == LedgerRefusal.None ? null : $"{refusal}";
        }
        catch (TimeoutException)
        {
            return $"The writer did not answer within {WriterPatience.TotalSeconds:0} s. Is the disk slow or broken?";
        }
        catch (Exception e) when (e is HomeException or IOException)
        {
            return e.Message;
        }
    }

    /// <summary>Signs the tree as it is now; waits if the last signature is younger than a second.</summary>
    public ValueTask<CheckpointResult> SignCheckpointAsync(CancellationToken cancellation) =>
        _signer.SignAsync(isLast: false, cancellation);

    /// <summary>Deletes what is due: call it at the start and now and then. Safe to repeat after a crash.</summary>
    public Task<PurgeResult> PurgeDueAsync(CancellationToken cancellation) => _purger.RunAsync(cancellation);

    /// <summary>A person says that the clock is right after a long jump; purging goes on.</summary>
    public async Task<LedgerRefusal> ConfirmClockAsync()
    {
        var (refusal, looked) = await _writer.RunAsync(
            _ =>
            {
                _writer.Clock.Confirm();
                return _writer.LookAtClock();
            },
            inTransaction: false);
        return refusal != LedgerRefusal.None ? refusal : looked;
    }

    /// <summary>Derives again from the leaves what is kept for people and statistics.</summary>
    /// <returns>Number of exchanges, or why nothing was done.</returns>
    /// <exception cref="FormatException">A leaf is not what was written; nothing was changed.</exception>
    public Task<(LedgerRefusal Refusal, long Exchanges)> RebuildAsync() =>
        _writer.RunAsync(DerivedTables.Rebuild, inTransaction: true);

    /// <summary>Writes what is queued, signs a last checkpoint and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
            return;
        await _stopping.CancelAsync();
        await _signing;
        // What the time was when it stopped is what the next start compares its clock with.
        await _writer.RunAsync(_ => _writer.LookAtClock(), inTransaction: false);
        if (_writer.Status.State != LedgerState.Stopped)
            await _signer.SignAsync(isLast: true, CancellationToken.None);
        _keeper.Dispose();
        _writer.Dispose();
        _signer.Dispose();
        _purger.Dispose();
        _stopping.Dispose();
    }

    private async ValueTask<AppendResult> AppendSlowAsync(LedgerDraft draft, long cost, CancellationToken cancellation)
    {
        if (_writer.Keys is null)
        {
            var (refusal, _) = await _writer.RunAsync(_ => 0, inTransaction: false);
            if (_writer.Keys is null)
                return AppendResult.Refused(refusal == LedgerRefusal.None ? LedgerRefusal.Stopped : refusal);
        }

        if (!await _writer.Queue.ReserveAsync(cost, cancellation))
            return AppendResult.Refused(LedgerRefusal.Busy);
        return await Submit(draft, _writer.Keys, cost);
    }

    private ValueTask<AppendResult> Submit(LedgerDraft draft, LedgerKeys keys, long cost)
    {
        AppendWork? work;
        try
        {
            work = _encoder.Encode(draft, keys.Days, Now);
        }
        catch (IOException e)
        {
            _writer.Queue.Release(1, cost);
            var refusal = StoreFault.Classify(e);
            if (refusal == LedgerRefusal.Stopped)
                FailKey(e);
            return new(AppendResult.Refused(refusal));
        }
        catch (HomeException)
        {
            _writer.Queue.Release(1, cost);
            return new(AppendResult.Refused(LedgerRefusal.KeyDamaged));
        }
        catch
        {
            _writer.Queue.Release(1, cost);
            throw;
        }

        var task = work?.AsTask();
        if (work is not null && _writer.Queue.TryEnqueue(work))
            return task!.Value;
        _writer.Queue.Release(1, cost);
        work?.Discard();
        return new(AppendResult.Refused(work is null ? LedgerRefusal.TooLarge : LedgerRefusal.Stopped));
    }

    private void FailKey(IOException e) => _writer.Fail(new LedgerFatal(
        $"A new key of the ledger could not be made durable: {e.Message} The gate stops. "
            + "Check the disk, then start it again.",
        0, LinuxFile.ErrnoOf(e)));

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(LookEvery, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                if (_writer.Status.State == LedgerState.Waiting)
                    await ProbeAsync();
                else // A gate that nobody calls notices too that its files were taken away.
                    await _writer.RunAsync(_ => 0, inTransaction: false);
                if (_writer.Clock.HasNews)
                    await _writer.RunAsync(_ => _writer.LookAtClock(), inTransaction: false);
                var unsigned = _writer.Status.Entries - _signer.SignedTo;
                if (_signer.IsHeadBehind || unsigned > UnsignedMax
                    || (unsigned > 0 && _signer.Age >= _settings.CheckpointEvery))
                {
                    await _signer.SignAsync(isLast: false, _stopping.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping: the code that stops the ledger signs the last checkpoint.
        }
        catch (Exception e)
        {
            _writer.Fail(new LedgerFatal($"Signing checkpoints failed: {e.Message} The gate stops.", 0, 0));
        }
    }

    // Without it a gate that nobody calls would stay "not ready" after the disk has room again.
    private async Task ProbeAsync()
    {
        await _writer.RunAsync(
            tables =>
            {
                tables.SetFlag("probe", Now.ToUnixTimeSeconds());
                return 0;
            },
            inTransaction: true);
    }

    private void FailWal(SqliteFaultException e) => _writer.Fail(new LedgerFatal(
        $"Moving the ledger's WAL failed: {e.Message} The gate stops. Check the disk, then start it again.",
        e.Code,
        e.Errno));
}
