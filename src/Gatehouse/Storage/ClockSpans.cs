using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

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
