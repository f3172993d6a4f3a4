namespace Gatehouse.Core.Discovery.Crontabs;

/// <summary>A table of cron, as it lies on the host.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Text">What stands in it.</param>
/// <param name="Kind">Its format.</param>
/// <param name="User">Whose table it is, where it is a user's; null otherwise.</param>
public sealed record CrontabFile(string Path, string Text, CrontabKind Kind, string? User = null);
