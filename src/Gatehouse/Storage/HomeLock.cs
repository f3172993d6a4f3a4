using System.Globalization;
using System.Text;
using Gatehouse.Linux;
using Microsoft.Win32.SafeHandles;

namespace Gatehouse.Storage;

/// <summary>
/// The right to write to a home: flock(2) on the directory and on its lock file, which the kernel drops with the
/// process. The directory's holds when the file is removed; the text in the file only names the holder in messages.
/// </summary>
internal sealed class HomeLock : IDisposable
{
    // Enough for a process id and a verb; anything longer was not written by us.
    private const int HolderBytesMax = 128;

    private readonly SafeFileHandle _directory;
    private readonly SafeFileHandle _file;

    private HomeLock(SafeFileHandle directory, SafeFileHandle file) => (_directory, _file) = (directory, file);

    /// <summary>Takes the lock, or answers null and names who holds it.</summary>
    /// <param name="home">The home to write to.</param>
    /// <param name="verb">What is being done, for the message that others get.</param>
    /// <param name="holder">Who holds it, for example <c>serve (process 812)</c>; empty when taken.</param>
    /// <exception cref="HomeException">The lock file cannot be opened.</exception>
    public static HomeLock? TryTake(HomeDirectory home, string verb, out string holder)
    {
        SafeFileHandle? directory = null;
        SafeFileHandle? file = null;
        try
        {
            directory = LinuxFile.TryLockDirectory(home.Path);
            file = LinuxFile.OpenToLock(home.LockFile);
            if (directory is null || !LinuxFile.TryLock(file, home.LockFile))
            {
                holder = ReadHolder(file);
                directory?.Dispose();
                file.Dispose();
                return null;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            directory?.Dispose();
            file?.Dispose();
            throw new HomeException($"Cannot lock the home {home.Path}: {e.Message} Is it yours, and writable?", e);
        }

        WriteHolder(file, verb);
        holder = "";
        return new HomeLock(directory, file);
    }

    /// <summary>Gives the lock back.</summary>
    public void Dispose()
    {
        _file.Dispose();
        _directory.Dispose();
    }

    private static string ReadHolder(SafeFileHandle file)
    {
        Span<byte> text = stackalloc byte[HolderBytesMax];
        var length = RandomAccess.Read(file, text, 0);
        var holder = Encoding.UTF8.GetString(text[..length]).Trim();
        return holder.Length == 0 ? "another process" : holder;
    }

    private static void WriteHolder(SafeFileHandle file, string verb)
    {
        try
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"{verb} (process {Environment.ProcessId})\n");
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(text), 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The lock is held either way; on a full disk only the name in a message is missing.
        }
    }
}
