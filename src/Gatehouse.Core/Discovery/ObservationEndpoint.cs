using System.Collections.Immutable;

namespace Gatehouse.Core.Discovery;

/// <summary>A place in one network of the engine.</summary>
/// <param name="Network">The network's name in the engine.</param>
/// <param name="Names">Names and addresses by which neighbours reach it there.</param>
public sealed record ObservationEndpoint(string Network, ImmutableArray<string> Names);
