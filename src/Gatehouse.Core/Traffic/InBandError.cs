using System.Buffers;

namespace Gatehouse.Core.Traffic;

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
