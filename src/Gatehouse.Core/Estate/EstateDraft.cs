using System.Collections.Immutable;

namespace Gatehouse.Core.Estate;

/// <summary>Entries that are to be added to an estate file.</summary>
public sealed record EstateDraft
{
    /// <summary>New entries of <c>models:</c>.</summary>
    public ImmutableArray<ModelDraft> Models { get; init; } = [];

    /// <summary>New entries of <c>sinks:</c>.</summary>
    public ImmutableArray<SinkDraft> Sinks { get; init; } = [];

    /// <summary>New entries of <c>jobs:</c>.</summary>
    public ImmutableArray<JobDraft> Jobs { get; init; } = [];

    /// <summary>Whether there is nothing to add.</summary>
    public bool IsEmpty => Models.IsEmpty && Sinks.IsEmpty && Jobs.IsEmpty;
}
