using System.Text.Json;
using Gatehouse.Cli;

namespace Gatehouse.Tests.Cli;

/// <summary>What the command line prints in columns and as JSON.</summary>
public sealed class TextTableTests
{
    [Fact]
    public void A_name_is_never_broken_however_narrow_the_line_is()
    {
        var name = new string('n', 90);
        var table = new TextTable(new("job"), new("what", ColumnKind.Words));
        table.Add(name, "goes on calling the model");

        var lines = Lines(table);

        Assert.StartsWith($"{name}  goes", lines[1], StringComparison.Ordinal);
        Assert.Equal(["goes on", "calling", "the", "model"], lines.Skip(1).Select(line => line[92..].Trim()));
    }

    [Fact]
    public void Columns_stand_below_each_other_and_numbers_to_the_right()
    {
        var table = new TextTable(new("job"), new("calls", ColumnKind.Number), new("outcome")) { Indent = " " };
        table.Add("document-tagger", "7", "completed").Add("a", "1,234,567", "refused");

        Assert.Equal(
        [
            " job                  calls  outcome",
            " document-tagger          7  completed",
            " a                1,234,567  refused",
        ], Lines(table));
    }

    [Fact]
    public void Words_are_broken_where_the_line_of_80_columns_is_full()
    {
        var table = new TextTable(new("a"), new("words", ColumnKind.Words), new("c"));
        table.Add("name", string.Join(' ', Enumerable.Repeat("word", 40)), "last");

        var lines = Lines(table);

        Assert.All(lines, line => Assert.InRange(line.Length, 1, 80));
        Assert.EndsWith("last", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("      word", lines[2], StringComparison.Ordinal);
        Assert.Equal(40, lines.Skip(1).Sum(line => line.Split("word").Length - 1));
    }

    [Fact]
    public void A_table_without_titles_has_no_line_of_them_and_no_blanks_at_an_end()
    {
        var table = new TextTable(new("", WidthMin: 6), new("", ColumnKind.Words));
        table.Add("x", "").Add("", "y");

        Assert.Equal(["x", "        y"], Lines(table));
    }

    [Fact]
    public void A_letter_that_takes_two_columns_counts_as_two()
    {
        var table = new TextTable(new(""), new(""));
        table.Add("日本", "a").Add("abcd", "b");

        Assert.Equal(["日本  a", "abcd  b"], Lines(table));
    }

    [Fact]
    public void Rows_that_are_printed_as_they_come_stay_aligned_with_the_longest_so_far()
    {
        using var output = new StringWriter();
        var table = new TextTable(new("", WidthMin: 4), new(""));

        table.WriteNow(output, "ab", "1");
        table.WriteNow(output, "abcdef", "2");
        table.WriteNow(output, "ab", "3");

        Assert.Equal("ab    1\nabcdef  2\nab      3\n", output.ToString());
    }

    [Fact]
    public void What_could_move_the_cursor_is_made_visible()
    {
        var table = new TextTable(new TextColumn(""));
        table.Add("a\u001b[2Jb\nc");

        Assert.Equal(["a·[2Jb⏎c"], Lines(table));
    }

    [Fact]
    public void A_line_of_JSON_keeps_letters_readable_and_escapes_what_reorders_text()
    {
        using var output = new StringWriter();

        JsonLines.Write(output, json => json.WriteString("job", "grüße \u202e日本"));

        Assert.Equal("{\"job\":\"grüße \\u202e日本\"}\n", output.ToString());
        using var parsed = JsonDocument.Parse(output.ToString());
        Assert.Equal("grüße \u202e日本", parsed.RootElement.GetProperty("job").GetString());
    }

    [Fact]
    public void A_line_of_the_gate_is_printed_as_it_came_but_for_what_reorders_text()
    {
        using var output = new StringWriter();
        using var line = JsonDocument.Parse("{\"a\": \"\u2066x\", \"b\":  1}");

        JsonLines.Write(output, line.RootElement);

        Assert.Equal("{\"a\": \"\\u2066x\", \"b\":  1}\n", output.ToString());
    }

    private static string[] Lines(TextTable table)
    {
        using var output = new StringWriter();
        table.Write(output);
        return output.ToString().TrimEnd('\n').Split('\n');
    }
}
