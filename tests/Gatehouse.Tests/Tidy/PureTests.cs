using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Gatehouse.Tests.Tidy;

/// <summary>
/// The core decides and does not act; the ledger's folder can be audited with nothing but the base library.
/// </summary>
public sealed class PureTests
{
    /// <summary>Types whose use is an act, or an answer that changes with the machine and the moment.</summary>
    private static readonly string[] Acting =
    [
        "System.Console", "System.Environment", "System.AppContext", "System.IO.File", "System.IO.FileInfo",
        "System.IO.FileStream", "System.IO.Directory", "System.IO.DirectoryInfo", "System.IO.RandomAccess",
        "System.Diagnostics.Process", "System.Diagnostics.Stopwatch", "System.Threading.Thread",
        "System.Threading.Timer", "System.Threading.Tasks.Task", "System.Random",
        "System.Security.Cryptography.RandomNumberGenerator", "System.Net.Dns",
    ];

    private static readonly string[] ActingNamespaces =
        ["System.Net.Http", "System.Net.Sockets", "System.Net.NetworkInformation", "System.IO.Pipes", "Microsoft"];

    /// <summary>Types that read and write header fields, and send nothing.</summary>
    private const string ParsersOnly = "System.Net.Http.Headers.";

    /// <summary>Members of types that are otherwise fine.</summary>
    private static readonly string[] ActingMembers =
        ["TimeProvider.System", "DateTime.Now", "DateTime.UtcNow", "DateTimeOffset.Now", "DateTimeOffset.UtcNow",
            "Guid.NewGuid"];

    [Fact]
    public void The_core_touches_nothing_outside_itself() => Rule.Holds(Acts(Compiled.Ours.Core!));

    [Theory]
    [InlineData("System.IO.File.ReadAllText(\"x\")", true)]
    [InlineData("DateTimeOffset.UtcNow.ToString()", true)]
    [InlineData("Guid.NewGuid().ToString()", true)]
    [InlineData("new HttpClient().ToString()", true)]
    [InlineData("new MemoryStream().ToString()", false)]
    [InlineData("Path.Combine(\"a\", \"b\")", false)]
    public void A_planted_act_is_found(string expression, bool isAct)
    {
        var text = "namespace Gatehouse.Core.Traffic; class A { string? B() => " + expression + "; }";
        var sources = new Compiled("synthetic", [new("src/Gatehouse.Core/Traffic/A.cs", text)], null);

        Assert.Empty(sources.Errors().Select(error => error.ToString()));
        Assert.Equal(isAct, Acts(sources).Any());
    }

    [Fact]
    public void Ledger_and_traffic_use_nothing_but_the_base_library() => Rule.Holds(
        from use in Outside(Compiled.Ours.Core!)
        where FolderUses.FolderOf(use.Path) is "Core.Ledger" or "Core.Traffic"
        where !use.Symbol.ContainingAssembly.Name.StartsWith("System.", StringComparison.Ordinal)
        select $"{use.Path} {use.Symbol.ContainingAssembly.Name}");

    [Fact]
    public void The_gate_knows_no_http_server() => Rule.Holds(
        from use in Outside(Compiled.Ours)
        where FolderUses.FolderOf(use.Path) is "Gate"
        where use.Symbol.ContainingAssembly.Name.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal)
        select $"{use.Path} {use.Symbol.Name}");

    [Fact]
    public void Banned_symbols_are_in_force_in_both_projects()
    {
        var everywhere = File.ReadAllText(Repository.PathOf("Directory.Build.props"));
        var core = File.ReadAllText(Repository.PathOf("src", "Gatehouse.Core", "Gatehouse.Core.csproj"));
        Assert.Contains("AdditionalFiles Include=\"$(MSBuildThisFileDirectory)BannedSymbols.txt\"", everywhere);
        Assert.Contains("AdditionalFiles Include=\"BannedSymbols.txt\"", core);
        Assert.Contains("GlobalPackageReference Include=\"Microsoft.CodeAnalysis.BannedApiAnalyzers\"",
            File.ReadAllText(Repository.PathOf("Directory.Packages.props")));
        Assert.DoesNotContain(Checkout.Files, file =>
            file.Path.StartsWith("src/", StringComparison.Ordinal)
                && file.Text.Contains("RS0030", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Acts(Compiled sources) =>
        from use in Outside(sources)
        let type = use.Symbol as INamedTypeSymbol ?? use.Symbol.ContainingType
        where type is not null && type.TypeKind != TypeKind.Enum
        let name = type.OriginalDefinition.ToDisplayString()
        where Acting.Contains(name)
            || (ActingNamespaces.Any(space => name.StartsWith(space + ".", StringComparison.Ordinal))
                && !name.StartsWith(ParsersOnly, StringComparison.Ordinal))
            || ActingMembers.Contains($"{type.Name}.{use.Symbol.Name}")
        select $"{use.Path} {type.Name}.{use.Symbol.Name}";

    private static IEnumerable<(string Path, ISymbol Symbol)> Outside(Compiled sources) =>
        from tree in sources.Trees
        let model = sources.Compilation.GetSemanticModel(tree)
        from name in tree.GetRoot().DescendantNodes().OfType<ExpressionSyntax>()
        let symbol = model.GetSymbolInfo(name).Symbol
        where symbol is INamedTypeSymbol or IMethodSymbol or IPropertySymbol or IFieldSymbol or IEventSymbol
        where symbol.ContainingAssembly is { } assembly && assembly.Name != sources.Compilation.AssemblyName
        select (tree.FilePath, symbol);
}
