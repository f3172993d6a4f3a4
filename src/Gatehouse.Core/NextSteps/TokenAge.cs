namespace Gatehouse.Core.NextSteps;

/// <summary>A service token that is good.</summary>
/// <param name="Id">Its id, which opens nothing.</param>
/// <param name="Job">The job that it is of.</param>
/// <param name="Issued">When it was issued.</param>
public sealed record TokenAge(string Id, string Job, DateTimeOffset Issued);
