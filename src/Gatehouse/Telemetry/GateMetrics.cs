using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Gatehouse.Telemetry;

/// <summary>Counters of the gate. A <em>safe</em> promise: counting never fails a call.</summary>
internal sealed class GateMetrics
{
    /// <summary>Upper bounds in seconds; a model's answer takes from milliseconds to minutes.</summary>
    private static readonly double[] Bounds = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

    private readonly ConcurrentDictionary<(string Job, string Model, string Outcome), StrongCounter> _outcomes = new();
    private readonly ConcurrentDictionary<string, StrongCounter> _refusals = new();
    private readonly ConcurrentDictionary<string, StrongCounter> _unidentified = new();
    private readonly ConcurrentDictionary<(string Job, string Model, string Way), StrongCounter> _tokens = new();
    private readonly long[] _durations = new long[Bounds.Length + 1];
    private long _durationMilliseconds, _recorded, _refused, _turnedAway, _local;

    public long Recorded => Interlocked.Read(ref _recorded);

    public long Refused => Interlocked.Read(ref _refused);

    public long TurnedAway => Interlocked.Read(ref _turnedAway);

    public void CountUnidentified(string reason)
    {
        Interlocked.Increment(ref _turnedAway);
        _unidentified.GetOrAdd(reason, static _ => new StrongCounter()).Add(1);
    }

    public void CountRefusal(string reason)
    {
        Interlocked.Increment(ref _refused);
        _refusals.GetOrAdd(reason, static _ => new StrongCounter()).Add(1);
    }

    public void CountLocal() => Interlocked.Increment(ref _local);

    public void CountOutcome(string job, string model, string outcome, long milliseconds)
    {
        Interlocked.Increment(ref _recorded);
        _outcomes.GetOrAdd((job, model, outcome), static _ => new StrongCounter()).Add(1);
        var seconds = milliseconds / 1000.0;
        var bucket = 0;
        while (bucket < Bounds.Length && seconds > Bounds[bucket]) bucket++;
        Interlocked.Increment(ref _durations[bucket]);
        Interlocked.Add(ref _durationMilliseconds, milliseconds);
    }

    public void CountTokens(string job, string model, long? input, long? output)
    {
        if (input is > 0) _tokens.GetOrAdd((job, model, "input"), static _ => new StrongCounter()).Add(input.Value);
        if (output is > 0) _tokens.GetOrAdd((job, model, "output"), static _ => new StrongCounter()).Add(output.Value);
    }

    public void Write(PrometheusText text)
    {
        text.Family("gatehouse_calls_total", "counter", "Calls on record, by how they ended.");
        foreach (var ((job, model, outcome), counter) in _outcomes)
            text.Sample("gatehouse_calls_total", counter.Value, ("job", job), ("model", model), ("outcome", outcome));
        text.Family("gatehouse_refusals_total", "counter", "Calls of known jobs that were refused, by reason.");
        foreach (var (reason, counter) in _refusals)
            text.Sample("gatehouse_refusals_total", counter.Value, ("reason", reason));
        text.Family("gatehouse_unidentified_total", "counter", "Calls that could not be attributed, by reason.");
        foreach (var (reason, counter) in _unidentified)
            text.Sample("gatehouse_unidentified_total", counter.Value, ("reason", reason));
        text.Family("gatehouse_local_answers_total", "counter", "Lists, shows and probes answered without a model.");
        text.Sample("gatehouse_local_answers_total", Interlocked.Read(ref _local));
        text.Family("gatehouse_tokens_total", "counter", "Tokens as the models counted them.");
        foreach (var ((job, model, way), counter) in _tokens)
            text.Sample("gatehouse_tokens_total", counter.Value, ("job", job), ("model", model), ("direction", way));
        WriteDurations(text);
    }

    private void WriteDurations(PrometheusText text)
    {
        text.Family("gatehouse_call_seconds", "histogram", "Time from accepting a call to its outcome.");
        var sum = 0L;
        for (var i = 0; i < Bounds.Length; i++)
        {
            sum += Interlocked.Read(ref _durations[i]);
            text.Sample("gatehouse_call_seconds_bucket", sum,
                ("le", Bounds[i].ToString("R", System.Globalization.CultureInfo.InvariantCulture)));
        }
        sum += Interlocked.Read(ref _durations[Bounds.Length]);
        text.Sample("gatehouse_call_seconds_bucket", sum, ("le", "+Inf"));
        text.Sample("gatehouse_call_seconds_sum", Interlocked.Read(ref _durationMilliseconds) / 1000.0);
        text.Sample("gatehouse_call_seconds_count", sum);
    }
}

/// <summary>Writes metrics in the Prometheus text exposition format 0.0.4.</summary>
internal sealed class PrometheusText
{
    private readonly StringBuilder _text = new();

    public void Family(string name, string type, string help)
        => _text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ')
            .Append(type).Append('\n');

    public void Sample(string name, double value, params ReadOnlySpan<(string Key, string Value)> labels)
    {
        _text.Append(name);
        for (var i = 0; i < labels.Length; i++)
        {
            _text.Append(i == 0 ? '{' : ',').Append(labels[i].Key).Append("=\"");
            Escape(labels[i].Value);
            _text.Append('"');
        }
        if (labels.Length > 0) _text.Append('}');
        _text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    public override string ToString() => _text.ToString();

    private void Escape(string value)
    {
        foreach (var character in value)
        {
            _ = character switch
            {
                '\\' => _text.Append(@"\\"),
                '"' => _text.Append("\\\""),
                '\n' => _text.Append("\\n"),
                _ => _text.Append(character),
            };
        }
    }
}

/// <summary>A counter that lives in a dictionary and is added to from many calls.</summary>
internal sealed class StrongCounter
{
    private long _value;

    public long Value => Interlocked.Read(ref _value);

    public void Add(long amount) => Interlocked.Add(ref _value, amount);
}
