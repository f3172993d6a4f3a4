namespace Gatehouse.Telemetry;

/// <summary>
/// One call as the live page shows it: who, what, how it ended. No payload, no caller text but the names it used.
/// </summary>
internal sealed record LiveCall
{
    public required string Id { get; init; }

    public required DateTimeOffset Time { get; init; }

    public required string Job { get; init; }

    /// <summary>How the job was identified.</summary>
    public required string By { get; init; }

    public required string Dialect { get; init; }

    public required string Endpoint { get; init; }

    public required string Model { get; init; }

    /// <summary><c>running</c>, or an outcome as the ledger names it.</summary>
    public required string Outcome { get; init; }

    public string Reason { get; init; } = "";

    public int Status { get; init; }

    public long Milliseconds { get; init; }

    public long Tokens { get; init; }
}
