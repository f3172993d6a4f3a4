using System.Text.Json;

namespace Gatehouse.Core.Engine;

/// <summary>Reads what an engine says of itself (<c>GET /info</c>).</summary>
public static class EngineReader
{
    /// <summary>Reads the answer.</summary>
    /// <param name="info">The engine's answer.</param>
    /// <param name="api">The version of its API that is spoken with it.</param>
    public static EngineFacts Read(JsonElement info, ApiVersion api) => new()
    {
        Version = info.Text("ServerVersion"),
        Api = api,
        SecurityOptions = info.Texts("SecurityOptions"),
        CgroupVersion = info.Text("CgroupVersion"),
        DefaultRuntime = info.Text("DefaultRuntime"),
        FirewallBackend = info.Child("FirewallBackend").TextOrNull("Driver"),
        Warnings = info.Texts("Warnings"),
        InsecureRegistries = [.. info.Child("RegistryConfig").Members("IndexConfigs")
            .Where(static one => one.Value.Child("Secure").ValueKind == JsonValueKind.False)
            .Select(static one => one.Name), .. info.Child("RegistryConfig").Texts("InsecureRegistryCIDRs")],
        IsSwarm = info.Child("Swarm").Text("LocalNodeState") is "active" or "pending" or "locked",
    };
}
