using System.Text.Json;

namespace Gatehouse.Core.Ledger;

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
