using System.Buffers;
using System.Text.Json;

namespace Gatehouse.Core.Traffic;

/// <summary>Reads answers that came whole.</summary>
public static class AnswerReader
{
    private static readonly AnswerFacts Nothing = new();

    /// <summary>Reads what the gate records of an answer. Never throws on a body.</summary>
    public static AnswerFacts Read(ReadOnlySpan<byte> body, Route route)
    {
        ArgumentNullException.ThrowIfNull(route);
        try
        {
            return AnswerJson.TryOpen(body, out var reader) ? Read(ref reader, route) : Nothing;
        }
        catch (JsonException)
        {
            return Nothing;
        }
        catch (InvalidOperationException)
        {
            // The framework's reader meets half a character in a string only when it compares that string.
            return Nothing;
        }
    }

    /// <summary>Whether a body is whole JSON: one value, or lines of them.</summary>
    public static bool IsJson(ReadOnlySpan<byte> body) => AnswerJson.IsWhole(body, mayHaveMore: true);

    private static AnswerFacts Read(ref Utf8JsonReader reader, Route route)
    {
        var usage = default(TokenUsage);
        string? model = null, fingerprint = null;
        bool isError = false, isDone = false;
        while (AnswerJson.NextKey(ref reader))
        {
            if (reader.ValueTextEquals("usage"u8))
                usage = AnswerJson.ReadUsage(ref reader, usage);
            else if (reader.ValueTextEquals("model"u8))
                model = AnswerJson.ReadName(ref reader, model);
            else if (reader.ValueTextEquals("system_fingerprint"u8))
                fingerprint = AnswerJson.ReadName(ref reader, fingerprint);
            else if (reader.ValueTextEquals("error"u8))
                isError |= AnswerJson.SkipIsTruthy(ref reader);
            else if (reader.ValueTextEquals("prompt_eval_count"u8))
                usage = usage with { Input = AnswerJson.ReadCount(ref reader) ?? usage.Input };
            else if (reader.ValueTextEquals("eval_count"u8))
                usage = usage with { Output = AnswerJson.ReadCount(ref reader) ?? usage.Output };
            else if (reader.ValueTextEquals("done"u8))
                isDone |= AnswerJson.SkipIsTruthy(ref reader);
            else
                reader.Skip();
        }
        // Ollama leaves a count of zero out.
        if (isDone && route.Dialect == Dialect.Ollama && usage.Output is null)
            usage = usage with { Output = 0 };
        return new AnswerFacts
        {
            IsReadable = true,
            IsError = isError,
            Usage = usage,
            ReportedModel = model,
            SystemFingerprint = fingerprint,
        };
    }
}

/// <summary>What the gate reads from an answer that came whole.</summary>
public sealed record AnswerFacts
{
    /// <summary>False when the body is not one JSON object; then nothing else here is set.</summary>
    public bool IsReadable { get; init; }

    /// <summary>True when the body reports an error, whatever its status.</summary>
    public bool IsError { get; init; }

    /// <summary>The tokens that the upstream counted.</summary>
    public TokenUsage Usage { get; init; }

    /// <summary>The model that the upstream says it used; null when it does not say.</summary>
    public string? ReportedModel { get; init; }

    /// <summary>OpenAI's <c>system_fingerprint</c>; null when there is none.</summary>
    public string? SystemFingerprint { get; init; }
}

/// <summary>The tokens of a call as its upstream counted them.</summary>
/// <param name="Input">Tokens of the prompt, cached ones included; null when the upstream did not say.</param>
/// <param name="Output">Tokens of the answer; null when the upstream did not say.</param>
public readonly record struct TokenUsage(long? Input, long? Output);

/// <summary>
/// A refusal inside a stream whose status is already out. The connection is aborted after it: no terminator follows, so
/// that no client takes the cut answer for a whole one.
/// </summary>
public static class InBandError
{
    /// <summary>Writes the error as one whole event of the route's stream. Call it only between two events.</summary>
    /// <param name="refusal">What happened.</param>
    /// <param name="route">The route whose stream it is.</param>
    /// <param name="exchangeId">The exchange, as in the answer's headers.</param>
    /// <param name="sequenceNumber">For Responses the next number, see <see
    /// cref="StreamMachine.NextSequenceNumber"/>.</param>
    /// <param name="output">Where it goes.</param>
    public static void Write(
        Refusal refusal, Route route, string exchangeId, long sequenceNumber, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        ArgumentNullException.ThrowIfNull(route);
        if (route.Dialect == Dialect.Ollama)
        {
            RefusalBody.Write(refusal, Dialect.Ollama, exchangeId, output);
            output.Write("\n"u8);
            return;
        }
        if (route.Endpoint == Endpoint.OpenAIResponses)
        {
            output.Write("event: error\ndata: "u8);
            RefusalBody.WriteResponsesEvent(refusal, sequenceNumber, output);
        }
        else
        {
            output.Write(route.Dialect == Dialect.Anthropic ? "event: error\ndata: "u8 : "data: "u8);
            RefusalBody.Write(refusal, route.Dialect, exchangeId, output);
        }
        output.Write("\n\n"u8);
    }
}
