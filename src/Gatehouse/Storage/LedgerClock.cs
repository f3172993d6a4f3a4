using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>
/// Three times. The <em>confirmed</em> time goes on with the monotonic clock and follows the wall clock as long as the
/// two stay within a day; beyond that only the kernel's word that the clock is synchronised, or a person's, moves it.
/// <em>Now</em> is what new entries are stamped with: the wall clock, also while it is ahead and nobody has confirmed
/// it, and never less than the confirmed time. <em>Due</em> makes something due: the earlier of wall clock and
/// confirmed time. Only <see cref="Look"/> and <see cref="Confirm"/> change anything, on the writer's thread.
/// </summary>
internal sealed class LedgerClock(TimeProvider time, Func<bool> isSynchronised)
{
    /// <summary>A wall clock that is further from the confirmed time is not believed without being asked.</summary>
    public static readonly TimeSpan JumpMin = TimeSpan.FromDays(1);

    // Foundations: a step over 2 s is an entry.
    private static readonly TimeSpan StepMin = TimeSpan.FromSeconds(2);

    private volatile Anchor? _anchor;
    private volatile bool _isAsking;
    private long _lastEntryTicks;
    private DateTimeOffset _lastWall;
    private long _lastStamp;
    private bool _isSet;

    /// <summary>The time of new entries.</summary>
    public DateTimeOffset Now => Read().Now;

    /// <summary>How the clock is at this moment.</summary>
    public ClockReading Read() => ReadAt(LedgerTime.Truncate(time.GetUtcNow()), time.GetTimestamp());
    /// <summary>True from a jump of more than a day on until the kernel or a person confirms the clock.</summary>
    public bool IsAsking => _isAsking;

    /// <summary>True if a look would change what is believed.</summary>
    public bool HasNews => Read().IsApart ? !_isAsking || isSynchronised() : _isAsking && isSynchronised();

    /// <summary>Time of the newest entry.</summary>
    public DateTimeOffset LastEntry => new(Interlocked.Read(ref _lastEntryTicks), TimeSpan.Zero);

    /// <summary>Tells the time of the newest entry on disk.</summary>
    public void SetLastEntry(DateTimeOffset entry) => Interlocked.Exchange(ref _lastEntryTicks, entry.UtcTicks);

    /// <summary>Takes up what the ledger remembers from before this process. The first call counts.</summary>
    public void Start(DateTimeOffset lastEntry, ClockMemory memory)
    {
        SetLastEntry(lastEntry);
        if (_anchor is not null)
            return;
        var confirmed = memory.IsApart || memory.Confirmed > lastEntry ? memory.Confirmed : lastEntry;
        // A new home has nothing to compare its clock with.
        if (confirmed > DateTimeOffset.UnixEpoch)
            _anchor = new Anchor(confirmed, time.GetTimestamp());
        _isAsking = memory.IsAsking;
    }

    /// <summary>Looks at the clock for a batch.</summary>
    /// <returns>The reading, and the step to record, if the wall clock moved.</returns>
    public (ClockReading Reading, (DateTimeOffset Expected, DateTimeOffset Seen)? Step) Look()
    {
        var (wall, stamp) = (LedgerTime.Truncate(time.GetUtcNow()), time.GetTimestamp());
        var step = StepTo(wall, stamp);
        Classify(wall, stamp, isConfirmed: false);
        return (ReadAt(wall, stamp), step);
    }

    /// <summary>A person says that the wall clock is right.</summary>
    public void Confirm() =>
        Classify(LedgerTime.Truncate(time.GetUtcNow()), time.GetTimestamp(), isConfirmed: true);

    /// <summary>What has to outlive the process.</summary>
    public ClockMemory MemoryOf(ClockReading reading) => new(_isAsking, reading.IsApart, reading.Confirmed);

    private ClockReading ReadAt(DateTimeOffset wall, long stamp)
    {
        if (_anchor is not { } anchor)
            return new ClockReading(wall, wall, wall, IsApart: false);
        var counted = Counted(anchor, stamp);
        var isAhead = wall > counted;
        if (IsApart(wall, counted))
            return new ClockReading(isAhead ? wall : counted, counted, isAhead ? counted : wall, IsApart: true);
        // A clock that steps back a little is waited for: time never goes back by itself.
        var agreed = wall > anchor.Confirmed ? wall : anchor.Confirmed;
        return new ClockReading(agreed, agreed, agreed, IsApart: false);
    }

    private void Classify(DateTimeOffset wall, long stamp, bool isConfirmed)
    {
        var anchor = _anchor ?? new Anchor(wall, stamp);
        var counted = Counted(anchor, stamp);
        var isApart = IsApart(wall, counted);
        var isAsking = _isAsking || isApart;
        var isSettled = isAsking && (isConfirmed || isSynchronised());
        var confirmed = !isApart ? (wall > anchor.Confirmed ? wall : anchor.Confirmed) : isSettled ? wall : counted;
        (_anchor, _isAsking) = (new Anchor(confirmed, stamp), isAsking && !isSettled);
    }

    private (DateTimeOffset Expected, DateTimeOffset Seen)? StepTo(DateTimeOffset wall, long stamp)
    {
        // After a start the last entry is all there is to compare with, and only a clock behind it is certainly wrong.
        var expected = _isSet ? LedgerTime.Truncate(_lastWall + time.GetElapsedTime(_lastStamp, stamp))
            : LastEntry - wall > StepMin ? LastEntry : wall;
        (_lastWall, _lastStamp, _isSet) = (wall, stamp, true);
        return (wall - expected).Duration() > StepMin ? (expected, wall) : null;
    }

    private DateTimeOffset Counted(Anchor anchor, long stamp) =>
        LedgerTime.Truncate(anchor.Confirmed + time.GetElapsedTime(anchor.Stamp, stamp));

