using System.Text.Json;

namespace Gatehouse.Core.Ledger;

/// <summary>A call that is about to be forwarded. Its id is the exchange's id.</summary>
public sealed record RequestEntry : LedgerEntry
{
    internal const string Word = "request";

    /// <summary>What is known of the call.</summary>
    public required CallFacts Call { get; init; }

    /// <inheritdoc/>
    public override string Kind => Word;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.Name("call");
        CallFactsForm.Write(writer, Call);
    }

    internal static RequestEntry ReadBody(string id, JsonElement body) => new()
    {
        Id = id,
        Call = CallFactsForm.Read(body.ObjectIfSet("call") ?? throw EntryBody.Missing("call")),
    };
}
