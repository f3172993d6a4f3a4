using Gatehouse.Core.Systemd;

namespace Gatehouse.Core.Discovery.UnitFiles;

/// <summary>All units of one manager: the system's, or those of one user.</summary>
/// <param name="Units">The units, every kind together, because a timer starts a service.</param>
/// <param name="User">Whose manager it is; null for the system's.</param>
/// <param name="Home">That user's home; null for the system's.</param>
public sealed record UnitSet(IReadOnlyList<UnitFacts> Units, string? User = null, string? Home = null);
