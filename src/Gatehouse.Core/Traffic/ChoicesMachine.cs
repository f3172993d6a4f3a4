using System.Text.Json;

namespace Gatehouse.Core.Traffic;

/// <summary>OpenAI's chat and completions streams: chunks with choices, then <c>[DONE]</c>.</summary>
internal sealed class ChoicesMachine : StreamMachine
{
    /// <summary>
    /// Choices in one stream (OpenAI API reference: <c>n</c> is at most 128); one bit for each below.
    /// </summary>
    private const int ChoicesMax = 128;

    private UInt128 _seenChoices;
    private UInt128 _finishedChoices;
    private UInt128 _everFinished;
    private bool _isDone;
    private bool _hasChoice;
    private bool _hasUsage;
    private bool _hasFinish;
    private bool _hasContent;
    private StreamSignals _signals;

    private protected override bool IsComplete => _isDone || (_seenChoices != 0 && _seenChoices == _everFinished);

    private protected override StreamSignals Read(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        // Clients stop at any data that begins so.
        if (data.StartsWith("[DONE]"u8))
        {
            _isDone = true;
            return StreamSignals.Terminal | StreamSignals.End;
        }
        if (!AnswerJson.TryOpen(data, out var reader))
            return Unreadable;
        var hadEnded = _seenChoices != 0 && _seenChoices == _finishedChoices;
        _hasChoice = _hasUsage = _hasFinish = false;
        _signals = name.SequenceEqual("error"u8) ? StreamSignals.Error : StreamSignals.None;
        while (AnswerJson.NextKey(ref reader))
            ReadMember(ref reader);
        // Some servers write a reason to finish into every chunk, and of several choices one ends before the others:
        // the answer ends when all choices have.
        if (_hasFinish && _seenChoices == _finishedChoices)
            _signals |= StreamSignals.Terminal;
        if (hadEnded && _seenChoices != _finishedChoices)
            _signals |= StreamSignals.Resumes;
        if (_hasUsage && !_hasChoice && _signals == StreamSignals.None)
            _signals = StreamSignals.UsageOnly;
        return _signals;
    }

    private void ReadMember(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("choices"u8))
        {
            ReadChoices(ref reader);
        }
        else if (reader.ValueTextEquals("usage"u8))
        {
            var copy = reader;
            copy.Read();
            _hasUsage |= copy.TokenType == JsonTokenType.StartObject;
            Usage = AnswerJson.ReadUsage(ref reader, Usage);
        }
        else if (reader.ValueTextEquals("model"u8))
        {
            ReportedModel = AnswerJson.ReadName(ref reader, ReportedModel);
        }
        else if (reader.ValueTextEquals("system_fingerprint"u8))
        {
            SystemFingerprint = AnswerJson.ReadName(ref reader, SystemFingerprint);
        }
        else if (reader.ValueTextEquals("error"u8))
        {
            if (AnswerJson.SkipIsTruthy(ref reader))
                _signals |= StreamSignals.Error;
        }
        else
        {
            reader.Skip();
        }
    }

    private void ReadChoices(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            if (reader.TokenType != JsonTokenType.Null)
                _signals |= Unreadable;
            reader.Skip();
            return;
        }
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            _hasChoice = true;
            if (reader.TokenType == JsonTokenType.StartObject)
                ReadChoice(ref reader);
            else
                _signals |= Unreadable;
            reader.Skip();
        }
    }

    private void ReadChoice(ref Utf8JsonReader reader)
    {
        long? index = 0;
        var isFinished = _hasContent = false;
        while (AnswerJson.NextKey(ref reader))
        {
            if (reader.ValueTextEquals("index"u8))
                index = AnswerJson.ReadCount(ref reader);
            else if (reader.ValueTextEquals("finish_reason"u8))
                isFinished |= AnswerJson.SkipIsTruthy(ref reader);
            else if (reader.ValueTextEquals("delta"u8) || reader.ValueTextEquals("message"u8))
                ReadDelta(ref reader);
            else if (reader.ValueTextEquals("text"u8))
                NoteContent(AnswerJson.SkipIsTruthy(ref reader));
            else
                reader.Skip();
        }
        if (index is not { } at || at >= ChoicesMax)
        {
            _signals |= Unreadable;
            return;
        }
        _seenChoices |= UInt128.One << (int)at;
        if (_hasContent)
            _finishedChoices &= ~(UInt128.One << (int)at);
        if (!isFinished)
            return;
        _finishedChoices |= UInt128.One << (int)at;
        _everFinished |= _finishedChoices;
        _hasFinish = true;
    }

    /// <summary>Everything in a delta is content but its role and the padding that hides its length.</summary>
    private void ReadDelta(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }
        while (AnswerJson.NextKey(ref reader))
        {
            if (reader.ValueTextEquals("role"u8) || reader.ValueTextEquals("obfuscation"u8))
                reader.Skip();
            else
                NoteContent(AnswerJson.SkipIsTruthy(ref reader));
        }
    }

    private void NoteContent(bool isContent)
    {
        _hasContent |= isContent;
        if (isContent)
            _signals |= StreamSignals.Content;
    }
}
