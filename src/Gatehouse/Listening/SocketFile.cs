using System.Runtime.InteropServices;

namespace Gatehouse.Listening;

/// <summary>Rights on socket files that the base library has no call for.</summary>
internal static partial class SocketFile
{
    /// <exception cref="IOException">The file's owner cannot be changed.</exception>
    public static void ChangeOwner(string path, int uid)
    {
        if (ChangeOwner(path, (uint)uid, uint.MaxValue) != 0)
            throw new IOException($"The owner of {path} cannot be set to uid {uid} (error {Marshal.GetLastPInvokeError()}).");
    }

    /// <summary>New files and sockets of this process are its owner's alone until something else is said.</summary>
    public static void KeepNewFilesPrivate() => _ = Mask(0x3F);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint uid, uint gid);

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint Mask(uint mask);
}
