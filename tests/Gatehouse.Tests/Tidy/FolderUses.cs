using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Gatehouse.Tests.Tidy;

/// <summary>Finds which folder uses which, from what each name and each expression resolves to.</summary>
internal static class FolderUses
{
    /// <summary>
    /// The feature folder of a path, for example <c>Core.Ledger</c> or <c>Gate</c>; <c>Program</c> above them.
    /// </summary>
    public static string FolderOf(string path)
    {
        var parts = path.Split('/');
        var prefix = parts[1] == "Gatehouse.Core" ? "Core." : "";
        return parts.Length <= 3 ? prefix + "Program" : prefix + parts[2];
    }

    public static IEnumerable<FolderUse> Find(Compiled sources)
    {
        foreach (var tree in sources.Trees)
        {
            var (model, from) = (sources.Compilation.GetSemanticModel(tree), FolderOf(tree.FilePath));
            foreach (var node in tree.GetRoot().DescendantNodes())
            {
                foreach (var symbol in Mentioned(model, node))
                {
                    if (Home(symbol) is not { } to || to == from)
                        continue;
                    var line = tree.GetLineSpan(node.Span).StartLinePosition.Line + 1;
                    yield return new FolderUse(from, to, $"{tree.FilePath}:{line} {symbol.Name}");
                }
            }
        }
    }

    /// <summary>
    /// What a node names, and the type that it has without naming it (<c>var</c>, <c>new()</c>, a result).
    /// </summary>
    private static IEnumerable<ISymbol> Mentioned(SemanticModel model, SyntaxNode node)
    {
        if (node is not ExpressionSyntax expression)
            yield break;
        if (model.GetSymbolInfo(expression).Symbol is { Kind: not SymbolKind.Namespace } named)
            yield return named;
        if (model.GetTypeInfo(expression).Type is { } type)
        {
            foreach (var part in Parts(type))
                yield return part;
        }
    }

    private static IEnumerable<ITypeSymbol> Parts(ITypeSymbol type)
    {
        yield return type;
        if (type is IArrayTypeSymbol array)
        {
            foreach (var part in Parts(array.ElementType))
                yield return part;
        }

        if (type is INamedTypeSymbol { TypeArguments: var arguments })
        {
            foreach (var part in arguments.SelectMany(Parts))
                yield return part;
        }
    }

    private static string? Home(ISymbol symbol)
    {
        var owner = symbol as INamedTypeSymbol ?? symbol.ContainingType;
        var path = owner?.OriginalDefinition.Locations.FirstOrDefault(place => place.IsInSource)?.SourceTree?.FilePath;
        return path is null or "usings" ? null : FolderOf(path);
    }
}
