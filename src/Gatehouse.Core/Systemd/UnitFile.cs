namespace Gatehouse.Core.Systemd;

/// <summary>One file of a unit as it lies on the host: the unit itself, or a drop-in.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Text">What stands in it.</param>
public sealed record UnitFile(string Path, string Text);
