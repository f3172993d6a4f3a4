using System.Text;

namespace Gatehouse.Core.Estate;

/// <summary>Paths that Linux accepts for a Unix socket.</summary>
internal static class SocketPath
{
    // Bytes: sun_path holds 108 with its closing zero (unix(7)).
    private const int BytesMax = 107;

    public static bool IsUsable(string path) =>
        path.Length > 1 && path[0] == '/' && !path.Any(char.IsControl) && path[^1] != '/'
        && Encoding.UTF8.GetByteCount(path) <= BytesMax;
}
