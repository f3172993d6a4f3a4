using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Gatehouse.Linux;

/// <summary>
/// Opens files of the host without waiting and without trust: a pipe or a device is never opened for longer than it
/// takes to see what it is.
/// </summary>
internal static partial class HostFile
{
    // open(2): O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC; without O_NONBLOCK a pipe waits for its writer.
    private const int ReadOnly = 0x100 | 0x800 | 0x80000;

    // statx(2): the descriptor itself, the type only.
    private const int EmptyPath = 0x1000;
    private const uint TypeMask = 0x1;

    // struct statx is 256 bytes on every architecture; stx_mode is the 16-bit word at 28.
    private const int StatxBytes = 256;
    private const int ModeOffset = 28;
    private const int FileTypeMask = 0xF000;
    private const int RegularFile = 0x8000;

    private const int Eacces = 13;
    private const int Eperm = 1;
    private const int Enoent = 2;
    private const int Eloop = 40;

    /// <summary>Reads a regular file of at most so many bytes.</summary>
    public static HostFileText Read(string path, int bytesMax)
    {
        using var file = Open(path, ReadOnly, 0);
        if (file.IsInvalid)
        {
            return Marshal.GetLastPInvokeError() switch
            {
                Eacces or Eperm => HostFileText.Forbidden,
                Enoent => new(null, HostFileProblem.NotThere, "is not there"),
                Eloop => HostFileText.Loop,
                var code => HostFileText.Unread($"cannot be opened: error {code}"),
            };
        }
        Span<byte> facts = stackalloc byte[StatxBytes];
        facts.Clear();
        if (Statx(file, "", EmptyPath, TypeMask, facts) != 0
            || (BitConverter.ToUInt16(facts[ModeOffset..]) & FileTypeMask) != RegularFile)
        {
            return HostFileText.Unread("is no regular file");
        }
        try
        {
            return RandomAccess.GetLength(file) > bytesMax
                ? HostFileText.Unread($"is larger than {bytesMax / 1024} KiB")
                : new HostFileText(Decode(file, bytesMax), HostFileProblem.None, "");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return HostFileText.Unread("cannot be read");
        }
    }

    private static string Decode(SafeFileHandle file, int bytesMax)
    {
        // A file that grows while it is read, or one of /proc without a length, is cut at the bound.
        var bytes = new byte[Math.Min(bytesMax, Math.Max(RandomAccess.GetLength(file), 4096))];
        var read = 0;
        while (read < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(read), read) is > 0 and var more)
            read += more;
        return Encoding.UTF8.GetString(bytes, 0, read).TrimStart('\uFEFF');
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(SafeFileHandle directory, string path, int flags, uint mask, Span<byte> result);
}

/// <summary>Why a file has no text, for code that decides by it.</summary>
internal enum HostFileProblem
{
    None,

    NotThere,

    /// <summary>This user may not read it; root may.</summary>
    Forbidden,

    Other,
}

/// <summary>The text of a file, or why there is none.</summary>
/// <param name="Text">Its text; null when it was not read.</param>
/// <param name="Problem">Why not.</param>
/// <param name="Why">The same in words that fit behind the path.</param>
internal readonly record struct HostFileText(string? Text, HostFileProblem Problem, string Why)
{
    public static HostFileText Forbidden { get; }
        = new(null, HostFileProblem.Forbidden, "may not be read by this user");

    public static HostFileText Loop { get; } = Unread("is a link that leads to itself");

    public static HostFileText Unread(string why) => new(null, HostFileProblem.Other, why);
}
