using System.Collections.Immutable;

namespace Gatehouse.Core.Estate;

/// <summary>An entry of <c>jobs:</c> that is to be written.</summary>
public sealed record JobDraft
{
    /// <summary>Its key.</summary>
    public required string Key { get; init; }

    /// <summary>Who answers for it.</summary>
    public required string Owner { get; init; }

    /// <summary>Keys of the models that it may call.</summary>
    public required ImmutableArray<string> Models { get; init; }

    /// <summary>What starts it; <see cref="TriggerKind.Unknown"/> leaves the key out.</summary>
    public TriggerKind Trigger { get; init; }

    /// <summary>The schedule of a cron trigger, or the name of a webhook or event.</summary>
    public string? TriggerDetail { get; init; }

    /// <summary>Where its input comes from.</summary>
    public required SourceDraft Source { get; init; }

    /// <summary>Key of the sink, or <c>stdout</c> or <c>none</c>.</summary>
    public required string Sink { get; init; }

    /// <summary>What it can do; questions without an answer are left out.</summary>
    public JobAbilities Can { get; init; } = JobAbilities.Unanswered;

    /// <summary>Whether it may pull, create, copy and delete models.</summary>
    public bool MayManageModels { get; init; }

    /// <summary>Routes that pass uninspected.</summary>
    public ImmutableArray<string> Opaque { get; init; } = [];

    /// <summary>Further keys of the entry with their values, written as YAML that fits on one line.</summary>
    public ImmutableArray<KeyValuePair<string, string>> More { get; init; } = [];

    /// <summary>Lines of comment above the entry, without the sign.</summary>
    public ImmutableArray<string> Comment { get; init; } = [];
}
