using System.Text.Json;
using Gatehouse.Core.Adoption;
using Gatehouse.Core.Engine;

namespace Gatehouse.Adoption;

/// <summary>Writes an endpoint as the engine takes it (<c>EndpointSettings</c> of the Engine API).</summary>
internal static class EndpointJson
{
    /// <summary>Engines before this version know no <c>GwPriority</c>.</summary>
    private static readonly ApiVersion KnowsPriority = new(1, 48);

    public static void Write(Utf8JsonWriter json, EndpointSpec endpoint, ApiVersion api)
    {
        json.WriteStartObject();
        if (endpoint.HasStaticConfiguration)
        {
            json.WriteStartObject("IPAMConfig");
            if (endpoint.Address is { } address) json.WriteString("IPv4Address", address);
            if (endpoint.Address6 is { } address6) json.WriteString("IPv6Address", address6);
            if (endpoint.LinkLocalAddresses.Length > 0) List(json, "LinkLocalIPs", endpoint.LinkLocalAddresses);
            json.WriteEndObject();
        }
        if (endpoint.Aliases.Length > 0) List(json, "Aliases", endpoint.Aliases);
        if (endpoint.Links.Length > 0) List(json, "Links", endpoint.Links);
        if (endpoint.HasDriverOptions)
        {
            json.WriteStartObject("DriverOpts");
            foreach (var (name, value) in endpoint.DriverOptions) json.WriteString(name, value);
            json.WriteEndObject();
        }
        if (endpoint.GatewayPriority != 0 && api >= KnowsPriority)
            json.WriteNumber("GwPriority", endpoint.GatewayPriority);
        json.WriteEndObject();
    }

    private static void List(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
