namespace Gatehouse.Core.Traffic;

/// <summary>One recorded change to a body: the only way in which the gate alters what it forwards.</summary>
/// <param name="Offset">Where the replaced bytes begin, in bytes from the body's start.</param>
/// <param name="Length">How many bytes are replaced; 0 inserts.</param>
/// <param name="Replacement">What stands there instead; empty deletes.</param>
public readonly record struct Splice(int Offset, int Length, ReadOnlyMemory<byte> Replacement);
