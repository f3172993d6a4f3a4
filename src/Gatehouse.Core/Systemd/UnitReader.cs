using System.Collections.Immutable;
using System.Text;

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
