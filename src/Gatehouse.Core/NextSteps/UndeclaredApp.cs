namespace Gatehouse.Core.NextSteps;

/// <summary>Something on the host that calls models and is no job of the estate.</summary>
/// <param name="Kind">What it is, as <c>container</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Target">What adoption takes: its Compose project, else its name.</param>
public sealed record UndeclaredApp(string Kind, string Name, string Target);
