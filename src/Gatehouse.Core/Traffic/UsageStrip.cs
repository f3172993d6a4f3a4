namespace Gatehouse.Core.Traffic;

/// <summary>What became of an event under <see cref="UsageStripper"/>.</summary>
public enum UsageStrip
{
    /// <summary>Nothing is to be taken out: pass the wire bytes on.</summary>
    Unchanged,

    /// <summary>The whole event exists only because the gate asked for usage: pass nothing on.</summary>
    Dropped,

    /// <summary>The bytes to pass on were written to the output.</summary>
    Rewritten,
}
