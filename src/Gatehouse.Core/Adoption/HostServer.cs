using System.Net;

namespace Gatehouse.Core.Adoption;

/// <summary>
/// A model server that is a systemd service of this host: an Ollama, whose address its environment says.
/// </summary>
/// <param name="Unit">The service, as <c>ollama.service</c>.</param>
/// <param name="Address">Where it listens; <c>0.0.0.0</c> and <c>::</c> mean everywhere.</param>
public sealed record HostServer(string Unit, IPEndPoint Address)
{
    /// <summary>Whether it listens on every address of the host.</summary>
    public bool IsEverywhere => Address.Address.Equals(IPAddress.Any) || Address.Address.Equals(IPAddress.IPv6Any);
}
