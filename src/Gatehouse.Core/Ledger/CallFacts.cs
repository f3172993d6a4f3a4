using System.Text.Json;

namespace Gatehouse.Core.Ledger;

/// <summary>What is known of a call before it is forwarded.</summary>
public sealed record CallFacts
{
    /// <summary>The job's name.</summary>
    public required string Job { get; init; }

    /// <summary>How the job was identified, for example <c>token</c>, <c>url-token</c>, <c>socket</c>.</summary>
    public required string IdentifiedBy { get; init; }

    /// <summary>Id of the token, if there was one.</summary>
    public string? TokenId { get; init; }

    /// <summary>The caller's address.</summary>
    public required string Caller { get; init; }

    /// <summary>The dialect that the caller spoke.</summary>
    public required string Dialect { get; init; }

    /// <summary>The endpoint called.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The model's key in the estate, if the call named one that the job has.</summary>
    public string? Model { get; init; }

    /// <summary>The name that the call gave, where the estate lets it name any model of a server.</summary>
    public string? ModelName { get; init; }

    /// <summary>Where the call goes: the upstream's URL without credentials.</summary>
    public string? Upstream { get; init; }

    /// <summary>The model's identity, if known.</summary>
    public ModelIdentity? Identity { get; init; }

    /// <summary>The client's own id of its session, if it sent one; what the caller says, and not proven.</summary>
    public string? Session { get; init; }

    /// <summary>The client's own id of the agent within its session, if it sent one.</summary>
    public string? Agent { get; init; }

    /// <summary>The query that went upstream, such as <c>?beta=true</c>; null when none did.</summary>
    public string? Query { get; init; }

    /// <summary>True if the caller asked for a stream.</summary>
    public bool IsStream { get; init; }

    /// <summary>Names of the changes made to the caller's bytes.</summary>
    public IReadOnlyList<string> Splices { get; init; } = [];

    /// <summary>Marks such as <c>outside-window</c> or <c>opaque</c>.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];
}

/// <summary>How <see cref="CallFacts"/> stands in a leaf.</summary>
internal static class CallFactsForm
{
    public static void Write(CanonicalWriter writer, CallFacts call)
    {
        writer.BeginObject();
        writer.MemberIfSet("agent", call.Agent);
        writer.Member("caller", call.Caller);
        writer.Member("dialect", call.Dialect);
        writer.Member("endpoint", call.Endpoint);
        writer.MemberIfAny("flags", call.Flags);
        writer.Member("identified_by", call.IdentifiedBy);
        writer.Member("job", call.Job);
        writer.MemberIfSet("model", call.Model);
        writer.MemberIfSet("model_id", call.Identity?.Value);
        writer.MemberIfSet("model_id_kind", call.Identity?.Kind);
        writer.MemberIfSet("model_name", call.ModelName);
        writer.MemberIfSet("query", call.Query);
        writer.MemberIfSet("session", call.Session);
        writer.MemberIfAny("splices", call.Splices);
        writer.Member("stream", call.IsStream ? 1 : 0);
        writer.MemberIfSet("token", call.TokenId);
        writer.MemberIfSet("upstream", call.Upstream);
        writer.EndObject();
    }

    public static CallFacts Read(JsonElement call) => new()
    {
        Agent = call.TextIfSet("agent"),
        Caller = call.Text("caller"),
        Dialect = call.Text("dialect"),
        Endpoint = call.Text("endpoint"),
        Flags = call.Texts("flags"),
        IdentifiedBy = call.Text("identified_by"),
        Job = call.Text("job"),
        Model = call.TextIfSet("model"),
        Identity = call.TextIfSet("model_id") is { } value
            ? new ModelIdentity(call.Text("model_id_kind"), value)
            : null,
        ModelName = call.TextIfSet("model_name"),
        Query = call.TextIfSet("query"),
        Session = call.TextIfSet("session"),
        Splices = call.Texts("splices"),
        IsStream = call.Number("stream") == 1,
        TokenId = call.TextIfSet("token"),
        Upstream = call.TextIfSet("upstream"),
    };
}

/// <summary>Which model it really was, as far as one can know.</summary>
/// <param name="Kind">How it is known, for example <c>ollama-digest</c> or <c>name-and-date</c>.</param>
/// <param name="Value">The identity.</param>
public readonly record struct ModelIdentity(string Kind, string Value);
