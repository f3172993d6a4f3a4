using System.Collections.Immutable;

namespace Gatehouse.Core.Estate;

/// <summary>An entry of <c>models:</c> that is to be written.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Provider">The dialects that the upstream speaks.</param>
/// <param name="Url">Where it is served.</param>
public sealed record ModelDraft(string Key, ModelProvider Provider, string Url)
{
    /// <summary>The name that the upstream knows; null when it is the key.</summary>
    public string? Name { get; init; }

    /// <summary>A reference to the credential, as <c>env:OPENAI_API_KEY</c>; null when none is needed.</summary>
    public string? Credential { get; init; }

    /// <summary>Lines of comment above the entry, without the sign.</summary>
    public ImmutableArray<string> Comment { get; init; } = [];
}
