using System.Text.Json.Serialization;

namespace Gatehouse.Core.Adoption;

/// <summary>A port of the host that leads to the gate.</summary>
/// <param name="HostAddress">The host's address, as <c>127.0.0.1</c>, <c>0.0.0.0</c> or <c>::</c>; empty for all
/// addresses of IPv4 and IPv6.</param>
/// <param name="HostPort">The host's port.</param>
/// <param name="GatePort">The gate's port.</param>
public sealed record PublishedPort(string HostAddress, int HostPort, int GatePort)
{
    /// <summary>Whether it is open on every address of a family.</summary>
    [JsonIgnore]
    public bool IsEverywhere => HostAddress is "" or "0.0.0.0" or "::";
}
