using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gatehouse.Core.Traffic;

/// <summary>Why a call is not done, as the caller is told it.</summary>
/// <param name="Kind">The reason; <see cref="RefusalTable"/> maps it to status, body and headers.</param>
/// <param name="Message">What happened, where, and what to do. Goes to the caller: no secrets, no other job's
/// names.</param>
/// <param name="RetryAfter">When it may succeed, if that is known; sent only for kinds that may be tried again.</param>
public sealed record Refusal(RefusalKind Kind, string Message, TimeSpan? RetryAfter = null)
{
    /// <summary>
    /// A member of the body that the client may leave out instead, as Anthropic's clients are told of it: its SDK 1.x
    /// sends <c>thread</c> by itself, and sends the whole conversation once it is told that there are no threads.
    /// </summary>
    public string? Unsupported { get; init; }
}

/// <summary>Every reason for which the gate does not do what a caller asked. Closed: <see cref="RefusalTable"/> has a
/// row for each.</summary>
public enum RefusalKind
{
    /// <summary>The body is not what the route takes.</summary>
    Malformed,

    /// <summary>
    /// The body could be read in two ways: a key twice, or a key that another parser takes for another.
    /// </summary>
    AmbiguousJson,

    /// <summary>Two different credentials came with one call.</summary>
    ConflictingCredentials,

    /// <summary>No credential came, and the listener names no job.</summary>
    NoCredential,

    /// <summary>The token is not one of ours, or was revoked.</summary>
    BadToken,

    /// <summary>The token's time is over.</summary>
    ExpiredToken,

    /// <summary>The token was seen where others can read it, and is revoked for that.</summary>
    LeakedToken,

    /// <summary>The token is not for this endpoint.</summary>
    EndpointOutOfScope,

    /// <summary>The call asks the provider to do something outside the gate that the job does not name.</summary>
    ProviderTool,

    /// <summary>The job may not manage models.</summary>
    ModelManagement,

    /// <summary>The model is run by another server than the one that its entry names.</summary>
    RemoteModel,

    /// <summary>A person paused the job.</summary>
    Paused,

    /// <summary>A rule of this server denies the call.</summary>
    Policy,

    /// <summary>The call waited for a person, who said no.</summary>
    HoldDenied,

    /// <summary>The call waited for a person, and nobody decided in time.</summary>
    HoldExpired,

    /// <summary>A guard of the job found something that it blocks.</summary>
    GuardBlocked,

    /// <summary>A guard of the job found something that a person has to decide about.</summary>
    GuardHeld,

    /// <summary>No such route.</summary>
    RouteUnknown,

    /// <summary>No such model for this job; whether it exists for others is not said.</summary>
    ModelUnknown,

    /// <summary>The route exists with another method.</summary>
    MethodNotAllowed,

    /// <summary>The client asked for a WebSocket, which the gate does not speak.</summary>
    WebSocket,

    /// <summary>The body is longer than the job's limit.</summary>
    BodyTooLarge,

    /// <summary>The body came too slowly, or broke off.</summary>
    BodyTooSlow,

    /// <summary>The body is encoded in a way that cannot be inspected.</summary>
    EncodingUnsupported,

    /// <summary>The body is declared as something that the route does not take.</summary>
    MediaType,

    /// <summary>Too many calls or tokens in a minute.</summary>
    RateLimited,

    /// <summary>The tokens of the day are used up.</summary>
    TokenBudget,

    /// <summary>Too many calls at once.</summary>
    ConcurrencyLimit,

    /// <summary>The bytes of the day are used up.</summary>
    ByteBudget,

    /// <summary>The money of the month is used up.</summary>
    CostBudget,

    /// <summary>The call cannot be put on record now.</summary>
    LedgerUnavailable,

    /// <summary>The ledger has reached its size.</summary>
    LedgerFull,

    /// <summary>Memory or a queue is full.</summary>
    Overloaded,

    /// <summary>The model's server did not take the call.</summary>
    UpstreamUnreachable,

    /// <summary>The model's server did not take the gate's credential.</summary>
    UpstreamCredential,

    /// <summary>The model's server answered something that cannot be read.</summary>
    UpstreamAnswerUnreadable,

    /// <summary>The model's server stopped before its answer was complete.</summary>
    UpstreamTruncated,

