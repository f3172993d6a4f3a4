using System.Text.Json.Nodes;

namespace Gatehouse.Tests.Clients;

/// <summary>One case of a client script, with what differs from the script's defaults.</summary>
internal sealed record ClientStep(string Case)
{
    public string? Token { get; init; }

    public string? Model { get; init; }

    public string? Prompt { get; init; }

    public string? BaseUrl { get; init; }

    /// <summary>Makes the body at least this large.</summary>
    public int PadBytes { get; init; }

    /// <summary>How often the SDK itself may retry; null leaves the SDK's default.</summary>
    public int? Retries { get; init; }

    /// <summary><c>bearer</c> sends Authorization where the client's habit is another header.</summary>
    public string? Carrier { get; init; }

    public JsonObject ToJson()
    {
        var json = new JsonObject { ["case"] = Case, ["padBytes"] = PadBytes };
        foreach (var (name, value) in new[]
        {
            ("token", Token), ("model", Model), ("prompt", Prompt), ("gateUrl", BaseUrl), ("carrier", Carrier),
        })
        {
            if (value is not null)
                json[name] = value;
        }

        if (Retries is { } retries)
            json["retries"] = retries;
        return json;
    }
}
