using System.Diagnostics.CodeAnalysis;

namespace Gatehouse.Core.Traffic;

/// <summary>The names of the scopes as people write them.</summary>
public static class EndpointScopeNames
{
    /// <summary>Every name that <see cref="TryParse"/> takes, for help texts.</summary>
    public static IReadOnlyList<string> All { get; } =
        ["chat", "completions", "responses", "embeddings", "models", "manage", "opaque", "messages"];

    /// <summary>The one name of a scope; <see cref="TryParse"/> reads it back.</summary>
    public static string NameOf(EndpointScope scope) => scope switch
    {
        EndpointScope.Chat => "chat",
        EndpointScope.Completions => "completions",
        EndpointScope.Responses => "responses",
        EndpointScope.Embeddings => "embeddings",
        EndpointScope.Models => "models",
        EndpointScope.Manage => "manage",
        EndpointScope.Opaque => "opaque",
        _ => throw new ArgumentOutOfRangeException(nameof(scope), scope, "Not a scope."),
    };

    /// <summary>Reads a scope by its exact name. <c>messages</c> is another word for <c>chat</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? name, out EndpointScope scope)
    {
        switch (name)
        {
            case "chat" or "messages": scope = EndpointScope.Chat; return true;
            case "completions": scope = EndpointScope.Completions; return true;
            case "responses": scope = EndpointScope.Responses; return true;
            case "embeddings": scope = EndpointScope.Embeddings; return true;
            case "models": scope = EndpointScope.Models; return true;
            case "manage": scope = EndpointScope.Manage; return true;
            case "opaque": scope = EndpointScope.Opaque; return true;
            default: scope = default; return false;
        }
    }
}
