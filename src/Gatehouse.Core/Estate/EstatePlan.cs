using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Gatehouse.Core.Estate;

/// <summary>What the user declared, checked: an immutable snapshot that a call reads from start to end.</summary>
public sealed record EstatePlan
{
    /// <summary>Name of the estate: the first half of the ledger's origin.</summary>
    public required string Name { get; init; }

    /// <summary>Name of this node: the second half of the origin; null means the host name.</summary>
    public string? Node { get; init; }

    /// <summary>Where jobs reach the gate.</summary>
    public required ListenAddress Gate { get; init; }

    /// <summary>Where people reach the control room.</summary>
    public required ListenAddress Control { get; init; }

    /// <summary>Which addresses are near.</summary>
    public required NetworkZones Zones { get; init; }

    /// <summary>Size and clocks of the ledger.</summary>
    public required LedgerPlan Ledger { get; init; }

    /// <summary>The zone in which schedules are meant.</summary>
    public required TimeZoneInfo TimeZone { get; init; }

    /// <summary>What jobs inherit.</summary>
    public required JobDefaults Defaults { get; init; }

    /// <summary>Prices by model key or upstream name.</summary>
    public required FrozenDictionary<string, ModelPrice> Prices { get; init; }

    /// <summary>Models by key.</summary>
    public required FrozenDictionary<string, ModelPlan> Models { get; init; }

    /// <summary>Sinks by key, with the built-in <c>stdout</c> and <c>none</c>.</summary>
    public required FrozenDictionary<string, SinkPlan> Sinks { get; init; }

    /// <summary>Guards by key.</summary>
    public required FrozenDictionary<string, GuardPlan> Guards { get; init; }

    /// <summary>Jobs by key.</summary>
    public required FrozenDictionary<string, JobPlan> Jobs { get; init; }

    /// <summary>What loads but deserves a look, in the order of the file.</summary>
    public required ImmutableArray<EstateProblem> Warnings { get; init; }
}
