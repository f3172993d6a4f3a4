using System.Security.Cryptography;
using Gatehouse.Storage;

namespace Gatehouse.Gate.Identity;

/// <summary>
/// The key of the tag in every token of this home. Losing it makes every token unknown, which is safe; reading it lets
/// nobody in, because a token also has to be in the book.
/// </summary>
internal static class TokenKey
{
    private const int KeyBytes = 32;

    public static byte[] OpenOrCreate(HomeDirectory home)
    {
        var path = Path.Combine(home.KeysDirectory, "token-tag.key");
        try
        {
            if (File.Exists(path) && File.ReadAllBytes(path) is { Length: KeyBytes } known) return known;
            var key = RandomNumberGenerator.GetBytes(KeyBytes);
            using var file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            file.Write(key);
            file.Flush(flushToDisk: true);
            return key;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // On a full disk the gate starts and refuses: no token can be issued or known then, so any key will do.
            return RandomNumberGenerator.GetBytes(KeyBytes);
        }
    }
}
