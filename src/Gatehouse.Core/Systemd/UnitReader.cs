using System.Collections.Immutable;
using System.Text;
using Gatehouse.Core.Syntax;

namespace Gatehouse.Core.Systemd;

/// <summary>
/// Reads the files of one systemd unit, as systemd.syntax(7) describes them. Nothing in them can make it fail: a line
/// that says nothing is listed and passed over, as systemd does.
/// </summary>
public static class UnitReader
{
    /// <summary>Characters of one file that are read; systemd's own limit for a line is a megabyte.</summary>
    public const int TextMax = 1 << 20;

    private const int DirectivesMax = 20_000; // Of one unit; the longest of a distribution has about a hundred.
    private const int OddLinesMax = 20; // Enough to say that something is wrong with a file.

    /// <summary>Reads a unit.</summary>
    /// <param name="name">Its name, as <c>news.service</c>.</param>
    /// <param name="files">
    /// Its files in the order in which they apply: the unit itself, then its drop-ins, whose paths end in
    /// <c>.conf</c>.
    /// </param>
    public static UnitFacts Read(string name, params ReadOnlySpan<UnitFile> files)
    {
        var path = "";
        var dropIns = ImmutableArray.CreateBuilder<string>();
        var directives = ImmutableArray.CreateBuilder<UnitDirective>();
        var odd = ImmutableArray.CreateBuilder<string>();
        foreach (var file in files)
        {
            if (file.Path.EndsWith(".conf", StringComparison.Ordinal))
                dropIns.Add(file.Path);
            else
                path = file.Path;
            ReadFile(file, directives, odd);
        }
        return new UnitFacts
        {
            Name = name,
            Path = path,
            DropIns = dropIns.ToImmutable(),
            Directives = directives.ToImmutable(),
            OddLines = odd.ToImmutable(),
        };
    }

    private static void ReadFile(
        UnitFile file, ImmutableArray<UnitDirective>.Builder directives, ImmutableArray<string>.Builder odd)
    {
        var section = "";
        foreach (var (number, line) in LogicalLines(file.Text))
        {
            if (directives.Count >= DirectivesMax)
                return;
            if (line.StartsWith('[') && line.EndsWith(']'))
            {
                section = line[1..^1];
                continue;
            }
            var cut = line.IndexOf('=', StringComparison.Ordinal);
            if (cut > 0 && section.Length > 0)
            {
                directives.Add(new UnitDirective(
                    section, line[..cut].TrimEnd(), line[(cut + 1)..].TrimStart(), file.Path, number));
            }
            else if (odd.Count < OddLinesMax)
            {
                odd.Add($"{file.Path}:{number}");
            }
        }
    }

    /// <summary>
    /// Lines with those that they go on with: a backslash at the end joins the next one with a blank, and comments in
    /// between are passed over.
    /// </summary>
    private static IEnumerable<(int Number, string Line)> LogicalLines(string text)
    {
        var (number, first) = (0, 0);
        var joined = new StringBuilder();
        foreach (var part in (text.Length > TextMax ? text[..TextMax] : text).TrimStart('\uFEFF').Split('\n'))
        {
            number++;
            var line = part.Trim();
            if (line.StartsWith('#') || line.StartsWith(';'))
                continue;
            first = joined.Length == 0 ? number : first;
            var goesOn = EndsOpen(line);
            joined.Append(goesOn ? line.AsSpan(0, line.Length - 1) : line);
            if (goesOn)
            {
                joined.Append(' ');
                continue;
            }
            if (joined.ToString().Trim() is { Length: > 0 } whole)
                yield return (first, whole);
            joined.Clear();
        }
        if (joined.ToString().Trim() is { Length: > 0 } rest)
            yield return (first, rest);
    }

    /// <summary>Whether the last backslash of a line is not itself escaped.</summary>
    private static bool EndsOpen(string line) => (line.Length - line.TrimEnd('\\').Length) % 2 == 1;
}

/// <summary>One file of a unit as it lies on the host: the unit itself, or a drop-in.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Text">The content of the file.</param>
public sealed record UnitFile(string Path, string Text);

/// <summary>One assignment of a unit file, as <c>ExecStart=/usr/bin/true</c> below <c>[Service]</c>.</summary>
/// <param name="Section">The section, without brackets.</param>
/// <param name="Key">The key, left of the first equals sign.</param>
/// <param name="Value">
/// The text right of it, continued lines joined, specifiers left as they are. May hold a secret: match on it, never
/// print it.
/// </param>
/// <param name="Path">The file that it is in.</param>
/// <param name="Line">The line on which it begins, from 1.</param>
public sealed record UnitDirective(string Section, string Key, string Value, string Path, int Line)
{
    /// <summary>Where it is; what it says may be a secret and is left out.</summary>
    public override string ToString() => $"{Path}:{Line}";
}

/// <summary>Splits the value of a setting into words, as systemd.syntax(7) describes it.</summary>
public static class UnitText
{
    /// <summary>
    /// The words of a value. Blanks separate them, quotes hold blanks together, a backslash escapes as in C. An end
    /// that is missing is taken as if it stood at the end of the text.
    /// </summary>
    /// <param name="value">The value.</param>
    public static ImmutableArray<string> Words(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return [.. ShellWords.SplitUnit(value)];
    }
}
