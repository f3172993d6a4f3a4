using System.Text;
using Spectre.Console;

namespace Gatehouse.Cli;

/// <summary>How a column of a table is set.</summary>
internal enum ColumnKind
{
    /// <summary>A name, an id or a time: never broken, whatever the width of the terminal.</summary>
    Name,

    /// <summary>A number: never broken, and aligned to the right.</summary>
    Number,

    /// <summary>Words: broken between them where the line is full.</summary>
    Words,
}

/// <summary>A column of a table.</summary>
/// <param name="Title">What stands above it; a table whose titles are all empty has no line of titles.</param>
/// <param name="Kind">How it is set.</param>
/// <param name="WidthMin">The width that it has at least, so that tables below each other stand alike.</param>
internal readonly record struct TextColumn(string Title, ColumnKind Kind = ColumnKind.Name, int WidthMin = 0);

/// <summary>One cell. Its text comes from others, so what could move the cursor is made visible.</summary>
internal readonly record struct TextCell(string Text, Style? Style = null)
{
    public static implicit operator TextCell(string text) => new(SafeText.OneLine(text));
}

/// <summary>
/// The one way in which the command line prints columns. A name is never broken or cut: who reads it wants to copy it.
/// Where a line is too narrow, the columns of words are broken between words, and a line that is still too long stays
/// so.
/// </summary>
internal sealed class TextTable(params TextColumn[] columns)
{
    private const int PipedWidth = 80; // Characters: a pipe has no width, and mails and tickets show 80.
    private const int WidthMin = 60; // Characters: below it every word would stand on a line of its own.
    private const int WidthMax = 120; // Characters: longer lines are hard to read.

    private readonly List<TextCell[]> _rows = [];
    private readonly int[] _widths = [.. columns.Select(static one => Math.Max(Width(one.Title), one.WidthMin))];

    /// <summary>What stands before each line.</summary>
    public string Indent { get; init; } = "";

    /// <summary>What stands between two columns: blanks.</summary>
    public string Gap { get; init; } = "  ";

    public bool IsEmpty => _rows.Count == 0;

    public TextTable Add(params TextCell[] cells)
    {
        _rows.Add(cells);
        for (var at = 0; at < cells.Length; at++) _widths[at] = Math.Max(_widths[at], Width(cells[at].Text));
        return this;
    }

    /// <summary>Prints the titles, where there are some, and all rows.</summary>
    public void Write(TextWriter output)
    {
        var isTerminal = IsTerminal(output);
        Fit(isTerminal ? Math.Clamp(AnsiConsole.Profile.Width, WidthMin, WidthMax) : PipedWidth);
        var hasColours = isTerminal && AnsiConsole.Profile.Capabilities.Ansi;
        if (columns.Any(static one => one.Title.Length > 0))
            WriteRow(output, [.. columns.Select(static one => (TextCell)one.Title)], hasColours);
        foreach (var row in _rows) WriteRow(output, row, hasColours);
    }

    /// <summary>
    /// Prints a row now, for output that goes on for as long as somebody looks. A column grows with its longest cell so
    /// far.
    /// </summary>
    public void WriteNow(TextWriter output, params TextCell[] cells)
    {
        Add(cells);
        _rows.Clear();
        WriteRow(output, cells, IsTerminal(output) && AnsiConsole.Profile.Capabilities.Ansi);
    }

    private static bool IsTerminal(TextWriter output)
        => ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;

    private static int Width(string text) => text.GetCellWidth();

    /// <summary>
    /// Takes from the widest columns of words until the line fits, but not less than their longest word.
    /// </summary>
    private void Fit(int width)
    {
        var least = columns.Select((one, at) => one.Kind != ColumnKind.Words ? _widths[at]
            : _rows.Where(row => at < row.Length).SelectMany(row => row[at].Text.Split(' '))
                .Concat(one.Title.Split(' ')).Append(new string(' ', one.WidthMin)).Max(Width)).ToArray();
        var over = Indent.Length + _widths.Sum() + Gap.Length * (columns.Length - 1) - width;
        for (; over > 0; over--)
        {
            var widest = -1;
            for (var at = 0; at < columns.Length; at++)
            {
                if (_widths[at] > least[at] && (widest < 0 || _widths[at] > _widths[widest])) widest = at;
            }
            if (widest < 0) return;
            _widths[widest]--;
        }
    }

    private void WriteRow(TextWriter output, TextCell[] cells, bool hasColours)
    {
        var broken = cells.Select((cell, at) => columns[at].Kind == ColumnKind.Words
            ? Broken(cell.Text, _widths[at]) : [cell.Text]).ToArray();
        for (var line = 0; line < broken.Max(static one => one.Count); line++)
        {
            var text = new StringBuilder();
            var written = 0; // Without the colours, which take no place.
            for (var at = 0; at < cells.Length; at++)
            {
                if (line >= broken[at].Count || broken[at][line] is not { Length: > 0 } piece) continue;
                var start = Indent.Length + _widths[..at].Sum() + Gap.Length * at;
                if (columns[at].Kind == ColumnKind.Number) start += _widths[at] - Width(piece);
                // A name before it may be wider than its column.
                text.Append(' ', Math.Max(start - written, written > Indent.Length ? 1 : 0));
                written = Math.Max(start, written + (written > Indent.Length ? 1 : 0)) + Width(piece);
                text.Append(hasColours && cells[at].Style is { } style ? Coloured(piece, style) : piece);
            }
            output.WriteLine(text.ToString());
        }
    }

    private static List<string> Broken(string text, int width)
    {
        var (lines, line) = (new List<string>(), "");
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && Width(line) + 1 + Width(word) > width)
            {
                lines.Add(line);
                line = "";
            }
            line += line.Length == 0 ? word : $" {word}";
        }
        lines.Add(line);
        return lines;
    }

    private static string Coloured(string text, Style style)
    {
        using var page = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(page),
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = int.MaxValue;
        console.Write(new Text(text, style));
        return page.ToString();
    }
}
