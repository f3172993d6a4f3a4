using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;

namespace Gatehouse.Tests.Tidy;

/// <summary>Only the folder that stores things names the database's package or writes SQL.</summary>
public sealed partial class DatabaseTests
{
    private const string Storage = "src/Gatehouse/Storage/";

    [Fact]
    public void A_database_is_named_and_spoken_to_only_in_Storage()
    {
        Assert.NotEmpty(Checkout.Code("src").Where(IsStorage).SelectMany(file => Database(file.Text, file.Path)));
        Rule.Holds(Checkout.Code("src").Where(file => !IsStorage(file))
            .SelectMany(file => Database(file.Text, file.Path)));
    }

    [Theory]
    [InlineData("using Microsoft.Data.Sqlite;", true)]
    [InlineData("using SQLitePCL;", true)]
    [InlineData("class A { Npgsql.NpgsqlConnection? _b; }", true)]
    [InlineData("class A { string B = \"SELECT job FROM pause\"; }", true)]
    [InlineData("class A { string B => $\"DELETE FROM {C}\"; }", true)]
    [InlineData("class A { string B = \"INSERT OR REPLACE INTO pause (job) VALUES (?1)\"; }", true)]
    [InlineData("class A { string B = \"UPDATE token SET leaked = 1\"; }", true)]
    [InlineData("class A { string B = \"PRAGMA page_count\"; }", true)]
    [InlineData("class A { string B = \"\"\"\n    CREATE TABLE b (c TEXT);\n    \"\"\"; }", true)]
    [InlineData("class A { string B = \"Select a model from the list, or update it.\"; }", false)]
    [InlineData("using Gatehouse.Storage; class A { SqliteLedger? _b; }", false)]
    [InlineData("// SELECT job FROM pause", false)]
    public void A_planted_database_is_found(string text, bool isFound) =>
        Assert.Equal(isFound, Database(text, "A.cs").Any());

    private static bool IsStorage(SourceFile file) => file.Path.StartsWith(Storage, StringComparison.Ordinal);

    private static IEnumerable<string> Database(string text, string path) =>
        from token in Syntax.Root(text, path).DescendantTokens()
        let isText = token.Kind() is SyntaxKind.StringLiteralToken or SyntaxKind.InterpolatedStringTextToken
            or SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken
            or SyntaxKind.Utf8StringLiteralToken
        where isText ? Sql().IsMatch(token.ValueText) : Package().IsMatch(token.Text)
        select $"{path} {(isText ? "SQL" : token.Text)}";

    // In capitals, as this project writes it: the words are ordinary ones otherwise.
    [GeneratedRegex(
        @"\b(SELECT\s.*\sFROM\b|INSERT\s(OR\s\w+\s)?INTO\b|UPDATE\s\w+\sSET\b|DELETE\sFROM\b|CREATE\s(TABLE|INDEX)\b"
        + @"|PRAGMA\s)", RegexOptions.Singleline)]
    private static partial Regex Sql();

    [GeneratedRegex(@"^(Sqlite|SQLitePCL|Npgsql)(Connection|Command|Exception)?$")]
    private static partial Regex Package();
}
