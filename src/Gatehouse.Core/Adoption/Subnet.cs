using System.Buffers.Binary;
using System.Net;

namespace Gatehouse.Core.Adoption;

/// <summary>A range for one network.</summary>
/// <param name="Range">The whole range.</param>
/// <param name="Dynamic">The lower half, from which the engine hands out addresses.</param>
/// <param name="Gate">The gate's address, in the upper half, so that the engine never gives it to another.</param>
public sealed record Subnet(IPNetwork Range, IPNetwork Dynamic, IPAddress Gate)
{
    /// <summary>
    /// The address of a model server in its own network: fixed, so that it is the same after the server left for a
    /// moment and came back. It lies in the upper half, below the gate's.
    /// </summary>
    public IPAddress Model
    {
        get
        {
            var bytes = Gate.GetAddressBytes();
            bytes[^1]--;
            return new IPAddress(bytes);
        }
    }

    /// <summary>An IPv4 address as a number, so that addresses can be counted.</summary>
    internal static uint Number(IPAddress address)
        => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    /// <summary>The address of a number.</summary>
    internal static IPAddress Address(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}
