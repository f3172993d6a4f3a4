using System.Net;

namespace Gatehouse.Core.Adoption;

/// <summary>A range for one network.</summary>
/// <param name="Range">The whole range.</param>
/// <param name="Dynamic">The lower half, from which the engine hands out addresses.</param>
/// <param name="Gate">The gate's address, in the upper half, so that the engine never gives it to another.</param>
public sealed record Subnet(IPNetwork Range, IPNetwork Dynamic, IPAddress Gate);
