using System.Collections.Immutable;

namespace Gatehouse.Core.Compose;

/// <summary>A service that is no container but is provided by a plug-in, as <c>provider: { type: model }</c>.</summary>
/// <param name="Kind">Its type.</param>
/// <param name="Options">Its options; lists are joined by commas.</param>
public sealed record ComposeProvider(string Kind, ImmutableSortedDictionary<string, string> Options);
