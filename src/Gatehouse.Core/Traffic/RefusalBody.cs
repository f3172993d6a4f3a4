using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gatehouse.Core.Traffic;

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