    private static bool IsApart(DateTimeOffset wall, DateTimeOffset counted) => (wall - counted).Duration() > JumpMin;

    private sealed record Anchor(DateTimeOffset Confirmed, long Stamp);
}

/// <summary>The clock at one moment, see <see cref="LedgerClock"/>.</summary>
/// <param name="Now">What new entries are stamped with.</param>
/// <param name="Confirmed">The confirmed time.</param>
/// <param name="Due">What was kept until then is due.</param>
/// <param name="IsApart">True if the wall clock is more than a day from the confirmed time.</param>
internal readonly record struct ClockReading(
    DateTimeOffset Now, DateTimeOffset Confirmed, DateTimeOffset Due, bool IsApart)
{
    /// <summary>
    /// The time by which something is measured that began at <paramref name="begun"/>: the confirmed time, or, where it
    /// was stamped later than that, the clock that stamped it.
    /// </summary>
    public DateTimeOffset For(DateTimeOffset begun) => begun <= Confirmed ? Confirmed : Now;
}

/// <summary>What the ledger remembers of the clock over a restart.</summary>
/// <param name="IsAsking">True while the clock waits to be confirmed.</param>
/// <param name="IsApart">True if the last entry's time was not the confirmed one.</param>
/// <param name="Confirmed">The confirmed time, at most an hour old while the gate ran.</param>
internal readonly record struct ClockMemory(bool IsAsking, bool IsApart, DateTimeOffset Confirmed)
{
    private const string StateFlag = "clock_state";
    private const string ConfirmedFlag = "clock_confirmed";
    private const long Asking = 1;
    private const long Apart = 2;

    // Entries carry the time too, so that an idle ledger is written to once an hour at most.
    private static readonly TimeSpan WrittenEvery = TimeSpan.FromHours(1);

    public static ClockMemory Read(LedgerTables tables)
    {
        var state = tables.Flag(StateFlag);
        return new ClockMemory((state & Asking) != 0, (state & Apart) != 0,
            DateTimeOffset.FromUnixTimeMilliseconds(tables.Flag(ConfirmedFlag)));
    }

    /// <summary>True if it is worth writing after <paramref name="written"/>.</summary>
    public bool Differs(ClockMemory written) => IsAsking != written.IsAsking || IsApart != written.IsApart
        || (Confirmed - written.Confirmed).Duration() >= WrittenEvery;

    public void Write(LedgerTables tables)
    {
        tables.SetFlag(StateFlag, (IsAsking ? Asking : 0) + (IsApart ? Apart : 0));
        tables.SetFlag(ConfirmedFlag, Confirmed.ToUnixTimeMilliseconds());
    }
}

/// <summary>
/// The leaves that a clock stamped while it ran ahead, and by how much. Their times, and what they say is kept until
/// when, count from the right time: without this, what was written in a wrong year would stay for as many years.
/// </summary>
internal sealed class ClockSpans
{
    /// <summary>The leaf at an index, for <see cref="FirstAfter"/>.</summary>
    public const string SelectLeaf = "SELECT leaf FROM ledger_entry WHERE log = 1 AND idx = ?1";

    /// <summary>The query that <see cref="Read"/> expects.</summary>
    public const string Select = "SELECT since, until, ahead_ms FROM clock_span ORDER BY until";

    private readonly List<(long Since, long Until, TimeSpan Ahead)> _spans = [];

    public bool IsEmpty => _spans.Count == 0;

    public static ClockSpans Read(SqlStatement select)
    {
        var spans = new ClockSpans();
        while (select.Step())
            spans.Add(select.Int64(0), select.Int64(1), TimeSpan.FromMilliseconds(select.Int64(2)));
        select.Reset();
        return spans;
    }

    public void Add(long since, long until, TimeSpan ahead) => _spans.Add((since, until, ahead));

    /// <summary>By how much the clock ran ahead that stamped a leaf; zero for nearly all of them.</summary>
    public TimeSpan AheadOf(long index)
    {
        var ahead = TimeSpan.Zero;
        foreach (var span in _spans)
        {
            if (index >= span.Since && index < span.Until)
                ahead += span.Ahead;
        }

        return ahead;
    }

    /// <summary>The whole log in parts of equal ahead, in order; the last has no end.</summary>
    /// <param name="cut">Where a part must end although nothing changes there.</param>
    public IEnumerable<(long From, long To, TimeSpan Ahead)> Parts(long cut)
    {
        var edges = _spans.SelectMany(span => new[] { span.Since, span.Until }).Append(0).Append(cut)
            .Distinct().Order().ToList();
        for (var i = 0; i < edges.Count; i++)
            yield return (edges[i], i + 1 < edges.Count ? edges[i + 1] : long.MaxValue >> 3, AheadOf(edges[i]));
    }

    /// <summary>
    /// The first leaf that is later than <paramref name="time"/>, or at that time if <paramref name="orAt"/>; the count
    /// if there is none. By halving: with the spans taken off, time never goes back along the log. A leaf without text
    /// is old.
    /// </summary>
    public long FirstAfter(DateTimeOffset time, bool orAt, long count, SqlStatement selectLeaf)
    {
        var (low, high) = (0L, count);
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            var isThere = selectLeaf.Bind(1, middle).Step() && !selectLeaf.IsNull(0);
            var isAfter = isThere && LeafHeader.TryRead(selectLeaf.Blob(0), out var header)
                && LedgerTime.TryParse(header.Time, out var stamped)
                && (stamped - AheadOf(middle)).CompareTo(time) >= (orAt ? 0 : 1);
            selectLeaf.Reset();
            (low, high) = isAfter ? (low, middle) : (middle + 1, high);
        }

        return low;
    }
}
