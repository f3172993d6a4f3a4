using System.Globalization;
using Gatehouse.Linux;
using Microsoft.Win32.SafeHandles;

namespace Gatehouse.Adoption;

/// <summary>
/// The right to adopt and to undo on this host: one at a time. flock(2) on the journals' folder itself, which the
/// kernel drops with the process, and which no removed file opens to a second one. The file inside only names the
/// holder in messages.
/// </summary>
internal sealed class AdoptionLock : IDisposable
{
    private const string HolderFile = "holder";

    private const int HolderLettersMax = 200;

    private readonly SafeFileHandle _folder;
    private readonly string _path;

    private AdoptionLock(SafeFileHandle folder, string path) => (_folder, _path) = (folder, path);

    /// <summary>Takes the lock at once.</summary>
    /// <param name="folder">The folder of journals.</param>
    /// <param name="verb">What is being done, for the message that others get.</param>
    /// <exception cref="AdoptionException">Somebody holds it; the message says who, and what to do.</exception>
    public static AdoptionLock Take(string folder, string verb)
    {
        var path = Path.Combine(folder, HolderFile);
        SafeFileHandle? handle = null;
        try
        {
            handle = LinuxFile.OpenFolder(folder);
            if (LinuxFile.TryLock(handle, folder))
            {
                var now = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
                Note(path, $"`gatehouse {verb}` (process {Environment.ProcessId}, since {now} UTC)");
                return new AdoptionLock(handle, path);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            handle?.Dispose();
            throw new AdoptionException($"The folder for journals {folder} cannot be locked: {error.Message}", error);
        }
        handle.Dispose();
        throw new AdoptionException($"{HolderOf(path)} is at work on this host, and only one may be. Let it end, or "
            + "stop it with Ctrl+C or `kill` and its number: it undoes what it began. Then run this again.");
    }

    /// <summary>Gives the lock back.</summary>
    public void Dispose()
    {
        Forget();
        _folder.Dispose();
    }

    private static void Note(string path, string holder)
    {
        try
        {
            File.WriteAllText(path, holder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The lock is held either way; on a full disk only the name in a message is missing.
        }
    }

    private void Forget()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next holder of the lock writes over it.
        }
    }

    private static string HolderOf(string path)
    {
        try
        {
            var text = File.ReadAllText(path).Trim();
            if (text.Length is > 0 and <= HolderLettersMax) return text;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has just begun, or ends just now.
        }
        return "Another `gatehouse adopt`";
    }
}
