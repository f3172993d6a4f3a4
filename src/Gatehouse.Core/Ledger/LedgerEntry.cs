using System.Text.Json;

namespace Gatehouse.Core.Ledger;

/// <summary>What a leaf says. The envelope around it (time, nonce, log, payloads) is a <see cref="Leaf"/>.</summary>
public abstract record LedgerEntry
{
    /// <summary>The entry's id, see <see cref="EntryId"/>.</summary>
    public required string Id { get; init; }

    /// <summary>The word for this kind of entry.</summary>
    public abstract string Kind { get; }

    /// <summary>Writes the members of the body in order.</summary>
    internal abstract void WriteBody(CanonicalWriter writer);

    /// <summary>Reads a body back.</summary>
    /// <exception cref="FormatException">The kind is unknown or a member is missing.</exception>
    internal static LedgerEntry Read(string kind, string id, JsonElement body) => kind switch
    {
        RequestEntry.Word => RequestEntry.ReadBody(id, body),
        OutcomeEntry.Word => OutcomeEntry.ReadBody(id, body),
        ActEntry.Word => ActEntry.ReadBody(id, body),
        SummaryEntry.Word => SummaryEntry.ReadBody(id, body),
        ClockStepEntry.Word => ClockStepEntry.ReadBody(id, body),
        PurgeEntry.Word => PurgeEntry.ReadBody(id, body),
        _ => throw new FormatException($"The ledger holds an entry of the unknown kind '{kind}'."),
    };
}

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

/// <summary>
/// The wall clock moved by more than two seconds against the monotonic clock, or behind the last entry. Only such an
/// entry may be older than the one before it: it says then which leaves a clock that ran ahead had stamped.
/// </summary>
public sealed record ClockStepEntry : LedgerEntry
{
    internal const string Word = "clock_step";

    /// <summary>What the clock should have shown.</summary>
    public required DateTimeOffset Expected { get; init; }

    /// <summary>What it showed.</summary>
    public required DateTimeOffset Seen { get; init; }

    /// <summary>
    /// Index of the first leaf that was stamped by a clock that ran ahead; every leaf from there to this one was. Null
    /// unless time on record goes back here.
    /// </summary>
    public long? Since { get; init; }

    /// <summary>By how many milliseconds that clock was ahead; time goes back here by that or less.</summary>
    public long? AheadMilliseconds { get; init; }

    /// <inheritdoc/>
    public override string Kind => Word;

    internal override void WriteBody(CanonicalWriter writer)
    {
        if (AheadMilliseconds is { } ahead)
            writer.Member("ahead_ms", ahead);
        writer.Member("expected", LedgerTime.ToText(Expected));
        writer.Member("seen", LedgerTime.ToText(Seen));
        if (Since is { } since)
            writer.Member("since", since);
    }

    internal static ClockStepEntry ReadBody(string id, JsonElement body) => new()
    {
        Id = id,
        Expected = body.Time("expected"),
        Seen = body.Time("seen"),
        Since = body.NumberIfSet("since"),
        AheadMilliseconds = body.NumberIfSet("ahead_ms"),
    };
}

/// <summary>
/// The intention to purge, written before anything is deleted. Verification accepts a missing payload, or a leaf
/// without bytes, only where such an entry covers it.
/// </summary>
public sealed record PurgeEntry : LedgerEntry
{
    internal const string Word = "purge";

    /// <summary>Payloads whose time was up at this moment go.</summary>
    public required DateTimeOffset DueBefore { get; init; }

    /// <summary>Leaves below this index lose their bytes; their hashes stay.</summary>
    public required long LeavesBelow { get; init; }

    /// <summary>Number of payloads due when this was written.</summary>
    public long Payloads { get; init; }

    /// <summary>Their stored size in bytes.</summary>
    public long PayloadBytes { get; init; }

