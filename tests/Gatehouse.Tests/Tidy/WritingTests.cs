using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Gatehouse.Tests.Tidy;

/// <summary>What stands in files besides code: comments, notes to oneself, traces of somebody's machine.</summary>
public sealed partial class WritingTests
{
    private static readonly string[] Everywhere = ["src", "tests", "bench"];

    [Fact]
    public void No_code_is_folded_into_regions() => Rule.Holds(
        from file in Checkout.Code(Everywhere)
        from trivia in Syntax.Root(file).DescendantTrivia(descendIntoTrivia: true)
        where trivia.IsKind(SyntaxKind.RegionDirectiveTrivia)
        select file.Path);

    [Fact]
    public void No_comment_puts_work_off() => Rule.Holds(
        from comment in Comments()
        where Note().IsMatch(comment.Text)
        select comment.ToString());

    [Fact]
    public void No_file_begins_with_a_licence() => Rule.Holds(
        from comment in Comments()
        where Licence().IsMatch(comment.Text)
        select comment.ToString());

    [Fact]
    public void No_comment_is_code() => Rule.Holds(
        from comment in Comments()
        where IsCode(comment.Text)
        select comment.ToString());

    [Theory]
    [InlineData("// var seen = Look(here);", true)]
    [InlineData("// if (seen) return;", true)]
    [InlineData("// return;", true)]
    [InlineData("// }", true)]
    [InlineData("// The stream is over; what follows is nobody's.", false)]
    [InlineData("// Unlike `var x = 1;`, this says why.", false)]
    [InlineData("// RFC 9562 section 4.", false)]
    public void A_comment_that_is_code_is_told_from_a_sentence(string comment, bool isCode) =>
        Assert.Equal(isCode, IsCode(comment));

    [Fact]
    public void No_file_names_a_place_on_a_developers_machine() => Rule.Holds(
        from file in Checkout.Files
        where !file.Path.EndsWith("Tidy/WritingTests.cs", StringComparison.Ordinal)
        from line in file.Lines.Index()
        where Machine().IsMatch(line.Item)
        select $"{file.Path}:{line.Index + 1}");

    [Theory]
    [InlineData("see /root/notes.txt", true)]
    [InlineData("cd /home/maria/gatehouse", true)]
    [InlineData("\"/wo" + "rk/main/src\"", true)]
    [InlineData("/srv/news/work", false)]
    [InlineData("https://host/home/page", false)]
    public void A_place_on_a_developers_machine_is_told_from_others(string text, bool isPlace) =>
        Assert.Equal(isPlace, Machine().IsMatch(text));

    [Fact]
    public void Every_text_file_ends_with_one_line_end_and_has_no_carriage_return() => Rule.Holds(
        from file in Checkout.Files
        where !file.Path.StartsWith("tests/fixtures/", StringComparison.Ordinal) && file.Text.Length > 0
        where file.Path.EndsWith(".cs", StringComparison.Ordinal) || file.Path.EndsWith(".md", StringComparison.Ordinal)
        where !file.Text.EndsWith('\n') || file.Text.EndsWith("\n\n", StringComparison.Ordinal)
            || file.Text.Contains('\r')
        select file.Path);

    private static IEnumerable<(string Place, string Text)> Comments() =>
        from file in Checkout.Code(Everywhere)
        where !file.Path.EndsWith("Tidy/WritingTests.cs", StringComparison.Ordinal)
        from trivia in Syntax.Root(file).DescendantTrivia()
        where trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) || trivia.IsKind(SyntaxKind.MultiLineCommentTrivia)
        select (file.Path, trivia.ToString());

    /// <summary>A line that ends as code does and parses as a statement, or is nothing but a brace.</summary>
    private static bool IsCode(string comment)
    {
        var text = comment.Trim('/', '*', ' ', '\r', '\n');
        if (text is "{" or "}" or "};")
            return true;
        if (!text.EndsWith(';') && !text.EndsWith('{') && !text.EndsWith('}'))
            return false;
        var statement = SyntaxFactory.ParseStatement(text.EndsWith('{') ? text + "}" : text);
        return !statement.ContainsDiagnostics && statement.FullSpan.Length >= text.Length
            && statement is not EmptyStatementSyntax;
    }

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex Note();

    [GeneratedRegex(@"copyright|SPDX|licen[sc]ed under|all rights reserved", RegexOptions.IgnoreCase)]
    private static partial Regex Licence();

    /// <summary>Homes of users and the usual roots of build machines, at the start of a path.</summary>
    [GeneratedRegex(@"(?<![\w.~-])/(root|home/[a-z][\w-]*|Users/[A-Za-z]+|tmp/wt|work|workspace|__w)/")]
    private static partial Regex Machine();
}
