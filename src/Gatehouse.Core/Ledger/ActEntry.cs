using System.Text.Json;

namespace Gatehouse.Core.Ledger;

/// <summary>
/// Something a person or the gate itself did: a token, a pause, a new configuration, a start, a stop.
/// </summary>
public sealed record ActEntry : LedgerEntry
{
    internal const string Word = "act";

    /// <summary>Name of the act, for example <c>token.issue</c>.</summary>
    public required string Act { get; init; }

    /// <summary>User id of who did it; -1 for the gate itself.</summary>
    public required long Uid { get; init; }

    /// <summary>Name of who did it.</summary>
    public required string Who { get; init; }

    /// <summary>Details by name. Never a secret.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    public override string Kind => Word;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.Member("act", Act);
        if (Details.Count > 0)
        {
            writer.Name("details");
            writer.BeginObject();
            foreach (var (name, value) in Details.OrderBy(detail => detail.Key, StringComparer.Ordinal))
                writer.Member(name, value);
            writer.EndObject();
        }

        writer.Member("uid", Uid);
        writer.Member("who", Who);
    }

    internal static ActEntry ReadBody(string id, JsonElement body) => new()
    {
        Id = id,
        Act = body.Text("act"),
        Uid = body.Number("uid"),
        Who = body.Text("who"),
        Details = body.ObjectIfSet("details") is { } details
            ? details.EnumerateObject().ToDictionary(detail => detail.Name, EntryBody.TextOf)
            : new Dictionary<string, string>(),
    };
}