    /// <inheritdoc/>
    public override string Kind => Word;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.Member("due_before", LedgerTime.ToText(DueBefore));
        writer.Member("leaves_below", LeavesBelow);
        writer.Member("payload_bytes", PayloadBytes);
        writer.Member("payloads", Payloads);
    }

    internal static PurgeEntry ReadBody(string id, JsonElement body) => new()
    {
        Id = id,
        DueBefore = body.Time("due_before"),
        LeavesBelow = body.Number("leaves_below"),
        Payloads = body.Number("payloads"),
        PayloadBytes = body.Number("payload_bytes"),
    };
}

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

    /// <summary>
    /// What guards found in prompt and answer; an entry keeps the first <see cref="GuardFinding.Max"/>.
    /// </summary>
    public IReadOnlyList<GuardFinding> Findings { get; init; } = [];

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
        GuardFinding.Write(writer, Findings);
        writer.MemberIfSet("fingerprint", Fingerprint);
        writer.MemberIfAny("flags", Flags);
        writer.MemberIfSet("input_tokens", InputTokens);
        writer.Member("of", Of);
        writer.Member("outcome", Outcome.Word());
        writer.MemberIfSet("output_tokens", OutputTokens);
        writer.MemberIfSet("reason", Reason);
        writer.MemberIfSet("reported_model", ReportedModel);
        writer.Member("status", Status);
        // Entries without findings stay what they were before there were any.
        if (Findings.Count > 0)
            writer.Member("v", FindingsVersion);
    }

    private const long FindingsVersion = 2;

    internal static OutcomeEntry ReadBody(string id, JsonElement body) => new()
    {
        Id = id,
        BytesDelivered = body.Number("bytes_delivered"),
        Call = body.ObjectIfSet("call") is { } call ? CallFactsForm.Read(call) : null,
        DurationMilliseconds = body.Number("duration_ms"),
        Findings = (body.NumberIfSet("v") ?? 1) <= FindingsVersion
            ? GuardFinding.Read(body) : throw EntryBody.Missing("v"),
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

/// <summary>
/// What a guard found in a text of a call, and what it did about it. It says where, never what: the text itself is in
/// the payloads, for as long as they are kept.
/// </summary>
public sealed record GuardFinding
{
    /// <summary>
    /// Findings in one entry, for which a leaf has room. Those beyond are counted (<c>findings_more</c>).
    /// </summary>
    public const int Max = 64;

    /// <summary>The rule that found it, such as <c>secret/api-key</c>.</summary>
    public required string Rule { get; init; }

    /// <summary>The version of the rule.</summary>
    public required string Version { get; init; }

    /// <summary>
    /// What was done: <c>flag</c>, <c>mark</c>, <c>redact</c>, <c>review</c>, <c>hold</c>, <c>block</c>.
    /// </summary>
    public required string Action { get; init; }

    /// <summary>Which text: <c>prompt/PATH</c>, or <c>answer/KIND/OUTER/INNER</c>.</summary>
    public required string Channel { get; init; }

    /// <summary>Where it begins, in characters from the start of that text.</summary>
    public long Start { get; init; }

    /// <summary>How many characters it has.</summary>
    public long Length { get; init; }

    /// <summary>
    /// A keyed hash of what was found, so that equal finds can be told; null where the rule gives none. An unkeyed one
    /// of a short secret can be guessed.
    /// </summary>
    public string? Digest { get; init; }

    internal static void Write(CanonicalWriter writer, IReadOnlyList<GuardFinding> findings)
    {
        if (findings.Count == 0)
            return;
        writer.Name("findings");
        writer.BeginArray();
        foreach (var finding in findings.Take(Max))
        {
            writer.BeginObject();
            writer.Member("action", finding.Action);
            writer.Member("channel", finding.Channel);
            writer.MemberIfSet("digest", finding.Digest);
            writer.Member("length", finding.Length);
            writer.Member("rule", finding.Rule);
            writer.Member("start", finding.Start);
            writer.Member("version", finding.Version);
            writer.EndObject();
        }

        writer.EndArray();
        if (findings.Count > Max)
            writer.Member("findings_more", findings.Count - Max);
    }

    internal static IReadOnlyList<GuardFinding> Read(JsonElement body)
    {
        if (!body.TryGetProperty("findings", out var findings))
            return [];
        if (findings.ValueKind != JsonValueKind.Array)
            throw EntryBody.Missing("findings");
        return [.. findings.EnumerateArray().Select(static one => new GuardFinding
        {
            Action = one.Text("action"),
            Channel = one.Text("channel"),
            Digest = one.TextIfSet("digest"),
            Length = one.Number("length"),
            Rule = one.Text("rule"),
            Start = one.Number("start"),
            Version = one.Text("version"),
        })];
    }
}

/// <summary>How an exchange ended.</summary>
public enum ExchangeOutcome
{
    /// <summary>The whole answer was on record before its end was released.</summary>
    Completed = 1,

    /// <summary>The gate stopped before the answer was on record.</summary>
    Interrupted = 2,

    /// <summary>An identified caller was refused.</summary>
    Refused = 3,

    /// <summary>The caller went away.</summary>
    ClientAborted = 4,

    /// <summary>The upstream ended before its answer did.</summary>
    UpstreamTruncated = 5,
}

/// <summary>One minute of calls without their own entries: unidentified callers and calls over a rate limit.</summary>
public sealed record SummaryEntry : LedgerEntry
{
    internal const string Word = "summary";

    // Keeps the leaf far below its limit of 65,535 bytes; the rest is added up under one name.
    private const int JobsMax = 256;
    private const string OtherJobs = "(other)";

    /// <summary>Start of the minute.</summary>
    public required DateTimeOffset Minute { get; init; }

    /// <summary>Calls that could not be attributed (401).</summary>
    public long Unidentified { get; init; }

    /// <summary>Calls over a rate limit (429), by job. Beyond 256 jobs the smallest are added up.</summary>
    public IReadOnlyDictionary<string, long> RateLimited { get; init; } = new Dictionary<string, long>();

    /// <summary>
    /// Calls refused for other reasons, by job, beyond the number that gets entries of its own. Beyond 256 jobs the
    /// smallest are added up.
    /// </summary>
    public IReadOnlyDictionary<string, long> Refused { get; init; } = new Dictionary<string, long>();

    /// <inheritdoc/>
    public override string Kind => Word;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.Member("minute", LedgerTime.ToText(Minute));
        WriteJobs(writer, "rate_limited", RateLimited);
        WriteJobs(writer, "refused", Refused);
        writer.Member("unidentified", Unidentified);
    }

    internal static SummaryEntry ReadBody(string id, JsonElement body) => new()
    {
        Id = id,
        Minute = body.Time("minute"),
        Unidentified = body.Number("unidentified"),
        RateLimited = ReadJobs(body, "rate_limited"),
        Refused = ReadJobs(body, "refused"),
    };

    private static void WriteJobs(CanonicalWriter writer, string name, IReadOnlyDictionary<string, long> jobs)
    {
        if (jobs.Count == 0)
            return;
        writer.Name(name);
        writer.BeginObject();
        foreach (var (job, count) in Bounded(jobs).OrderBy(entry => entry.Key, StringComparer.Ordinal))
            writer.Member(job, count);
        writer.EndObject();
    }

    private static Dictionary<string, long> ReadJobs(JsonElement body, string name) =>
        body.ObjectIfSet(name) is { } jobs
            ? jobs.EnumerateObject().ToDictionary(job => job.Name, EntryBody.NumberOf)
            : [];

    private static IReadOnlyDictionary<string, long> Bounded(IReadOnlyDictionary<string, long> jobs)
    {
        if (jobs.Count <= JobsMax)
            return jobs;
        var ordered = jobs.OrderByDescending(entry => entry.Value).ToList();
        var kept = ordered.Take(JobsMax).ToDictionary(entry => entry.Key, entry => entry.Value);
        kept[OtherJobs] = kept.GetValueOrDefault(OtherJobs) + ordered.Skip(JobsMax).Sum(entry => entry.Value);
        return kept;
    }
}

