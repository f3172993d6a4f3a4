using System.Collections.Immutable;

namespace Gatehouse.Core.Estate;

/// <summary>Entries that are to be added to an estate file, and what is changed in those that it has.</summary>
public sealed record EstateDraft
{
    /// <summary>New entries of <c>models:</c>.</summary>
    public ImmutableArray<ModelDraft> Models { get; init; } = [];

    /// <summary>New entries of <c>sinks:</c>.</summary>
    public ImmutableArray<SinkDraft> Sinks { get; init; } = [];

    /// <summary>New entries of <c>jobs:</c>.</summary>
    public ImmutableArray<JobDraft> Jobs { get; init; } = [];

    /// <summary>What is added to jobs that are there already.</summary>
    public ImmutableArray<JobChange> JobChanges { get; init; } = [];

    /// <summary>New places of models that are there already.</summary>
    public ImmutableArray<ModelMove> ModelMoves { get; init; } = [];

    /// <summary>Whether there is nothing to add or change.</summary>
    public bool IsEmpty => Models.IsEmpty && Sinks.IsEmpty && Jobs.IsEmpty && JobChanges.IsEmpty && ModelMoves.IsEmpty;
}
