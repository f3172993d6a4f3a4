namespace Gatehouse.Actions;

/// <summary>What a reload did: the changes by key path, or the problems for which the old plan stays.</summary>
internal sealed record ReloadResult(bool IsLoaded, IReadOnlyList<string> Lines);
