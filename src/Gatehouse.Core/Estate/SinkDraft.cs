using System.Collections.Immutable;

namespace Gatehouse.Core.Estate;

/// <summary>An entry of <c>sinks:</c> that is to be written.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Kind">Which kind of sink.</param>
public sealed record SinkDraft(string Key, SinkKind Kind)
{
    /// <summary>Address of the server.</summary>
    public string? Url { get; init; }

    /// <summary>Absolute path of a file sink.</summary>
    public string? Path { get; init; }

    /// <summary>Recipients of a mail sink.</summary>
    public string? To { get; init; }

    /// <summary>Topic of an ntfy or MQTT sink.</summary>
    public string? Topic { get; init; }

    /// <summary>A reference to the credential.</summary>
    public string? Credential { get; init; }

    /// <summary>Lines of comment above the entry, without the sign.</summary>
    public ImmutableArray<string> Comment { get; init; } = [];
}
