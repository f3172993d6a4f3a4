using System.Collections.Immutable;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery;

/// <summary>A place at which a job reaches models.</summary>
/// <param name="Url">Its URL.</param>
/// <param name="Provider">The dialects that it speaks.</param>
/// <param name="Where">What told of it.</param>
/// <param name="Names">Names of models there, as far as they were seen.</param>
internal sealed record ModelLocation(string Url, ModelProvider Provider, string Where, ImmutableArray<string> Names)
{
    /// <summary>The name of the server, where it is one of the house.</summary>
    public string? Server { get; init; }

    /// <summary>
    /// Whether the names are all that the job asks for. A default, or the model for a search's embeddings, is one of
    /// several.
    /// </summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>The variable that holds the key; null when there is none.</summary>
    public string? KeyVariable { get; init; }
}
