using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Gatehouse.Tests.Tidy;

/// <summary>How types are laid out, named and closed.</summary>
public sealed class TypeTests
{
    private static readonly string[] Everywhere = ["src", "tests", "bench"];

    /// <summary>Words that name no subject: what lies there could lie anywhere.</summary>
    private static readonly string[] EmptyWords =
        ["Helper", "Helpers", "Util", "Utils", "Utilities", "Manager", "Managers", "Services", "Common", "Misc",
            "Shared"];

    /// <summary>Interfaces with fewer than two implementations in the product.</summary>
    private static readonly Dictionary<string, string> LonelyInterfaces = new()
    {
        ["Gatehouse.Adoption.IStepRunner"] = "The door to the host and its engine; tests put crashes there.",
        ["Gatehouse.Gate.Guarding.IGuard"] = "The place where guards go in; tests put guards there.",
        ["Gatehouse.Gate.Guarding.IAnswerGuard"] = "The same, for one answer.",
        ["Gatehouse.Storage.IStateStore"] = "What a second engine has to keep; the contract tests know no other name.",
    };

    [Fact]
    public void A_namespace_is_the_folder() => Rule.Holds(
        from file in Checkout.Code("src", "tests/Gatehouse.Tests")
        from declared in Syntax.Root(file).DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>()
        where declared.Name.ToString() != ExpectedNamespace(file)
        select $"{file.Path} is in {declared.Name}");

    [Fact]
    public void Nothing_in_the_binary_is_public() => Rule.Holds(
        from file in Checkout.Code("src/Gatehouse")
        from type in TopLevel(file)
        where type.Modifiers.Any(SyntaxKind.PublicKeyword)
        select file.Path);

    [Fact]
    public void A_class_is_sealed_unless_it_is_made_to_be_derived_from() => Rule.Holds(
        from sources in new[] { Compiled.Ours.Core!, Compiled.Ours }
        from type in sources.Types()
        where type is { TypeKind: TypeKind.Class, IsSealed: false, IsStatic: false, IsAbstract: false }
        select type.ToDisplayString());

    [Fact]
    public void An_interface_has_two_implementations_or_a_reason()
    {
        var types = new[] { Compiled.Ours.Core!, Compiled.Ours }.SelectMany(sources => sources.Types()).ToList();
        var lonely = types.Where(type => type.TypeKind == TypeKind.Interface).Select(door => door.ToDisplayString())
            .Where(door => types.Where(type => type.TypeKind != TypeKind.Interface)
                .Count(type => type.AllInterfaces.Any(one => one.ToDisplayString() == door)) < 2);

        Assert.Contains(types, type => type.TypeKind == TypeKind.Interface);
        Rule.Holds(lonely, LonelyInterfaces);
    }

    [Fact]
    public void No_folder_and_no_type_has_a_name_without_a_subject() => Rule.Holds(
        from file in Checkout.Code(Everywhere)
        let parts = file.Path.Split('/')
        let type = Path.GetFileNameWithoutExtension(file.Path)
        where parts[..^1].Any(EmptyWords.Contains)
            || EmptyWords.Any(word => type.EndsWith(word, StringComparison.Ordinal))
        select file.Path);

    private static IEnumerable<MemberDeclarationSyntax> TopLevel(SourceFile file) =>
        Syntax.Root(file).DescendantNodes(node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
            .OfType<MemberDeclarationSyntax>()
            .Where(member => member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax);

    private static string ExpectedNamespace(SourceFile file) =>
        string.Join('.', file.Path.Split('/')[1..^1]);
}
