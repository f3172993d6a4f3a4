namespace Gatehouse.Tests.Adoption;

/// <summary>When a process dies, told by the line of its journal that it is about to write.</summary>
internal enum KillMoment
{
    /// <summary>Before the line is in the file: what it reports is done, and not marked.</summary>
    BeforeLine,

    /// <summary>The line is in the file, and the process waits for the disk: what it announces is not begun.</summary>
    AfterLine,

    /// <summary>A while after the line: what it announces is somewhere in the middle.</summary>
    Later,
}
