namespace Gatehouse.Core.Estate;

/// <summary>The answer to a question about a job. The default is unknown, which counts as yes.</summary>
public enum YesNo
{
    /// <summary>Nobody answered.</summary>
    Unknown,

    /// <summary>The owner says no.</summary>
    No,

    /// <summary>The owner says yes.</summary>
    Yes,
}
