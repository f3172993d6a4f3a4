namespace Gatehouse.Core.Engine;

/// <summary>Something of the host or of the engine that a container sees.</summary>
/// <param name="Kind"><c>bind</c>, <c>volume</c>, <c>tmpfs</c> or <c>npipe</c>.</param>
/// <param name="Source">The path on the host; for a volume the path where the engine keeps it.</param>
/// <param name="Destination">The path inside.</param>
/// <param name="IsWritable">Whether the container may write there.</param>
/// <param name="Propagation">As <c>rprivate</c> or <c>rshared</c>; empty when the engine does not say.</param>
/// <param name="Name">The volume's name; empty for others.</param>
public sealed record MountFact(
    string Kind, string Source, string Destination, bool IsWritable, string Propagation, string Name);
