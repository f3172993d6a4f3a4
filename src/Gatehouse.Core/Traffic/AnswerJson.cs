using System.Text.Json;

namespace Gatehouse.Core.Traffic;

/// <summary>Pieces of answers that several dialects share.</summary>
internal static class AnswerJson
{
    /// <summary>The longest model name or fingerprint that is kept, in raw bytes. Ours.</summary>
    private const int NameBytesMax = 256;

    /// <summary>
    /// Ollama puts tool arguments into its answers as objects, which may nest deeper than a request may.
    /// </summary>
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 256 };

    /// <summary>A reader that stands inside the one object of the data, or false when the data is no object.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> data, out Utf8JsonReader reader)
    {
        reader = new Utf8JsonReader(data, Options);
        return reader.Read() && reader.TokenType == JsonTokenType.StartObject;
    }

    /// <summary>Whether the data is one whole JSON text, or several where there may be more.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> data, bool mayHaveMore = false)
    {
        try
        {
            var reader = new Utf8JsonReader(data, Options with { AllowMultipleValues = mayHaveMore });
            while (reader.Read())
                continue;
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>
    /// Moves to the next key of the object and then to its end; at the outermost end refuses what follows.
    /// </summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static bool NextKey(ref Utf8JsonReader reader)
    {
        if (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            return true;
        if (reader.CurrentDepth == 0 && reader.Read())
            throw new JsonException();
        return false;
    }

    /// <summary>
    /// Reads the value of a key as a short string, unless an earlier one is known, which every chunk repeats; anything
    /// else is skipped and null.
    /// </summary>
    public static string? ReadName(ref Utf8JsonReader reader, string? known)
    {
        if (known is not null)
        {
            reader.Skip();
            return known;
        }
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return JsonText.Read(reader, NameBytesMax);
        reader.Skip();
        return null;
    }

    // Far above any real count. Larger numbers are an upstream's mistake or malice, and a leaf holds integers only up
    // to
    // 2^53 - 1 (RFC 8785).
    private const long CountMax = 1_000_000_000_000;

    /// <summary>Reads the value of a key as a count; anything else is skipped and null.</summary>
    public static long? ReadCount(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number)
            return reader.TryGetInt64(out var count) && count >= 0 ? Math.Min(count, CountMax) : null;
        reader.Skip();
        return null;
    }

    /// <summary>Skips the value of a key and says whether it is something: not null, false or empty.</summary>
    public static bool SkipIsTruthy(ref Utf8JsonReader reader)
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.Null or JsonTokenType.False:
                return false;
            case JsonTokenType.String:
                return !reader.ValueSpan.IsEmpty;
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                var isEmpty = JsonPeek.IsEmpty(reader);
                reader.Skip();
                return !isEmpty;
            default:
                return true;
        }
    }

    /// <summary>
    /// Reads a usage object over what is known so far. Anthropic counts cached input apart, so that its total is the
    /// sum; the names do not meet those of the other dialects.
    /// </summary>
    public static TokenUsage ReadUsage(ref Utf8JsonReader reader, TokenUsage known)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return known;
        }
        long? input = null, output = null;
        long cached = 0;
        while (NextKey(ref reader))
        {
            if (reader.ValueTextEquals("prompt_tokens"u8) || reader.ValueTextEquals("input_tokens"u8))
            {
                input = ReadCount(ref reader) ?? input;
            }
            else if (reader.ValueTextEquals("completion_tokens"u8) || reader.ValueTextEquals("output_tokens"u8))
            {
                output = ReadCount(ref reader) ?? output;
            }
            else if (reader.ValueTextEquals("cache_creation_input_tokens"u8)
                || reader.ValueTextEquals("cache_read_input_tokens"u8))
            {
                cached = AddCapped(cached, ReadCount(ref reader) ?? 0);
            }
            else
            {
                reader.Skip();
            }
        }
        return new TokenUsage(input is { } count ? AddCapped(count, cached) : known.Input, output ?? known.Output);
    }

    private static long AddCapped(long left, long right) => left > long.MaxValue - right ? long.MaxValue : left + right;
}
