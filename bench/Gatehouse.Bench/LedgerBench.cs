using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Gatehouse.Core.Ledger;
using Gatehouse.Storage;

namespace Gatehouse.Bench;

/// <summary>Measures the ledger: durable appends with several lanes, and verification.</summary>
internal static class LedgerBench
{
    private static readonly CallFacts Call = new()
    {
        Job = "news-summariser",
        IdentifiedBy = "token",
        TokenId = "tok_01",
        Caller = "172.18.0.7",
        Dialect = "openai",
        Endpoint = "chat.completions",
        Model = "llama",
        Upstream = "http://127.0.0.1:11434/v1",
        Identity = new ModelIdentity("ollama-digest", new string('a', 64)),
        Splices = ["model"],
    };

    /// <summary>Each lane appends a request and its outcome in turn, each with a payload, for some seconds.</summary>
    public static async Task AppendAsync(string path, int lanes, int seconds, int payloadBytes)
    {
        var home = HomeDirectory.OpenOrCreate(path);
        var settings = new LedgerSettings { Origin = "bench/node", BytesMax = 100L << 30 };
        var ledger = SqliteLedger.Open(home, settings, TimeProvider.System, fatal => Console.Error.WriteLine(fatal));
        var latencies = new List<double>[lanes];
        var process = Process.GetCurrentProcess();
        var (cpu, watch) = (process.TotalProcessorTime, Stopwatch.StartNew());
        await Task.WhenAll(Enumerable.Range(0, lanes).Select(lane => Task.Run(async () =>
        {
            var payload = RandomNumberGenerator.GetBytes(payloadBytes);
            var mine = latencies[lane] = [];
            while (watch.Elapsed.TotalSeconds < seconds)
            {
                var id = ledger.NewId(EntryId.Exchange);
                foreach (var draft in new[] { Request(id, payload), Outcome(ledger, id, payload) })
                {
                    var started = Stopwatch.GetTimestamp();
                    var result = await ledger.AppendAsync(draft, CancellationToken.None);
                    if (!result.IsDurable)
                        throw new InvalidOperationException($"Refused: {result.Refusal}.");
                    mine.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                }
            }
        })));
        var elapsed = watch.Elapsed.TotalSeconds;
        process.Refresh();
        var used = (process.TotalProcessorTime - cpu).TotalMilliseconds;
        var health = ledger.Health();
        await ledger.DisposeAsync();
        var all = latencies.SelectMany(lane => lane).Order().ToList();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"append lanes={lanes} payload={payloadBytes} entries={all.Count} per-second={all.Count / elapsed:F0} "
            + $"p50-ms={all[all.Count / 2]:F2} p99-ms={all[(int)(all.Count * 0.99)]:F2} "
            + $"cpu-us-per-entry={used * 1000 / all.Count:F1} "
            + $"commit-p50-ms={health.CommitP50Milliseconds:F2} rss-mb={process.WorkingSet64 >> 20} "
            + $"bytes-per-entry={health.BytesUsed / health.Entries}"));
    }

    /// <summary>What a caller's thread does for one request and its outcome, without the writer.</summary>
    public static void Encode(string path, int rounds)
    {
        var home = HomeDirectory.OpenOrCreate(path);
        var settings = new LedgerSettings { Origin = "bench/node" };
        var keys = LedgerKeys.OpenOrCreate(home, settings.Origin, TimeProvider.System.GetUtcNow());
        var encoder = new DraftEncoder(settings);
        var payload = RandomNumberGenerator.GetBytes(1024);
        var id = EntryId.Create(EntryId.Exchange, TimeProvider.System.GetUtcNow(), payload);
        for (var pass = 0; pass < 3; pass++)
        {
            var (watch, before) = (Stopwatch.StartNew(), GC.GetAllocatedBytesForCurrentThread());
            for (var i = 0; i < rounds; i++)
                encoder.Encode(Request(id, payload), keys.Days, TimeProvider.System.GetUtcNow())!.Discard();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"encode us-per-entry={watch.Elapsed.TotalMicroseconds / rounds:F1} "
                + $"bytes-allocated={(GC.GetAllocatedBytesForCurrentThread() - before) / rounds}"));
        }
    }

    /// <summary>Verifies the whole ledger of a home.</summary>
    public static void Verify(string path, bool withPayloads)
    {
        var watch = Stopwatch.StartNew();
        var report =
            LedgerVerifier.Verify(HomeDirectory.OpenExisting(path), null, withPayloads, CancellationToken.None);
        var elapsed = watch.Elapsed.TotalSeconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"verify good={report.IsGood} leaves={report.Leaves} signed-to={report.SignedTo} seconds={elapsed:F2} "
            + $"leaves-per-second={report.Leaves / elapsed:F0} payloads={report.Payloads}"));
    }

    private static LedgerDraft Request(string id, byte[] payload) => new()
    {
        Entry = new RequestEntry { Id = id, Call = Call },
        Payloads =
        [
            new PayloadPart(PayloadKind.Received, RetentionClass.Inputs, payload),
            new PayloadPart(PayloadKind.Forwarded, RetentionClass.Inputs, payload),
        ],
    };

    private static LedgerDraft Outcome(SqliteLedger ledger, string id, byte[] payload) => new()
    {
        Entry = new OutcomeEntry
        {
            Id = ledger.NewId(EntryId.Outcome),
            Of = id,
            Outcome = ExchangeOutcome.Completed,
            Status = 200,
            DurationMilliseconds = 12,
            InputTokens = 100,
            OutputTokens = 200,
            BytesDelivered = payload.Length,
        },
        Payloads =
        [
            new PayloadPart(PayloadKind.Upstream, RetentionClass.Outputs, payload),
            new PayloadPart(PayloadKind.Delivered, RetentionClass.Outputs, payload),
        ],
    };
}
