namespace Gatehouse.Core.Inspection;

/// <summary>One thing that is looked at, described once for all findings of it.</summary>
/// <param name="Id">Its stable name, as <c>GH-NET-001</c>; never given to another rule.</param>
/// <param name="Worst">The highest severity that a finding of it may have.</param>
/// <param name="Title">What is the matter, as a short sentence about the subject ("It …").</param>
/// <param name="Why">Why it matters, in one or two sentences.</param>
public sealed record InspectionRule(string Id, Severity Worst, string Title, string Why);
