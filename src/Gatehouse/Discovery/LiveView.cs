using System.Collections.Immutable;
using Gatehouse.Core.Discovery;

namespace Gatehouse.Discovery;

/// <summary>What runs on the host and talks to models, now.</summary>
/// <param name="Observations">Processes outside containers that serve or call models.</param>
/// <param name="Connections">Open connections to ports on which models are served.</param>
/// <param name="Processes">How many processes were looked at.</param>
/// <param name="Namespaces">How many network namespaces were looked into.</param>
/// <param name="Hidden">How many processes this user may not look into.</param>
internal sealed record LiveView(
    ImmutableArray<Observation> Observations, ImmutableArray<OpenConnection> Connections, int Processes, int Namespaces,
    int Hidden);
