namespace Gatehouse.Telemetry;

/// <summary>A counter that lives in a dictionary and is added to from many calls.</summary>
internal sealed class StrongCounter
{
    private long _value;

    public long Value => Interlocked.Read(ref _value);

    public void Add(long amount) => Interlocked.Add(ref _value, amount);
}
