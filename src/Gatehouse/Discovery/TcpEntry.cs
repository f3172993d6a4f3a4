using System.Net;

namespace Gatehouse.Discovery;

/// <summary>One line of the kernel's table of TCP sockets.</summary>
/// <param name="Local">This end.</param>
/// <param name="Remote">The other end; all zero while it listens.</param>
/// <param name="IsListening">Whether it waits for connections.</param>
/// <param name="Inode">The socket's number, by which its process is found; 0 when it has none any more.</param>
internal sealed record TcpEntry(IPEndPoint Local, IPEndPoint Remote, bool IsListening, long Inode);
