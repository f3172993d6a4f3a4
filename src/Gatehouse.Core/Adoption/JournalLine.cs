using System.Collections.Immutable;

namespace Gatehouse.Core.Adoption;

/// <summary>
/// One line of an adoption's journal, as JSON. The first holds the plan; every later one says how far it came.
/// </summary>
public sealed record JournalLine
{
    /// <summary>Version of this format.</summary>
    public const int Version = 1;

    /// <summary>What happened.</summary>
    public required JournalEvent Event { get; init; }

    /// <summary>When, in UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Version of the format; in the first line only.</summary>
    public int? V { get; init; }

    /// <summary>The adoption's id; in the first line only.</summary>
    public string? Adoption { get; init; }

    /// <summary>The home on the host; in the first line only.</summary>
    public string? Home { get; init; }

    /// <summary>The engine's address; in the first line only.</summary>
    public string? Engine { get; init; }

    /// <summary>All steps in their order; in the first line only.</summary>
    public ImmutableArray<AdoptionStep>? Steps { get; init; }

    /// <summary>The step, counted from 0; in lines about one.</summary>
    public int? Step { get; init; }

    /// <summary>What went wrong; where something did.</summary>
    public string? Why { get; init; }
}
