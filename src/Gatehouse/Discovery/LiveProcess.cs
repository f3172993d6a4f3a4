using System.Collections.Immutable;

namespace Gatehouse.Discovery;

/// <summary>One running process, as far as this user may see it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="CommandLine">Program and arguments. May hold secrets: match on it, never print it.</param>
/// <param name="Uid">The user that it runs as; -1 when that could not be read.</param>
/// <param name="Namespace">Its network namespace; empty when that could not be read.</param>
/// <param name="Container">The id of its container; null when it is in none.</param>
/// <param name="Unit">The service that started it; null when none did.</param>
internal sealed record LiveProcess(
    int Id, ImmutableArray<string> CommandLine, int Uid, string Namespace, string? Container, string? Unit)
{
    /// <summary>The program's own name.</summary>
    public string Program => CommandLine is [var first, ..] ? Path.GetFileName(first.Split(' ')[0].TrimEnd(':')) : "";

    /// <summary>Whose it is, in the words of sights.</summary>
    public string Identity => Unit is null ? FormattableString.Invariant($"process {Id}") : $"unit {Unit}";
}
