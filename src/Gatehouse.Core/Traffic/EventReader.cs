namespace Gatehouse.Core.Traffic;

/// <summary>Cuts the bytes of a streamed answer into events. Not for use by two threads at once.</summary>
public abstract class EventReader : IDisposable
{
    /// <summary>The largest event in bytes unless said otherwise. Ours: images in events reach a few MiB.</summary>
    public const int EventBytesMaxDefault = 8 * 1024 * 1024;

    private protected EventReader(int eventBytesMax) => EventBytesMax = eventBytesMax;

    /// <summary>Why the reader stopped; nothing is read after a fault.</summary>
    public StreamFault Fault { get; }

    private protected int EventBytesMax { get; }

    /// <summary>A reader for a route's stream.</summary>
    /// <exception cref="ArgumentException">The route does not stream.</exception>
    public static EventReader For(Route route, int eventBytesMax = EventBytesMaxDefault) =>
        throw new NotImplementedException();

    /// <summary>Takes the next bytes of the stream. Call <see cref="TryRead"/> until it is false before the next.</summary>
    public void Append(ReadOnlySpan<byte> bytes) => throw new NotImplementedException();

    /// <summary>Says that the stream has ended; a rest without terminator then comes as a partial event.</summary>
    public void Finish() => throw new NotImplementedException();

    /// <summary>Reads the next whole event. When it returns false, look at <see cref="Fault"/>.</summary>
    public bool TryRead(out StreamEvent read) => throw new NotImplementedException();

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => GC.SuppressFinalize(this);
}
