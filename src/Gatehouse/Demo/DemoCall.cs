namespace Gatehouse.Demo;

/// <summary>One call of a demo job, as the job saw it.</summary>
internal sealed record DemoCall
{
    public required string Job { get; init; }

    public required string Dialect { get; init; }

    /// <summary>The path, for example <c>/api/chat</c>.</summary>
    public required string Endpoint { get; init; }

    public required string Model { get; init; }

    public required DemoOutcome Outcome { get; init; }

    /// <summary>The HTTP status; 0 if no answer came.</summary>
    public int Status { get; init; }

    public double Milliseconds { get; init; }

    /// <summary>The id that the gate gave the exchange, or null.</summary>
    public string? Exchange { get; init; }

    /// <summary>How the answer or the refusal begins, on one line.</summary>
    public string FirstWords { get; init; } = "";
}
