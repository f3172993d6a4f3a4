using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Gatehouse.Linux;

/// <summary>
/// Creates listening sockets. One for a concrete address is bound to the interface that has this address: Linux
/// takes a packet for any local address on any interface, so the address alone would not prove where a call came in
/// (docs/decisions, "Identity by network").
/// </summary>
internal static class BoundSocket
{
    /// <summary>
    /// A hundred streams that nobody reads hold 25 MiB at most; 128 KiB in 100 ms is more than any model says.
    /// </summary>
    private const int KernelBufferBytes = 128 * 1024;

    private const int SolSocket = 1;

    /// <summary>SO_BINDTODEVICE, socket(7); since Linux 5.7 an unbound socket needs no privilege for it.</summary>
    private const int SoBindToDevice = 25;

    /// <summary>SO_BINDTOIFINDEX of Linux 5.1: reads the number that the name had when it was bound.</summary>
    private const int SoBindToInterfaceIndex = 62;

    /// <summary>Creates the socket.</summary>
    /// <returns>The socket, and the number of the interface that it is bound to; 0 when it is bound to none.</returns>
    public static (Socket Socket, int Interface) Create(EndPoint address)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(address);
        // Inherited by what it accepts. Left alone, each grows to several MiB, which count in a container.
        (socket.SendBufferSize, socket.ReceiveBufferSize) = (KernelBufferBytes, KernelBufferBytes);
        if (address is not IPEndPoint { Address: var ip } || !NeedsInterface(ip)) return (socket, 0);
        try
        {
            socket.SetRawSocketOption(SolSocket, SoBindToDevice, Encoding.ASCII.GetBytes(InterfaceOf(ip) + "\0"));
            Span<byte> index = stackalloc byte[4];
            socket.GetRawSocketOption(SolSocket, SoBindToInterfaceIndex, index);
            return (socket, BinaryPrimitives.ReadInt32LittleEndian(index));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether an address belongs to one interface, whose coming and going decides over the socket.</summary>
    public static bool NeedsInterface(IPAddress ip)
        => !IPAddress.IsLoopback(ip) && !ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any);

    private static string InterfaceOf(IPAddress address)
        => LocalAddresses.Read().FirstOrDefault(own => own.Address.Equals(address))?.Interface
            ?? throw new IOException($"No network interface has the address {address}.");
}

/// <summary>
/// The process at the other end of a Unix socket, as the kernel saw it when it connected (SO_PEERCRED, unix(7)).
/// </summary>
internal readonly record struct PeerCredentials(int Pid, int Uid, int Gid)
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    public static PeerCredentials? Of(IFeatureCollection features)
        => features.Get<IConnectionSocketFeature>()?.Socket is { AddressFamily: AddressFamily.Unix } socket
            ? Of(socket)
            : null;

    private static PeerCredentials Of(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[12];
        socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials);
        return new PeerCredentials(
            BinaryPrimitives.ReadInt32LittleEndian(credentials),
            BinaryPrimitives.ReadInt32LittleEndian(credentials[4..]),
            BinaryPrimitives.ReadInt32LittleEndian(credentials[8..]));
    }
}

/// <summary>Rights on socket files that the base library has no call for.</summary>
internal static partial class SocketFile
{
    /// <exception cref="IOException">The file's owner cannot be changed.</exception>
    public static void ChangeOwner(string path, int uid)
    {
        if (ChangeOwner(path, (uint)uid, uint.MaxValue) != 0)
        {
            throw new IOException(
                $"The owner of {path} cannot be set to uid {uid} (error {Marshal.GetLastPInvokeError()}).");
        }
    }

    /// <summary>
    /// The folder of a socket, when somebody else could put another file in the socket's place: one that is neither
    /// this
    /// user's nor root's, or that others may write without being held to their own files (the sticky bit).
    /// </summary>
    public static string? UnsafeFolder(string socketPath)
    {
        var folder = Path.GetDirectoryName(socketPath) ?? "/";
        if (!Directory.Exists(folder)) return null;
        const UnixFileMode others = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        var (mode, owner) = (File.GetUnixFileMode(folder), OwnerOf(folder));
        var isOurs = owner == 0 || owner == UserNames.OwnUid;
        return isOurs && ((mode & others) == 0 || (mode & UnixFileMode.StickyBit) != 0) ? null : folder;
    }

    /// <summary>Whether a path is a socket itself, and no link to one.</summary>
    public static bool IsSocket(string path)
    {
        // struct statx of stat(2): stx_mode, 16 bits, lies at offset 28.
        Span<byte> status = stackalloc byte[256];
        return Status(WorkingDirectory, path, NoFollow, TypeMask, status) == 0
            && (BinaryPrimitives.ReadUInt16LittleEndian(status[28..]) & TypeBits) == TypeSocket;
    }

    /// <summary>The uid that owns a file or folder; -1 where there is none.</summary>
    public static int OwnerOf(string path) => OwnerAndGroupOf(path).Uid;

    /// <summary>The uid and the gid of a file or folder; -1 where there is none.</summary>
    public static (int Uid, int Gid) OwnerAndGroupOf(string path)
    {
        // struct statx of stat(2): stx_uid lies at offset 20, stx_gid at 24, whatever the architecture.
        Span<byte> status = stackalloc byte[256];
        return Status(WorkingDirectory, path, 0, OwnerMask, status) == 0
            ? (BinaryPrimitives.ReadInt32LittleEndian(status[20..]),
                BinaryPrimitives.ReadInt32LittleEndian(status[24..]))
            : (-1, -1);
    }

    /// <summary>Owner and group of a file or folder, of a link itself; -1 where there is none.</summary>
    public static (int Uid, int Gid) OwnersOf(string path)
    {
        // stx_gid follows stx_uid.
        Span<byte> status = stackalloc byte[256];
        return Status(WorkingDirectory, path, NoFollow, OwnerMask | GroupMask, status) == 0
            ? (System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(status[20..]),
                System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(status[24..]))
            : (-1, -1);
    }

    /// <summary>Sets owner and group of an open file; -1 leaves one as it is.</summary>
    /// <exception cref="IOException">They cannot be changed.</exception>
    public static void ChangeOwners(Microsoft.Win32.SafeHandles.SafeFileHandle file, int uid, int gid)
    {
        if (ChangeOwner(file, (uint)uid, (uint)gid) != 0)
            throw new IOException($"The owner cannot be set to {uid}:{gid} (error {Marshal.GetLastPInvokeError()}).");
    }

    /// <summary>New files and sockets of this process are its owner's alone until something else is said.</summary>
    public static void KeepNewFilesPrivate() => _ = Mask(0x3F);

    /// <summary>AT_FDCWD of openat(2).</summary>
    private const int WorkingDirectory = -100;

    /// <summary>STATX_TYPE of statx(2); S_IFMT and S_IFSOCK of inode(7).</summary>
    private const uint TypeMask = 0x1;
    private const int TypeBits = 0xF000;
    private const int TypeSocket = 0xC000;

    /// <summary>STATX_UID and STATX_GID of statx(2).</summary>
    private const uint OwnerMask = 0x8 | 0x10;

    /// <summary>STATX_GID of statx(2).</summary>
    private const uint GroupMask = 0x10;

    /// <summary>AT_SYMLINK_NOFOLLOW of statx(2).</summary>
    private const int NoFollow = 0x100;

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int ChangeOwner(Microsoft.Win32.SafeHandles.SafeFileHandle file, uint uid, uint gid);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int directory, string path, int flags, uint mask, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint uid, uint gid);

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint Mask(uint mask);
}
