using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Gatehouse.Tests.Tidy;

/// <summary>The hard stops of sizes. They are above what is aimed at: a file of 80 lines, a method of 40.</summary>
public sealed class SizeTests
{
    private const int FileLinesMax = 600;
    private const int MethodLinesMax = 100;
    private const int ParametersMax = 7;
    private const int ColumnsMax = 120;

    private static readonly string[] Everywhere = ["src", "tests", "bench"];

    /// <summary>Files over the stop, and why.</summary>
    private static readonly Dictionary<string, string> LongFiles = [];

    private static readonly Dictionary<string, string> ManyParameters = [];

    [Fact]
    public void No_file_is_longer_than_the_stop() => Rule.Holds(
        Checkout.Code(Everywhere).Where(file => file.Lines.Length - 1 > FileLinesMax).Select(file => file.Path),
        LongFiles);

    [Fact]
    public void No_line_is_wider_than_the_stop() => Rule.Holds(
        Checkout.Code(Everywhere).SelectMany(file => file.Lines.Index()
            .Where(line => line.Item.Length > ColumnsMax).Select(line => $"{file.Path}:{line.Index + 1}")));

    [Fact]
    public void No_method_is_longer_than_the_stop() => Rule.Holds(Members()
        .Where(member => member
            is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax)
        .Where(member => LinesOf(member) > MethodLinesMax).Select(Place));

    [Fact]
    public void No_method_takes_more_parameters_than_the_stop() => Rule.Holds(Members()
        .Where(member => !IsData(member) && ParametersOf(member) > ParametersMax).Select(Place), ManyParameters);

    [Fact]
    public void A_planted_long_method_is_measured_with_its_signature()
    {
        var tree = Syntax.Root(
            "class A\n{\n    // Not counted.\n    [X]\n    void B(int a, int b, int c, int d, int e, int f)\n    {\n"
                + "    }\n}\n");
        var method = tree.DescendantNodes().OfType<MethodDeclarationSyntax>().Single();
        Assert.Equal((3, 6), (LinesOf(method), ParametersOf(method)));
    }

    private static IEnumerable<SyntaxNode> Members() => Checkout.Code(Everywhere)
        .SelectMany(file => Syntax.Root(file).DescendantNodes())
        .Where(node => node is MemberDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax);

    /// <summary>From the signature to the last brace: attributes, such as the rows of a theory, are not code.</summary>
    private static int LinesOf(SyntaxNode node)
    {
        var signature = node.ChildNodesAndTokens().First(part => !part.IsKind(SyntaxKind.AttributeList));
        var lines = node.SyntaxTree.GetText().Lines;
        return lines.GetLinePosition(node.Span.End).Line - lines.GetLinePosition(signature.SpanStart).Line + 1;
    }

    /// <summary>
    /// The parameters of a positional record are its fields; those of a theory are columns of its table.
    /// </summary>
    private static bool IsData(SyntaxNode node) => node is RecordDeclarationSyntax
        || (node is MethodDeclarationSyntax method
            && method.AttributeLists.SelectMany(list => list.Attributes).Any(mark => mark.Name.ToString() == "Theory"));

    private static int ParametersOf(SyntaxNode node) => node switch
    {
        BaseMethodDeclarationSyntax method => method.ParameterList.Parameters.Count,
        LocalFunctionStatementSyntax local => local.ParameterList.Parameters.Count,
        TypeDeclarationSyntax { ParameterList: { } primary } => primary.Parameters.Count,
        DelegateDeclarationSyntax type => type.ParameterList.Parameters.Count,
        _ => 0,
    };

    private static string Place(SyntaxNode node)
    {
        var name = node switch
        {
            MethodDeclarationSyntax method => method.Identifier.Text,
            LocalFunctionStatementSyntax local => local.Identifier.Text,
            BaseTypeDeclarationSyntax type => type.Identifier.Text,
            _ => node.Kind().ToString(),
        };
        return $"{node.SyntaxTree.FilePath} {name}";
    }
}
