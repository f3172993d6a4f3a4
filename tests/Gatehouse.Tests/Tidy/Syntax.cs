using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Gatehouse.Tests.Tidy;

/// <summary>Files as syntax, each parsed once for all rules.</summary>
internal static class Syntax
{
    private static readonly ConcurrentDictionary<string, SyntaxNode> Known = new();

    public static SyntaxNode Root(SourceFile file) => Known.GetOrAdd(file.Path, path => Root(file.Text, path));

    public static SyntaxNode Root(string text, string path = "") =>
        CSharpSyntaxTree.ParseText(text, Compiled.Parsing, path).GetRoot();
}
