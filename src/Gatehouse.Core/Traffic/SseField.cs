namespace Gatehouse.Core.Traffic;

/// <summary>What a line of an event stream is.</summary>
internal enum SseField
{
    /// <summary>A comment, an empty line, or a field that nobody reads here.</summary>
    Other,
    Data,
    Event,
}
