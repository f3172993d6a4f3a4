namespace Gatehouse.Core.Estate;

/// <summary>How far from the gate an address lies, from near to far; a larger value is a larger risk.</summary>
public enum Zone
{
    /// <summary>This machine: loopback addresses and Unix sockets.</summary>
    Host,

    /// <summary>Networks listed under <c>zones.lan</c>, and names that only a local resolver knows.</summary>
    Lan,

    /// <summary>Everything else: text that goes there leaves the house.</summary>
    External,
}
