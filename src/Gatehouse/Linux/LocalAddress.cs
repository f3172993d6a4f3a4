using System.Net;

namespace Gatehouse.Linux;

/// <summary>An address that this machine, or this container, has right now, and the interface that has it.</summary>
/// <param name="Address">The address.</param>
/// <param name="Interface">Name of the interface.</param>
/// <param name="Index">
/// The kernel's number of the interface. One that is made again under its old name gets a new number, and a socket
/// bound to the old one hears nothing more.
/// </param>
internal sealed record LocalAddress(IPAddress Address, string Interface, int Index);
