namespace Gatehouse.Core.Adoption;

/// <summary>
/// What a unit that serves models is to an adoption: a server that can be moved, or a reason why not.
/// </summary>
/// <param name="Server">The server; null when it is left alone.</param>
/// <param name="Note">Why it is left alone, as a sentence; null when it can be moved.</param>
public sealed record HostServerReading(HostServer? Server, string? Note);
