namespace Gatehouse.Core.Traffic;

/// <summary>Why a reader of a stream stopped.</summary>
public enum StreamFault
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>One event is larger than the limit.</summary>
    EventTooLarge,
}
