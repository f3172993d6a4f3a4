using Gatehouse.Telemetry;

namespace Gatehouse.Outbound;

/// <summary>What an outbound client counts.</summary>
internal enum OutboundCount
{
    /// <summary>Requests that were begun, without their retries.</summary>
    Requests,

    /// <summary>Connections that were begun.</summary>
    Connections,

    /// <summary>Connections that the policy did not allow.</summary>
    DestinationsRefused,

    /// <summary>Requests that got no whole answer, whatever the reason.</summary>
    Failures,

    /// <summary>Failures because a time limit ran out.</summary>
    Timeouts,

    /// <summary>Failures because the answer was too large.</summary>
    TooLarge,

    /// <summary>Tries after the first.</summary>
    Retries,

    /// <summary>Tries that were left out because the budget for retries was used up.</summary>
    RetriesWithoutBudget,
}

/// <summary>The counts of one client, or of several under one policy. Counting never fails a request.</summary>
internal sealed class OutboundCounts
{
    private static readonly (OutboundCount What, string Word)[] Words =
    [
        (OutboundCount.Requests, "request"),
        (OutboundCount.Connections, "connection"),
        (OutboundCount.DestinationsRefused, "destination_refused"),
        (OutboundCount.Failures, "failure"),
        (OutboundCount.Timeouts, "timeout"),
        (OutboundCount.TooLarge, "too_large"),
        (OutboundCount.Retries, "retry"),
        (OutboundCount.RetriesWithoutBudget, "retry_without_budget"),
    ];

    private readonly long[] _values = new long[Enum.GetValues<OutboundCount>().Length];

    public long this[OutboundCount what] => Interlocked.Read(ref _values[(int)what]);

    public void Add(OutboundCount what) => Interlocked.Increment(ref _values[(int)what]);

    /// <summary>Writes all counts, for the client of this name.</summary>
    public void Write(PrometheusText text, string client)
    {
        text.Family("gatehouse_outbound_total", "counter", "What the gate's own HTTP clients did.");
        foreach (var (what, word) in Words)
            text.Sample("gatehouse_outbound_total", this[what], ("client", client), ("event", word));
    }
}

/// <summary>
/// How many retries a client may still make. Every request adds a part of one, every retry takes a whole one.
/// </summary>
internal sealed class RetryBudget(double perRequest)
{
    /// <summary>A client that was quiet for long saves no more than these.</summary>
    private const double Most = 10;

    private readonly Lock _gate = new();

    // Full at first: a server that is down when the client starts is tried again as at any other time.
    private double _left = Most;

    public void Earn()
    {
        lock (_gate) _left = Math.Min(Most, _left + perRequest);
    }

    public bool TrySpend()
    {
        lock (_gate)
        {
            if (_left < 1) return false;
            _left--;
            return true;
        }
    }
}
