using System.Text.Json;

namespace Gatehouse.Core.Engine;

/// <summary>Reads the engine's description of one network: an item of <c>GET /networks</c>, or one by id.</summary>
public static class NetworkReader
{
    /// <summary>Reads one network.</summary>
    /// <param name="node">The engine's answer.</param>
    /// <exception cref="FormatException">It has no id: it describes no network.</exception>
    public static NetworkFacts Read(JsonElement node)
    {
        var id = node.TextOrNull("Id") ?? throw new FormatException("The engine described a network without an id.");
        var ranges = node.Child("IPAM").Items("Config").ToArray();
        return new NetworkFacts
        {
            Id = id,
            Name = node.Text("Name"),
            Driver = node.Text("Driver"),
            Scope = node.TextOrNull("Scope") ?? "local",
            IsInternal = node.Flag("Internal"),
            HasIpv6 = node.Flag("EnableIPv6"),
            Subnets = [.. ranges.Select(static range => range.Text("Subnet")).Where(static text => text.Length > 0)],
            Gateways = [.. ranges.Select(static range => range.Text("Gateway")).Where(static text => text.Length > 0)],
            Options = node.Map("Options"),
            Labels = node.Map("Labels"),
        };
    }
}
