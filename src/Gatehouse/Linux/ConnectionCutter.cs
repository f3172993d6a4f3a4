using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Gatehouse.Linux;

/// <summary>
/// Ends TCP connections to an address as if the other end had reset them (SOCK_DESTROY of sock_diag(7)). To be called
/// inside <see cref="NetworkNamespace.RunAsync"/>, as root. A kernel built without it says so.
/// </summary>
internal static partial class ConnectionCutter
{
    // linux/netlink.h, linux/sock_diag.h, linux/inet_diag.h.
    private const int AfNetlink = 16;
    private const int SockRaw = 3;
    private const int CloseOnExec = 0x80000;
    private const int NetlinkSockDiag = 4;
    private const ushort DiagByFamily = 20;
    private const ushort Destroy = 21;
    private const ushort MessageError = 2;
    private const ushort MessageDone = 3;
    private const ushort Request = 0x1;
    private const ushort Acknowledge = 0x4;
    private const ushort Dump = 0x300;
    private const int HeaderBytes = 16;
    private const int RequestBytes = 56;

    /// <summary>struct inet_diag_sockid starts at this offset of inet_diag_msg, and has 48 bytes.</summary>
    private const int SocketIdOffset = 4;
    private const int SocketIdBytes = 48;

    // TCP_ESTABLISHED, SYN_SENT, CLOSE_WAIT, FIN_WAIT1, FIN_WAIT2 as bits of idiag_states.
    private const uint OpenStates = (1 << 1) | (1 << 2) | (1 << 8) | (1 << 4) | (1 << 5);

    /// <summary>Cuts every connection of this network whose other end is the address; returns how many.</summary>
    /// <exception cref="IOException">The kernel cannot do it, or this user may not.</exception>
    public static int Cut(IPAddress remote)
    {
        var family = remote.AddressFamily == AddressFamily.InterNetworkV6 ? 10 : 2;
        var cut = 0;
        foreach (var socket in OpenTo(remote, (byte)family))
        {
            if (DestroyOne((byte)family, socket)) cut++;
        }
        return cut;
    }

    private static List<byte[]> OpenTo(IPAddress remote, byte family)
    {
        using var link = new Link();
        link.Send(Message(DiagByFamily, Request | Dump, family, new byte[SocketIdBytes]));
        var found = new List<byte[]>();
        var wanted = remote.GetAddressBytes();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var length = link.Receive(buffer);
            for (var at = 0; at + HeaderBytes <= length;)
            {
                var size = BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(at));
                var type = BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(at + 4));
                if (type == MessageDone || size < HeaderBytes) return found;
                if (type == MessageError) throw Fault(buffer, at);
                var id = buffer.AsSpan(at + HeaderBytes + SocketIdOffset, SocketIdBytes);
                // sockid: sport 2, dport 2, src 16, dst 16, interface 4, cookie 8.
                if (id.Slice(20, wanted.Length).SequenceEqual(wanted)) found.Add(id.ToArray());
                at += (size + 3) & ~3;
            }
        }
    }

    private static bool DestroyOne(byte family, byte[] socket)
    {
        using var link = new Link();
        link.Send(Message(Destroy, Request | Acknowledge, family, socket));
        var buffer = new byte[4096];
        link.Receive(buffer);
        var code = -BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(HeaderBytes));
        const int gone = 2; // ENOENT: it closed by itself meanwhile.
        if (code is 0 or gone) return code == 0;
        throw Fault(buffer, 0);
    }

    private static byte[] Message(ushort type, int flags, byte family, ReadOnlySpan<byte> socketId)
    {
        var bytes = new byte[HeaderBytes + RequestBytes];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), type);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(6), (ushort)flags);
        bytes[HeaderBytes] = family;
        bytes[HeaderBytes + 1] = (byte)ProtocolType.Tcp;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(HeaderBytes + 4), OpenStates);
        socketId.CopyTo(bytes.AsSpan(HeaderBytes + 8));
        return bytes;
    }

    private static IOException Fault(byte[] buffer, int at)
    {
        var code = -BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(at + HeaderBytes));
        return new IOException($"The kernel cannot end connections (error {code}).");
    }

    /// <summary>A netlink socket; the base library has none.</summary>
    private sealed class Link : IDisposable
    {
        private readonly SafeSocketHandle _socket;

        public Link()
        {
            var handle = OpenSocket(AfNetlink, SockRaw | CloseOnExec, NetlinkSockDiag);
            if (handle < 0) throw new IOException($"No netlink socket (error {Marshal.GetLastPInvokeError()}).");
            _socket = new SafeSocketHandle(handle, ownsHandle: true);
        }

        public void Send(byte[] message)
        {
            if (Send(_socket, message, message.Length, 0) < 0)
                throw new IOException($"The kernel takes no question (error {Marshal.GetLastPInvokeError()}).");
        }

        public int Receive(byte[] buffer)
        {
            var length = (int)Receive(_socket, buffer, buffer.Length, 0);
            return length > 0 ? length
                : throw new IOException($"The kernel does not answer (error {Marshal.GetLastPInvokeError()}).");
        }

        public void Dispose() => _socket.Dispose();

        private static nint Send(SafeSocketHandle socket, byte[] bytes, int length, int flags)
            => ConnectionCutter.Send(socket, bytes, length, flags);

        private static nint Receive(SafeSocketHandle socket, byte[] bytes, int length, int flags)
            => ConnectionCutter.Receive(socket, bytes, length, flags);
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int OpenSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(SafeSocketHandle socket, byte[] bytes, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(SafeSocketHandle socket, byte[] bytes, nint length, int flags);
}
