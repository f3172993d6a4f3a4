namespace Gatehouse.Core.Engine;

/// <summary>A port of a container that the engine has published on the host, as it stands now.</summary>
/// <param name="ContainerPort">The port inside.</param>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c> or <c>sctp</c>.</param>
/// <param name="HostAddress">The address on the host, as <c>127.0.0.1</c>, <c>0.0.0.0</c> or <c>::</c>; empty where
/// all addresses of both families were asked for.</param>
/// <param name="HostPort">The port on the host.</param>
public sealed record PortFact(int ContainerPort, string Protocol, string HostAddress, int HostPort)
{
    /// <summary>Whether other machines reach it.</summary>
    public bool IsOpenToOthers => HostAddress is not ("127.0.0.1" or "::1")
        && !HostAddress.StartsWith("127.", StringComparison.Ordinal);
}
