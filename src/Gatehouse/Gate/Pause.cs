namespace Gatehouse.Gate;

/// <summary>A stop that a person ordered: who, when and why.</summary>
internal sealed record Pause(string Job, string Who, DateTimeOffset Since, string Why);
