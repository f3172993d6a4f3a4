using Gatehouse.Core.Syntax;
using Gatehouse.Tests.Tidy;

namespace Gatehouse.Tests.Syntax;

/// <summary>One reader of YAML and one splitter of command lines serve every kind of file.</summary>
public sealed class SyntaxTests
{
    private static readonly YamlRules Rules = new() { DepthMax = 10, NodesMax = 1000 };

    [Fact]
    public void Only_the_syntax_folder_knows_the_parser_of_YAML() => Rule.Holds(
        from file in Checkout.Code("src")
        where !file.Path.StartsWith("src/Gatehouse.Core/Syntax/", StringComparison.Ordinal)
        where file.Text.Contains("using YamlDotNet", StringComparison.Ordinal)
        select file.Path);

    [Fact]
    public void An_alias_shares_its_node_and_what_it_repeats_is_counted()
    {
        var bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
            + "b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
            + "c: [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n";

        var fits = YamlReader.Read(bomb, Rules with { NodesMax = 2000 });
        var tooMany = YamlReader.Read(bomb, Rules);

        Assert.Null(fits.Problem);
        var root = Assert.Single(fits.Roots);
        Assert.Same(root["a"], root["b"]!.Items[3]);
        Assert.InRange(root.Size, 1100, 1300);
        Assert.Equal(YamlFault.TooManyNodes, tooMany.Problem?.Fault);
        Assert.Equal(3, tooMany.Problem?.Line);
    }

    [Fact]
    public void Levels_that_aliases_add_are_counted_too()
    {
        const string Chain = "a: &a [[[x]]]\nb: &b [[*a]]\nc: &c [[*b]]\nd: [[*c]]\n";

        // The mapping, and nine lists inside each other.
        Assert.Equal(YamlFault.TooDeep, YamlReader.Read(Chain, Rules with { DepthMax = 9 }).Problem?.Fault);
        Assert.Null(YamlReader.Read(Chain, Rules with { DepthMax = 10 }).Problem);
    }

    [Theory]
    [InlineData("a: {b: [1, 2], c: x}\nd: 1", "{b: [1, 2], c: x}")]
    [InlineData("a: [1, {b: 2}]\nd: 1", "[1, {b: 2}]")]
    [InlineData("a: 'it''s'\nd: 1", "'it''s'")]
    public void A_value_knows_where_it_starts_and_ends(string text, string value)
    {
        var node = YamlReader.Read(text, Rules).Roots[0]["a"]!;

        Assert.Equal(value, text[node.Start..node.End]);
        Assert.Equal((1, 4), (node.Line, node.Column));
    }

    [Theory]
    [InlineData("a: 1\n---\nb: 2\n", 2)]
    [InlineData("a: 1\n...\n---\nb: 2\n", 2)]
    [InlineData("a: 1\n", 1)]
    [InlineData("", 0)]
    public void Each_document_has_a_root(string text, int roots)
    {
        Assert.Equal(roots, YamlReader.Read(text, Rules).Roots.Count);
        Assert.Equal(Math.Min(roots, 1), YamlReader.Read(text, Rules with { DocumentsMax = 1 }).Roots.Count);
    }

    [Fact]
    public void What_came_before_a_problem_is_kept()
    {
        var reading = YamlReader.Read("a: 1\nb: [1, 2]\nc: \"open", Rules);

        Assert.Equal((YamlFault.NotYaml, 3), (reading.Problem?.Fault, reading.Problem?.Line));
        Assert.Equal(["a", "b"], reading.Roots[0].Entries.Select(entry => entry.Key.Text));
    }

    [Theory]
    [InlineData("a &x 1", YamlPart.Anchor, false)]
    [InlineData("a: &x 1", YamlPart.Anchor, true)]
    [InlineData("a: &x 1\nb: *x", YamlPart.Alias, true)]
    [InlineData("a: !t 1", YamlPart.Tag, true)]
    [InlineData("a: 1\n---\nb: 1", YamlPart.SecondDocument, true)]
    internal void A_kind_of_file_refuses_what_it_does_not_accept(string text, YamlPart part, bool isRefused)
    {
        var reading = YamlReader.Read(text, Rules with { Refuse = one => one == part ? "not here" : null });

        Assert.Equal(isRefused ? "not here" : null, reading.Problem?.Words);
    }

    [Theory]
    [InlineData("a 'b c' \"d \\\" e\" f\\ g", "a|b c|d \" e|f g")]
    [InlineData("'a\\b' ''", "a\\b|")]
    [InlineData("  a\t\nb  ", "a|b")]
    [InlineData("'open end", "open end")]
    public void A_command_is_split_into_words(string text, string words)
        => Assert.Equal(words, string.Join('|', ShellWords.Split(text)));

    [Theory]
    [InlineData("a 'b\\x20c' \"d\\te\" f\\sg", "a|b c|d\te|f g")]
    [InlineData("\\u00e9 \\U0001f600", "é|😀")]
    public void A_setting_of_a_unit_is_split_with_its_escapes(string text, string words)
        => Assert.Equal(words, string.Join('|', ShellWords.SplitUnit(text)));

    [Theory]
    [InlineData("cd /a && run 'x y' > out 2>&1; next | third", "cd /a|run x y|next|third")]
    [InlineData("echo $(date +%s) `id`", "echo $(date +%s)|date +%s|id")]
    [InlineData("curl \"a;b\" 2>/dev/null", "curl a;b")]
    public void A_line_of_a_script_is_split_into_commands(string line, string commands)
        => Assert.Equal(commands, string.Join('|', ShellWords.Commands(line).Select(words => string.Join(' ', words))));
}
