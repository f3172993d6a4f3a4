using System.Globalization;

namespace Gatehouse.Linux;

/// <summary>
/// User names of the machine's own users (passwd(5)); a user that a directory service knows is named by number.
/// </summary>
internal static partial class UserNames
{
    private const string File = "/etc/passwd";

    /// <summary>The user that this process is now: root that works on another user's home becomes that user.</summary>
    public static int OwnUid => (int)GetEffectiveUid();

    public static string NameOf(int uid)
    {
        foreach (var (name, id) in Read())
        {
            if (id == uid) return name;
        }
        return string.Create(CultureInfo.InvariantCulture, $"uid {uid}");
    }

    public static int? UidOf(string name)
    {
        foreach (var (known, id) in Read())
        {
            if (known == name) return id;
        }
        return null;
    }

    private static IEnumerable<(string Name, int Uid)> Read()
    {
        // An image from scratch has no such file: there every user is a number.
        if (!System.IO.File.Exists(File)) yield break;
        foreach (var line in System.IO.File.ReadLines(File))
        {
            var fields = line.Split(':');
            if (fields.Length >= 3
                && int.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var uid))
            {
                yield return (fields[0], uid);
            }
        }
    }

    [System.Runtime.InteropServices.LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUid();
}
