using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Gatehouse.Tests.Tidy;

/// <summary>Catching everything hides bugs, so it is done only where something must not end.</summary>
public sealed class CatchTests
{
    private const string Decoders = "What a decoder throws is listed in one place, ContentCodings.IsFault.";

    private static readonly Dictionary<string, string> Boundaries = new()
    {
        ["src/Gatehouse/Gate/GatePipeline.cs RunAsync"] =
            "The request boundary: a bug stops one call, never the server.",
        ["src/Gatehouse/Gate/Exchange.cs TryReadAsync"] = Decoders,
        ["src/Gatehouse/Gate/Exchange.cs RelayAsync"] = Decoders,
        ["src/Gatehouse/Gate/BodyReader.cs DecodeAsync"] = Decoders,
        ["src/Gatehouse/Linux/NetworkNamespace.cs RunAsync"] =
            "The top of a thread of its own: whatever ends its work goes to its waiter.",
        ["src/Gatehouse/Storage/LedgerWriter.cs Run"] = "The top of the writer's thread: any doubt stops the process.",
        ["src/Gatehouse/Storage/SqliteLedger.cs WatchAsync"] =
            "The top of the loop that signs and probes: any doubt stops the process.",
    };

    [Fact]
    public void Everything_is_caught_only_at_a_boundary() =>
        Rule.Holds(Checkout.Code("src").SelectMany(file => CatchAlls(file.Text, file.Path)), Boundaries);

    [Theory]
    [InlineData("catch (Exception) { }", true)]
    [InlineData("catch (System.Exception e) { Log(e); }", true)]
    [InlineData("catch { }", true)]
    [InlineData("catch (Exception e) when (e.Message.Length > 0) { }", true)]
    [InlineData("catch (Exception e) when (e is not IOException) { }", true)]
    [InlineData("catch (Exception e) when (e is IOException or FormatException) { }", false)]
    [InlineData("catch (IOException) { }", false)]
    [InlineData("catch { Undo(); throw; }", false)]
    public void A_catch_of_everything_is_told_from_one_that_names_what_it_expects(string clause, bool isFound)
    {
        var found = CatchAlls("class A { void B() { try { } " + clause + " } }", "A.cs");
        Assert.Equal(isFound ? ["A.cs B"] : [], found);
    }

    private static IEnumerable<string> CatchAlls(string text, string path) =>
        from clause in Syntax.Root(text).DescendantNodes().OfType<CatchClauseSyntax>()
        where CatchesEverything(clause) && !EndsByThrowing(clause)
        select $"{path} {clause.Ancestors().OfType<MethodDeclarationSyntax>().First().Identifier.Text}";

    private static bool CatchesEverything(CatchClauseSyntax clause)
    {
        if (clause.Declaration is { } declared && declared.Type.ToString() is not ("Exception" or "System.Exception"))
            return false;
        return clause.Filter?.FilterExpression is not IsPatternExpressionSyntax { Pattern: var pattern }
            || !NamesTypes(pattern);
    }

    private static bool NamesTypes(PatternSyntax pattern) => pattern switch
    {
        BinaryPatternSyntax both => NamesTypes(both.Left) && NamesTypes(both.Right),
        ParenthesizedPatternSyntax inner => NamesTypes(inner.Pattern),
        ConstantPatternSyntax or TypePatternSyntax or DeclarationPatternSyntax or RecursivePatternSyntax => true,
        _ => false,
    };

    private static bool EndsByThrowing(CatchClauseSyntax clause) =>
        clause.Block.Statements.LastOrDefault() is ThrowStatementSyntax { Expression: null };
}
