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
