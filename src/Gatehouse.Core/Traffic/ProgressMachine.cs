using System.Text.Json;

namespace Gatehouse.Core.Traffic;

/// <summary>
/// Ollama's progress of a pull, a push or a creation: lines with a status, until one says <c>success</c>. A stream that
/// ends cleanly without it is whole too: the connection's own end tells.
/// </summary>
internal sealed class ProgressMachine : StreamMachine
{
    private const int StatusBytesMax = 1024;

    private bool _hasLine;
    private string? _status;
    private string? _digest;

    private protected override bool IsComplete => _hasLine;

    private protected override StreamSignals Read(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        if (!AnswerJson.TryOpen(data, out var reader))
            return Unreadable;
        _hasLine = true;
        var signals = StreamSignals.None;
        string? status = null, digest = null;
        while (AnswerJson.NextKey(ref reader))
        {
            if (reader.ValueTextEquals("status"u8))
                status = ReadText(ref reader);
            else if (reader.ValueTextEquals("digest"u8))
                digest = ReadText(ref reader);
            else if (reader.ValueTextEquals("error"u8))
                signals |= AnswerJson.SkipIsTruthy(ref reader) ? StreamSignals.Error : StreamSignals.None;
            else
                reader.Skip();
        }
        if (status == "success")
            return signals | StreamSignals.Terminal | StreamSignals.End;
        if (signals == StreamSignals.None && status is not null && status == _status && digest == _digest)
            return StreamSignals.Repeats;
        (_status, _digest) = (status, digest);
        return signals;
    }

    private static string? ReadText(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return JsonText.Read(reader, StatusBytesMax);
        reader.Skip();
        return null;
    }
}
