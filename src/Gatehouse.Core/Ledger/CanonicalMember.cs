namespace Gatehouse.Core.Ledger;

/// <summary>Where one member of the outermost object lies.</summary>
/// <param name="Name">Bytes between the quotes of the name.</param>
/// <param name="Value">Bytes of the value, quotes and brackets included.</param>
public readonly record struct CanonicalMember(Range Name, Range Value);