    /// <summary>The model's server took too long.</summary>
    UpstreamTimeout,

    /// <summary>The gate could not fetch the credential for the model's server.</summary>
    CredentialUnavailable,

    /// <summary>A bug in the gate.</summary>
    Internal,
}

/// <summary>How one kind of refusal looks on the wire.</summary>
public sealed record RefusalRow
{
    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>The value of <c>X-Gatehouse-Reason</c>, and OpenAI's <c>code</c> unless that has an own one.</summary>
    public required string Reason { get; init; }

    /// <summary>OpenAI's <c>error.type</c>.</summary>
    public required string OpenAIType { get; init; }

    /// <summary>OpenAI's <c>error.code</c>.</summary>
    public required string OpenAICode { get; init; }

    /// <summary>Anthropic's <c>error.type</c>.</summary>
    public required string AnthropicType { get; init; }

    /// <summary>
    /// True when <c>x-should-retry: false</c> is sent, so that an SDK does not try a decision three times.
    /// </summary>
    public bool NeverRetry { get; init; }

    /// <summary>The <c>Retry-After</c> in seconds when the refusal names none; null when none is sent at all.</summary>
    public int? RetryAfterSeconds { get; init; }
}

/// <summary>A refusal as the JSON body that a dialect's clients turn into their typed errors.</summary>
public static class RefusalBody
{
    /// <summary>Text stays readable; what JSON must escape is escaped. The body is never HTML.</summary>
    private static readonly JsonWriterOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the body, without a line end. Its type is <c>application/json</c>.</summary>
    /// <param name="refusal">What is refused.</param>
    /// <param name="dialect">The caller's dialect.</param>
    /// <param name="exchangeId">The exchange, which Anthropic's form names as <c>request_id</c>.</param>
    /// <param name="output">Where it goes.</param>
    public static void Write(Refusal refusal, Dialect dialect, string exchangeId, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        using var writer = new Utf8JsonWriter(output, Readable);
        var row = RefusalTable.For(refusal.Kind);
        writer.WriteStartObject();
        switch (dialect)
        {
            case Dialect.OpenAI:
                WriteOpenAIError(writer, refusal, row);
                break;
            case Dialect.Anthropic:
                writer.WriteString("type"u8, "error"u8);
                writer.WriteStartObject("error"u8);
                writer.WriteString("type"u8, row.AnthropicType);
                writer.WriteString("message"u8, refusal.Message);
                if (refusal.Unsupported is { } member)
                {
                    writer.WriteStartObject("details"u8);
                    writer.WriteString("error_code"u8, $"{member}_unsupported_request");
                    writer.WriteStartArray("unsupported"u8);
                    writer.WriteStringValue(member);
                    writer.WriteEndArray();
                    writer.WriteEndObject();
                }
                writer.WriteEndObject();
                writer.WriteString("request_id"u8, exchangeId);
                break;
            case Dialect.Ollama:
                writer.WriteString("error"u8, refusal.Message);
                break;
        }
        writer.WriteEndObject();
    }

    /// <summary>
    /// Writes the data of the Responses <c>error</c> event. The protocol's event is flat; the same facts follow as an
    /// <c>error</c> object, because OpenAI's own SDKs throw on that member alone (openai-node, core/streaming).
    /// </summary>
    internal static void WriteResponsesEvent(Refusal refusal, long sequenceNumber, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, Readable);
        writer.WriteStartObject();
        writer.WriteString("type"u8, "error"u8);
        writer.WriteString("code"u8, RefusalTable.For(refusal.Kind).OpenAICode);
        writer.WriteString("message"u8, refusal.Message);
        writer.WriteNull("param"u8);
        writer.WriteNumber("sequence_number"u8, sequenceNumber);
        WriteOpenAIError(writer, refusal, RefusalTable.For(refusal.Kind));
        writer.WriteEndObject();
    }

    private static void WriteOpenAIError(Utf8JsonWriter writer, Refusal refusal, RefusalRow row)
    {
        writer.WriteStartObject("error"u8);
        writer.WriteString("message"u8, refusal.Message);
        writer.WriteString("type"u8, row.OpenAIType);
        writer.WriteNull("param"u8);
        writer.WriteString("code"u8, row.OpenAICode);
        writer.WriteEndObject();
    }
}
