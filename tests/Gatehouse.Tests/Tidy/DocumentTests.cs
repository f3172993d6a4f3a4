using System.CommandLine;
using System.Text.RegularExpressions;
using Gatehouse.Cli;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Gatehouse.Tests.Tidy;

/// <summary>What documents and messages call by name exists: types, members, files, verbs, links.</summary>
public sealed partial class DocumentTests
{
    private static readonly Lazy<HashSet<string>> Names = new(() =>
        [.. OwnNames(), .. BuildNames(),
            .. Compiled.Ours.Compilation.GlobalNamespace.GetNamespaceMembers().SelectMany(TypesBelow)]);

    [Fact]
    public void A_code_name_in_a_document_exists() => Rule.Holds(
        from word in Words()
        where CodeName().IsMatch(word.Text)
        from part in word.Text.TrimEnd('(', ')').Split('.')
        where !Names.Value.Contains(part)
        select $"{word.File} {part}");

    [Fact]
    public void A_file_in_a_document_exists() => Rule.Holds(
        from word in Words()
        where RepositoryPath().IsMatch(word.Text)
        let path = Repository.PathOf(word.Text.Split(' ')[0].TrimEnd('/'))
        where !File.Exists(path) && !Directory.Exists(path) && !IsFileName(word.Text)
        select $"{word.File} {word.Text}");

    [Fact]
    public void A_link_in_a_document_leads_somewhere() => Rule.Holds(
        from file in Checkout.Documents()
        from link in Link().Matches(file.Text)
        let target = link.Groups[1].Value.Split('#')[0]
        where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal)
        let path = Path.Combine(Path.GetDirectoryName(Repository.PathOf(file.Path))!, target)
        where !File.Exists(path) && !Directory.Exists(path)
        select $"{file.Path} {target}");

    [Fact]
    public void A_verb_that_a_document_names_exists() => Rule.Holds(
        from file in Checkout.Documents()
        where file.Path != "docs/cli.md"
        from verb in Verb().Matches(file.Text)
        where !IsVerb(verb)
        select $"{file.Path} {verb.Value}",
        new Dictionary<string, string>
        {
            ["docs/ledger-format.md `gatehouse key"] = "The first line of a key file, not a verb.",
        });

    [Fact]
    public void A_verb_that_a_message_names_exists() => Rule.Holds(
        from file in Checkout.Code("src")
        from text in Syntax.Root(file).DescendantTokens()
        where text.Kind() is SyntaxKind.StringLiteralToken or SyntaxKind.InterpolatedStringTextToken
        from verb in Verb().Matches(text.ValueText)
        where !IsVerb(verb)
        select $"{file.Path} {verb.Value}",
        new Dictionary<string, string>
        {
            ["src/Gatehouse/Storage/Keys.cs gatehouse key"] = "The first line of a key file, not a verb.",
        });

    [Theory]
    [InlineData("run `gatehouse ledger verify`", true)]
    [InlineData("Start it with: gatehouse serve --home x", true)]
    [InlineData("run `gatehouse ledger polish`", false)]
    [InlineData("run `gatehouse fly`", false)]
    public void A_planted_verb_is_looked_up(string text, bool exists) =>
        Assert.Equal(exists, IsVerb(Assert.Single(Verb().Matches(text))));

    [Fact]
    public void Every_decision_has_its_number_and_its_five_parts() => Rule.Holds(
        from entry in Checkout.Files.Where(file => DecisionsOnly(file.Path)).Index()
        let parts = new[] { "## Context", "## Options", "## Decision", "## Consequences", "## We would notice" }
        let name = Path.GetFileName(entry.Item.Path)
        where !name.StartsWith($"{entry.Index + 1:0000}-", StringComparison.Ordinal)
            || !entry.Item.Text.StartsWith($"# {entry.Index + 1}. ", StringComparison.Ordinal)
            || !parts.SequenceEqual(entry.Item.Lines.Where(line => line.StartsWith("## ", StringComparison.Ordinal)))
        select entry.Item.Path);

    private static bool DecisionsOnly(string path) =>
        path.StartsWith("docs/decisions/", StringComparison.Ordinal)
            && !path.EndsWith("/README.md", StringComparison.Ordinal);

    private static IEnumerable<(string File, string Text)> Words() =>
        from file in Checkout.Documents()
        from word in Backticked().Matches(Fence().Replace(file.Text, ""))
        select (file.Path, word.Groups[1].Value);

    private static bool IsFileName(string text) =>
        !text.Contains('/', StringComparison.Ordinal)
        && Checkout.Files.Any(file => Path.GetFileName(file.Path) == text);

    private static bool IsVerb(Match match)
    {
        Command at = RootVerb.Create();
        foreach (var word in match.Groups[1].Value.Split(' '))
        {
            if (at.Subcommands.Count == 0)
                return true;
            if (at.Subcommands.FirstOrDefault(below => below.Name == word) is not { } next)
                return false;
            at = next;
        }

        return true;
    }

    private static IEnumerable<string> OwnNames() =>
        from file in Checkout.Code("src", "tests", "bench")
        from node in Syntax.Root(file).DescendantNodes()
        from name in DeclaredBy(node)
        select name;

    /// <summary>Properties and items of the build, such as what the projects switch on.</summary>
    private static IEnumerable<string> BuildNames() =>
        from file in Checkout.Files
        where Path.GetExtension(file.Path) is ".props" or ".csproj"
        from element in System.Xml.Linq.XElement.Parse(file.Text).DescendantsAndSelf()
        select element.Name.LocalName;

    private static IEnumerable<string> DeclaredBy(SyntaxNode node) => node switch
    {
        BaseTypeDeclarationSyntax type => [type.Identifier.Text],
        DelegateDeclarationSyntax type => [type.Identifier.Text],
        MethodDeclarationSyntax method => [method.Identifier.Text],
        PropertyDeclarationSyntax property => [property.Identifier.Text],
        EnumMemberDeclarationSyntax member => [member.Identifier.Text],
        FieldDeclarationSyntax field => field.Declaration.Variables.Select(one => one.Identifier.Text),
        ParameterSyntax { Parent.Parent: RecordDeclarationSyntax } field => [field.Identifier.Text],
        BaseNamespaceDeclarationSyntax space => space.Name.ToString().Split('.'),
        _ => [],
    };

    /// <summary>Types of the libraries that the product is built on; their members are not looked at.</summary>
    private static IEnumerable<string> TypesBelow(INamespaceSymbol space) =>
        space.GetTypeMembers().Select(type => type.Name)
            .Append(space.Name).Concat(space.GetNamespaceMembers().SelectMany(TypesBelow));

    /// <summary>
    /// One or more names in PascalCase with at least two humps, so that plain words and header names are not meant.
    /// </summary>
    [GeneratedRegex(@"^(?=.*[a-z][A-Z])[A-Z][A-Za-z0-9]+(\.[A-Z][A-Za-z0-9]+)*(\(\))?$")]
    private static partial Regex CodeName();

    [GeneratedRegex(@"^((src|tests|docs|bench|\.ci)/[^\s*]+|[\w./-]+\.(cs|csproj|props|sql|mjs|md|slnx))$")]
    private static partial Regex RepositoryPath();

    [GeneratedRegex(@"`([^`\n]+)`")]
    private static partial Regex Backticked();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    /// <summary>The command with its words, where it stands as something to type and not in a sentence.</summary>
    [GeneratedRegex(@"(?:`|: |^ *)gatehouse ([a-z][a-z-]*(?: [a-z][a-z-]*)?)", RegexOptions.Multiline)]
    private static partial Regex Verb();
}
