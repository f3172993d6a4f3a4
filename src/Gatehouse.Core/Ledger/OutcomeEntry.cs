using System.Text.Json;

namespace Gatehouse.Core.Ledger;

/// <summary>How an exchange ended.</summary>
public sealed record OutcomeEntry : LedgerEntry
{
    internal const string Word = "outcome";

    /// <summary>Id of the exchange.</summary>
    public required string Of { get; init; }

    /// <summary>How it ended.</summary>
    public required ExchangeOutcome Outcome { get; init; }

    /// <summary>The call, only where no request entry came first: a refusal before anything was forwarded.</summary>
    public CallFacts? Call { get; init; }

    /// <summary>HTTP status that the caller was given; 0 if none.</summary>
    public int Status { get; init; }

    /// <summary>Short word for the reason, for example <c>paused</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>Milliseconds from accepting the call, by the monotonic clock.</summary>
    public long DurationMilliseconds { get; init; }

    /// <summary>Tokens read by the model, if it said so.</summary>
    public long? InputTokens { get; init; }

    /// <summary>Tokens written by the model, if it said so.</summary>
    public long? OutputTokens { get; init; }

    /// <summary>The model that the upstream says answered.</summary>
    public string? ReportedModel { get; init; }

    /// <summary>The upstream's <c>system_fingerprint</c>.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Bytes of the body released to the caller.</summary>
    public long BytesDelivered { get; init; }

    /// <summary>Marks such as <c>outside-window</c>.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    /// <inheritdoc/>
    public override string Kind => Word;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.Member("bytes_delivered", BytesDelivered);
        if (Call is not null)
        {
            writer.Name("call");
            CallFactsForm.Write(writer, Call);
        }

        writer.Member("duration_ms", DurationMilliseconds);
        writer.MemberIfSet("fingerprint", Fingerprint);
        writer.MemberIfAny("flags", Flags);
        writer.MemberIfSet("input_tokens", InputTokens);
        writer.Member("of", Of);
        writer.Member("outcome", Outcome.Word());
        writer.MemberIfSet("output_tokens", OutputTokens);
        writer.MemberIfSet("reason", Reason);
        writer.MemberIfSet("reported_model", ReportedModel);
        writer.Member("status", Status);
    }

    internal static OutcomeEntry ReadBody(string id, JsonElement body) => new()
    {
        Id = id,
        BytesDelivered = body.Number("bytes_delivered"),
        Call = body.ObjectIfSet("call") is { } call ? CallFactsForm.Read(call) : null,
        DurationMilliseconds = body.Number("duration_ms"),
        Fingerprint = body.TextIfSet("fingerprint"),
        Flags = body.Texts("flags"),
        InputTokens = body.NumberIfSet("input_tokens"),
        Of = body.Text("of"),
        Outcome = LedgerWords.ParseOutcome(body.Text("outcome")),
        OutputTokens = body.NumberIfSet("output_tokens"),
        Reason = body.TextIfSet("reason"),
        ReportedModel = body.TextIfSet("reported_model"),
        Status = (int)body.Number("status"),
    };
}
