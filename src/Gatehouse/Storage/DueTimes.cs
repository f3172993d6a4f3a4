namespace Gatehouse.Storage;

/// <summary>
/// What is due, for each part of the log: what a clock stamped that ran ahead is due by that much later on its own
/// clock, and what was stamped later than the wall clock says it is can only be measured by the confirmed time.
/// </summary>
internal sealed class DueTimes
{
    /// <summary>The condition on a payload that <see cref="Part.Bind"/> fills in.</summary>
    public const string Where = "expires <= ?1 AND key >= ?2 * 8 AND key < ?3 * 8";

    private DueTimes(IReadOnlyList<Part> parts, bool hasSpans) => (Parts, HasSpans) = (parts, hasSpans);

    public IReadOnlyList<Part> Parts { get; }

    /// <summary>True if a clock ever ran ahead.</summary>
    public bool HasSpans { get; }

    public static DueTimes At(LedgerTables tables, ClockReading clock)
    {
        var spans = ClockSpans.Read(tables.Prepare(ClockSpans.Select));
        var cut = clock.Due == clock.Confirmed ? 0 : spans.FirstAfter(
            clock.Due, orAt: false, tables.CountLeaves(), tables.Prepare(ClockSpans.SelectLeaf));
        var parts = spans.Parts(cut)
            .Select(part => new Part(
                part.From, part.To, (part.From < cut ? clock.Due : clock.Confirmed) + part.Ahead));
        return new DueTimes([.. parts], !spans.IsEmpty);
    }

    /// <summary>What a leaf says is kept until then is due.</summary>
    public DateTimeOffset For(long index) => Parts.Last(part => part.From <= index).Due;

    /// <summary>Leaves from an index to below another.</summary>
    public sealed record Part(long From, long To, DateTimeOffset Due)
    {
        public SqlStatement Bind(SqlStatement statement) =>
            statement.Bind(1, Due.ToUnixTimeMilliseconds()).Bind(2, From).Bind(3, To);
    }
}
