using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Gatehouse.Tests.Tidy;

/// <summary>
/// Sources with every name resolved, so that a rule is about what code uses and not about how it is spelt.
/// </summary>
internal sealed class Compiled
{
    /// <summary>
    /// What the SDK adds to each project when ImplicitUsings is on; without it next to nothing resolves.
    /// </summary>
    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; "
        + "global using System.Linq; global using System.Net.Http; global using System.Threading; "
        + "global using System.Threading.Tasks;";

    /// <summary>What the JSON generator writes of the one context, as far as other code names it.</summary>
    private const string GeneratedJson =
        "namespace Gatehouse.Core.Adoption { internal sealed partial class JournalContext() : "
        + "System.Text.Json.Serialization.JsonSerializerContext(null) { "
        + "internal static JournalContext Default => null!; "
        + "internal System.Text.Json.Serialization.Metadata.JsonTypeInfo<JournalLine> JournalLine => null!; "
        + "protected override System.Text.Json.JsonSerializerOptions? GeneratedSerializerOptions => null; "
        + "public override System.Text.Json.Serialization.Metadata.JsonTypeInfo? GetTypeInfo(Type type) => null; } }";

    public static readonly CSharpParseOptions Parsing =
        CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.CSharp14);

    /// <summary>
    /// CS8795 and CS9248: a partial member whose other half a generator writes (LibraryImport, LoggerMessage,
    /// GeneratedRegex), and CS0165 and CS0170, what such a member would have assigned. Generators do not run here.
    /// </summary>
    private static readonly HashSet<string> LeftToGenerators = ["CS0165", "CS0170", "CS8795", "CS9248"];

    private static readonly Lazy<Compiled> Binary = new(() =>
    {
        var core = new Compiled("Gatehouse.Core", Checkout.Code("src/Gatehouse.Core"), null);
        return new Compiled("gatehouse", Checkout.Code("src/Gatehouse"), core);
    });

    public Compiled(string name, IEnumerable<SourceFile> files, Compiled? uses)
    {
        Core = uses;
        var trees = files.Select(file => CSharpSyntaxTree.ParseText(file.Text, Parsing, file.Path));
        var kind = name == "gatehouse" ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary;
        var options = new CSharpCompilationOptions(
            kind, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable);
        IEnumerable<MetadataReference> references =
            uses is null ? Libraries : [.. Libraries, uses.Compilation.ToMetadataReference()];
        var added = name == "Gatehouse.Core" ? ImplicitUsings + GeneratedJson : ImplicitUsings;
        Compilation = CSharpCompilation.Create(
            name, [.. trees, CSharpSyntaxTree.ParseText(added, Parsing, "usings")], references, options);
    }

    /// <summary>Both projects of this checkout: the binary, and <see cref="Core"/> below it.</summary>
    public static Compiled Ours => Binary.Value;

    public Compiled? Core { get; }

    public CSharpCompilation Compilation { get; }

    /// <summary>The trees of the files, without the one that holds the implicit usings.</summary>
    public IEnumerable<SyntaxTree> Trees => Compilation.SyntaxTrees.Where(tree => tree.FilePath != "usings");

    public IEnumerable<INamedTypeSymbol> Types()
    {
        foreach (var tree in Trees)
        {
            var model = Compilation.GetSemanticModel(tree);
            foreach (var node in tree.GetRoot()
                .DescendantNodes(node => node is not Microsoft.CodeAnalysis.CSharp.Syntax.BlockSyntax))
            {
                if (model.GetDeclaredSymbol(node) is INamedTypeSymbol type)
                    yield return type;
            }
        }
    }

    /// <summary>What does not compile, apart from what generators would add.</summary>
    public IReadOnlyList<Diagnostic> Errors() =>
        [.. Compilation.GetDiagnostics().Where(found =>
            found.Severity == DiagnosticSeverity.Error && !LeftToGenerators.Contains(found.Id))];

    private static IReadOnlyList<MetadataReference> Libraries { get; } =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path)
                is not ("gatehouse.dll" or "Gatehouse.Core.dll" or "Gatehouse.Tests.dll"))
            .Select(path => MetadataReference.CreateFromFile(path))];
}
