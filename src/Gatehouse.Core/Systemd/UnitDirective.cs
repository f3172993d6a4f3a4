namespace Gatehouse.Core.Systemd;

/// <summary>One assignment of a unit file, as <c>ExecStart=/usr/bin/true</c> below <c>[Service]</c>.</summary>
/// <param name="Section">The section, without brackets.</param>
/// <param name="Key">The key, left of the first equals sign.</param>
/// <param name="Value">
/// What stands right of it, continued lines joined, specifiers left as they are. May hold a secret: match on it, never
/// print it.
/// </param>
/// <param name="Path">The file in which it stands.</param>
/// <param name="Line">The line on which it begins, from 1.</param>
public sealed record UnitDirective(string Section, string Key, string Value, string Path, int Line)
{
    /// <summary>Where it stands; what it says may be a secret and is left out.</summary>
    public override string ToString() => $"{Path}:{Line}";
}