/// <summary>Reads members of a leaf's body, naming the missing one.</summary>
internal static class EntryBody
{
    public static string Text(this JsonElement body, string name) =>
        body.TextIfSet(name) ?? throw Missing(name);

    public static string? TextIfSet(this JsonElement body, string name)
    {
        if (!body.TryGetProperty(name, out var value))
            return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Missing(name);
    }

    public static long Number(this JsonElement body, string name) =>
        body.NumberIfSet(name) ?? throw Missing(name);

    public static long? NumberIfSet(this JsonElement body, string name)
    {
        if (!body.TryGetProperty(name, out var value))
            return null;
        return value.ValueKind == JsonValueKind.Number ? value.GetInt64() : throw Missing(name);
    }

    public static DateTimeOffset Time(this JsonElement body, string name) =>
        LedgerTime.TryParse(body.Text(name), out var time) ? time : throw Missing(name);

    public static IReadOnlyList<string> Texts(this JsonElement body, string name)
    {
        if (!body.TryGetProperty(name, out var value))
            return [];
        if (value.ValueKind != JsonValueKind.Array)
            throw Missing(name);
        return [.. value.EnumerateArray().Select(item =>
            item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Missing(name))];
    }

    public static string TextOf(JsonProperty member) =>
        member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : throw Missing(member.Name);

    public static long NumberOf(JsonProperty member) =>
        member.Value.ValueKind == JsonValueKind.Number ? member.Value.GetInt64() : throw Missing(member.Name);

    public static JsonElement? ObjectIfSet(this JsonElement body, string name)
    {
        if (!body.TryGetProperty(name, out var value))
            return null;
        return value.ValueKind == JsonValueKind.Object ? value : throw Missing(name);
    }

    public static FormatException Missing(string name) => new($"A leaf's '{name}' is missing or of the wrong type.");
}
