using System.Text;
using Gatehouse.Core.Ledger;

namespace Gatehouse.Tests.Ledger;

public sealed class LeafTests
{
    private static readonly DateTimeOffset Time = new(2026, 11, 23, 16, 26, 44, 123, TimeSpan.Zero);

    private static readonly CallFacts Call = new()
    {
        Job = "news-summariser",
        IdentifiedBy = "token",
        TokenId = "tok_1",
        Caller = "172.18.0.7",
        Dialect = "openai",
        Endpoint = "chat",
        Model = "llama",
        Upstream = "http://127.0.0.1:11434/v1",
        Identity = new ModelIdentity("ollama-digest", "sha256:ab"),
        IsStream = true,
        Splices = ["model", "usage"],
        Flags = ["outside-window"],
    };

    public static TheoryData<string> Kinds =>
        ["request", "outcome", "outcome-2", "refusal", "act", "summary", "clock_step", "purge"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_text_of_each_kind_of_leaf_is_as_approved(string kind)
    {
        var approved = Repository.PathOf("tests", "Gatehouse.Tests", "Ledger", "Approved", kind + ".json");
        var text = Encoding.UTF8.GetString(Write(Sample(kind), Payloads(kind)));

        Assert.Equal(File.ReadAllText(approved).TrimEnd('\n'), text);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_leaf_is_read_back_as_it_was_written(string kind)
    {
        var entry = Sample(kind);
        var leaf = Leaf.Parse(Write(entry, Payloads(kind)));

        Assert.Equal("home/node", leaf.Log);
        Assert.Equal((7, Time), (leaf.Index, leaf.Time));
        Assert.Equal(Time.AddDays(90), leaf.Keep.Logs);
        Assert.Equivalent(entry, leaf.Entry, strict: true);
        Assert.Equal(Payloads(kind), leaf.Payloads);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_leaf_with_a_changed_bit_has_another_hash_or_is_refused(string kind)
    {
        var leaf = Write(Sample(kind), Payloads(kind));
        var hash = MerkleTree.HashLeaf(leaf);
        for (var bit = 0; bit < leaf.Length * 8; bit++)
        {
            leaf[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(hash, MerkleTree.HashLeaf(leaf));
            leaf[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Details_of_an_act_stand_in_order_whatever_order_they_came_in()
    {
        ActEntry Act(params (string, string)[] details) => new()
        {
            Id = "act_1",
            Act = "x",
            Uid = 0,
            Who = "root",
            Details = details.ToDictionary(),
        };

        Assert.Equal(Write(Act(("a", "1"), ("b", "2")), []), Write(Act(("b", "2"), ("a", "1")), []));
    }

    [Fact]
    public void A_summary_of_very_many_jobs_still_fits_and_loses_no_count()
    {
        var counts = Enumerable.Range(1, 5000).ToDictionary(i => $"a-job-with-quite-a-long-name-{i:D6}", i => (long)i);
        var entry = new SummaryEntry { Id = "sum_1", Minute = Time, RateLimited = counts };

        var read = Assert.IsType<SummaryEntry>(Leaf.Parse(Write(entry, [])).Entry);

        Assert.Equal(257, read.RateLimited.Count);
        Assert.Equal(counts.Values.Sum(), read.RateLimited.Values.Sum());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData(
        "{\"body\":{},\"id\":\"x\",\"keep_until\":{},\"kind\":\"act\","
        + "\"log\":\"l\",\"nonce\":\"00\",\"t\":\"2026-11-23T16:26:44.123Z\",\"v\":1}")]
    [InlineData("not json")]
    public void What_is_no_leaf_is_refused(string text) =>
        Assert.Throws<FormatException>(() => Leaf.Parse(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_leaf_of_another_version_is_refused()
    {
        var leaf = Write(Sample("act"), []);
        leaf[^2] = (byte)'2';

        Assert.Throws<FormatException>(() => Leaf.Parse(leaf));
    }

    private static byte[] Write(LedgerEntry entry, IReadOnlyList<PayloadRecord> payloads)
    {
        var writer = new CanonicalWriter(LeafDraft.LeafBytesMax);
        var keep = new KeepUntil(
            Time.AddDays(90),
            payloads.Any(payload => payload.Class == RetentionClass.Inputs) ? Time.AddDays(7) : null,
            payloads.Any(payload => payload.Class == RetentionClass.Outputs) ? Time.AddDays(30) : null);
        LeafDraft.Write(writer, ("home/node", keep), entry, payloads, new byte[LeafDraft.NonceLength]);
        Assert.False(writer.IsOverflown);
        var leaf = new byte[writer.Written.Length + LeafDraft.TailBytesMax];
        writer.Written.CopyTo(leaf);
        return leaf[..LeafDraft.Finish(leaf, writer.Written.Length, 7,
            Encoding.ASCII.GetBytes(LedgerTime.ToText(Time)))];
    }

    private static IReadOnlyList<PayloadRecord> Payloads(string kind) => kind switch
    {
        "request" =>
        [
            new PayloadRecord(PayloadKind.Received, RetentionClass.Inputs, 12, MerkleTree.EmptyRoot, null),
            new PayloadRecord(PayloadKind.Forwarded, RetentionClass.Inputs, 12, null, PayloadKind.Received),
        ],
        "outcome" or "outcome-2" =>
            [new PayloadRecord(PayloadKind.Upstream, RetentionClass.Outputs, 0, MerkleTree.EmptyRoot, null)],
        "act" => [new PayloadRecord(PayloadKind.Document, RetentionClass.Logs, 5, MerkleTree.EmptyRoot, null)],
        _ => [],
    };

    private static LedgerEntry Sample(string kind) => kind switch
    {
        "request" => new RequestEntry { Id = "ex_019ab0e5-6c00-7000-8000-000000000000", Call = Call },
        "outcome" => new OutcomeEntry
        {
            Id = "out_019ab0e5-6c01-7000-8000-000000000000",
            Of = "ex_019ab0e5-6c00-7000-8000-000000000000",
            Outcome = ExchangeOutcome.Completed,
            Status = 200,
            DurationMilliseconds = 812,
            InputTokens = 31,
            OutputTokens = 9,
            ReportedModel = "llama3.2:3b",
            Fingerprint = "fp_1",
            BytesDelivered = 514,
            Flags = ["slow"],
        },
        "outcome-2" => (OutcomeEntry)Sample("outcome") with
        {
            Findings =
            [
                new GuardFinding
                {
                    Rule = "secret/api-key", Version = "1", Action = "redact", Channel = "answer/text/0/0", Start = 12,
                    Length = 40, Digest = "hmac:ab",
                },
                new GuardFinding
                {
                    Rule = "pii/mail", Version = "3", Action = "flag", Channel = "prompt/messages[0].content",
                },
            ],
        },
        "refusal" => new OutcomeEntry
        {
            Id = "out_019ab0e5-6c02-7000-8000-000000000000",
            Of = "ex_019ab0e5-6c03-7000-8000-000000000000",
            Outcome = ExchangeOutcome.Refused,
            Status = 403,
            Reason = "paused",
            Call = Call with
            {
                Model = null,
                Upstream = null,
                Identity = null,
                TokenId = null,
                Splices = [],
                Flags =
                []
            },
        },
        "act" => new ActEntry
        {
            Id = "act_019ab0e5-6c04-7000-8000-000000000000",
            Act = "token.issue",
            Uid = 1000,
            Who = "ops",
            Details = new Dictionary<string, string> { ["job"] = "news-summariser", ["text"] = "a \"quote\"\n\u00e9" },
        },
        "summary" => new SummaryEntry
        {
            Id = "sum_019ab0e5-6c05-7000-8000-000000000000",
            Minute = Time.AddSeconds(-44).AddMilliseconds(-123),
            Unidentified = 17,
            RateLimited = new Dictionary<string, long> { ["news-summariser"] = 3 },
        },
        "clock_step" => new ClockStepEntry
        {
            Id = "clk_019ab0e5-6c06-7000-8000-000000000000",
            Expected = Time.AddHours(1),
            Seen = Time,
        },
        "purge" => new PurgeEntry
        {
            Id = "prg_019ab0e5-6c07-7000-8000-000000000000",
            DueBefore = Time,
            LeavesBelow = 4096,
            Payloads = 12,
            PayloadBytes = 34567,
        },
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
