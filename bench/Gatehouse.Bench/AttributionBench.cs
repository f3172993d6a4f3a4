using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate;
using Gatehouse.Gate.Identity;
using Gatehouse.Storage;

namespace Gatehouse.Bench;

/// <summary>
/// Measures step 2 of a call, identifying the caller, by the code that the gate runs: by the listener of the job's
/// own address, by a token, and nothing at all, which is what the clock itself takes.
/// </summary>
internal static class AttributionBench
{
    private const int Jobs = 50;

    private const string Target = "/api/chat";

    /// <summary>The call is made outside of the time that counts, because every call is made anyway.</summary>
    public static void Run(int calls)
    {
        var plan = Plan();
        var tokens = new TokenBook(static () =>
        {
            var now = TimeProvider.System.GetUtcNow();
            return new ClockReading(now, now, now, IsApart: false);
        });
        var token = "";
        for (var job = 0; job < Jobs; job++) token = Issue(tokens, $"job-{job}");
        var identifier = new Identifier(tokens, new LeakedTokens(tokens, static _ => { }));
        var own = new ListenerIdentity($"job-{Jobs - 1}");
        var shared = ListenerIdentity.Shared;
        // Three rounds each, interleaved; the first ones warm the code up and are not shown.
        for (var round = 0; round < 3; round++)
        {
            Show("nothing (the clock)", Measure(calls, plan, null, static _ => true));
            Show("by the listener", Measure(calls, plan, null, call => identifier.Identify(call, own) is null));
            Show("by the listener, with some key",
                Measure(calls, plan, "ollama", call => identifier.Identify(call, own) is null));
            Show("by a token", Measure(calls, plan, token, call => identifier.Identify(call, shared) is null));

            void Show(string name, long[] ticks)
            {
                if (round > 0) Print(name, ticks);
            }
        }
    }

    private static long[] Measure(int calls, EstatePlan plan, string? key, Func<GateCall, bool> identify)
    {
        var ticks = new long[calls];
        for (var index = 0; index < calls; index++)
        {
            var headers = new HeaderList();
            headers.Add("Host", "ollama:11434");
            headers.Add("User-Agent", "bench");
            headers.Add("Content-Type", "application/json");
            if (key is not null) headers.Add("Authorization", $"Bearer {key}");
            var request = new CallRequest
            {
                Method = "POST",
                Target = Target,
                Headers = headers,
                Body = PipeReader.Create(ReadOnlySequence<byte>.Empty),
                RemoteAddress = IPAddress.Parse("172.29.0.2"),
            };
            using var call = new GateCall(request, null!, plan, "ex_bench", TimeProvider.System);
            var started = Stopwatch.GetTimestamp();
            var isGood = identify(call);
            ticks[index] = Stopwatch.GetTimestamp() - started;
            if (!isGood) throw new InvalidOperationException("A call was refused.");
        }
        return ticks;
    }

    private static void Print(string name, long[] ticks)
    {
        Array.Sort(ticks);
        var (middle, high) = (ticks[ticks.Length / 2], ticks[ticks.Length * 99L / 100]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name}\tp50 {Microseconds(middle):F2} µs\tp99 {Microseconds(high):F2} µs\t"
            + $"mean {Microseconds(ticks.Sum()) / ticks.Length:F2} µs"));
    }

    private static double Microseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency;

    private static string Issue(TokenBook tokens, string job)
    {
        var (token, now) = (TokenFormat.Create(), TimeProvider.System.GetUtcNow());
        tokens.Add(TokenFormat.Hash(token), new TokenGrant
        {
            Id = $"tok_{job}",
            Job = job,
            Issued = now,
            Expires = now.AddDays(1),
        });
        return token;
    }

    private static EstatePlan Plan()
    {
        var yaml = new StringBuilder("""
            estate: 1
            name: bench
            models:
              small: { provider: ollama, url: "http://127.0.0.1:11434", name: "llama3.2:3b" }
            jobs:

            """);
        for (var job = 0; job < Jobs; job++)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"  job-{job}:\n    owner: bench\n    model: small\n")
                .Append("    source: { kind: prompt }\n    sink: none\n")
                .Append(CultureInfo.InvariantCulture, $"    listen: 127.0.1.{job + 1}:11434\n");
        }
        var reading = EstateReader.Read(yaml.ToString(), "bench.yaml");
        return reading.Plan ?? throw new InvalidOperationException(
            string.Join('\n', reading.Problems.Select(static one => $"{one.Line}: {one.Message}")));
    }
}
