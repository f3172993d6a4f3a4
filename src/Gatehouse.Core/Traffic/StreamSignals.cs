namespace Gatehouse.Core.Traffic;

/// <summary>What one event of a stream says.</summary>
[Flags]
public enum StreamSignals
{
    /// <summary>Nothing that matters here.</summary>
    None = 0,

    /// <summary>It carries a part of the answer.</summary>
    Content = 1,

    /// <summary>It tells the caller that an answer is complete: withheld until the record is durable.</summary>
    Terminal = 2,

    /// <summary>It is the last event of its protocol.</summary>
    End = 4,

    /// <summary>The upstream reports an error.</summary>
    Error = 8,

    /// <summary>It is the extra chunk that carries only usage.</summary>
    UsageOnly = 16,

    /// <summary>Its data is not what the protocol allows; <see cref="Error"/> is set too.</summary>
    Malformed = 32,

    /// <summary>
    /// It carries a part of an answer that an event before it called complete: what was withheld since was not the end.
    /// </summary>
    Resumes = 64,

    /// <summary>It says nothing that the event before it did not say, but for a number that has grown.</summary>
    Repeats = 128,
}
