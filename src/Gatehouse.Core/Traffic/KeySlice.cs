namespace Gatehouse.Core.Traffic;

/// <summary>
/// Where an object's key lies: at an offset of the body, or, if negative, at ~offset of the unescaped keys.
/// </summary>
internal readonly record struct KeySlice(int Offset, int Length);
