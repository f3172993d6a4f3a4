namespace Gatehouse.Core.Traffic;

/// <summary>Reads server-sent events (WHATWG HTML, section 9.2.6).</summary>
public sealed class SseReader : EventReader
{
    /// <summary>A reader that refuses events of more than <paramref name="eventBytesMax"/> bytes.</summary>
    public SseReader(int eventBytesMax = EventBytesMaxDefault)
        : base(eventBytesMax)
    {
    }
}
