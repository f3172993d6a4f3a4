namespace Gatehouse.Core.Adoption;

/// <summary>A port of the host that leads to the gate.</summary>
/// <param name="HostAddress">The host's address, as <c>127.0.0.1</c> or <c>0.0.0.0</c>.</param>
/// <param name="HostPort">The host's port.</param>
/// <param name="GatePort">The gate's port.</param>
public sealed record PublishedPort(string HostAddress, int HostPort, int GatePort);
