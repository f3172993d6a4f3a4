namespace Gatehouse.Core.Traffic;

/// <summary>Reads lines of JSON.</summary>
public sealed class NdjsonReader : EventReader
{
    /// <summary>A reader that refuses lines of more than <paramref name="eventBytesMax"/> bytes.</summary>
    public NdjsonReader(int eventBytesMax = EventBytesMaxDefault)
        : base(eventBytesMax)
    {
    }
}
