namespace Gatehouse.Demo;

/// <summary>How a demo call ended for the job that made it.</summary>
internal enum DemoOutcome
{
    Completed,

    /// <summary>An error status, with a reason in the body.</summary>
    Refused,

    /// <summary>The answer began and did not end as its dialect says, or none came.</summary>
    Broken,
}
