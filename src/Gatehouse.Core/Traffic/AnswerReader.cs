namespace Gatehouse.Core.Traffic;

/// <summary>Reads answers that came whole.</summary>
public static class AnswerReader
{
    /// <summary>Reads what the gate records of an answer. Never throws on a body.</summary>
    public static AnswerFacts Read(ReadOnlySpan<byte> body, Route route) => throw new NotImplementedException();
}
