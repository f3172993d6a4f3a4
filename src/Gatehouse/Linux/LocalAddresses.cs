using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.InteropServices;

namespace Gatehouse.Linux;

/// <summary>An address that this machine, or this container, has right now, and the interface that has it.</summary>
/// <param name="Address">The address.</param>
/// <param name="Interface">Name of the interface.</param>
/// <param name="Index">
/// The kernel's number of the interface. One that is made again under its old name gets a new number, and a socket
/// bound to the old one hears nothing more.
/// </param>
internal sealed record LocalAddress(IPAddress Address, string Interface, int Index);

/// <summary>Asks the kernel which addresses there are. Asked again and again, because interfaces come and go.</summary>
internal static partial class LocalAddresses
{
    /// <summary>Every address of every interface; empty when the kernel was changing them just then.</summary>
    public static IReadOnlyList<LocalAddress> Read()
    {
        try
        {
            return
            [
                .. from card in NetworkInterface.GetAllNetworkInterfaces()
                   let index = (int)IndexOf(card.Name)
                   where index != 0
                   from own in card.GetIPProperties().UnicastAddresses
                   select new LocalAddress(own.Address, card.Name, index),
            ];
        }
        catch (NetworkInformationException)
        {
            return [];
        }
    }

    /// <summary>The addresses that other machines and containers can call: no loopback, no link-local ones.</summary>
    public static IEnumerable<LocalAddress> Reachable(IEnumerable<LocalAddress> all) => all.Where(
        own => !IPAddress.IsLoopback(own.Address) && !own.Address.IsIPv6LinkLocal && !IsIPv4LinkLocal(own.Address));

    private static bool IsIPv4LinkLocal(IPAddress address)
        => address.GetAddressBytes() is [169, 254, _, _]; // RFC 3927 section 2.1

    /// <summary>if_nametoindex(3): 0 for an interface that is gone by now.</summary>
    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint IndexOf(string name);
}
