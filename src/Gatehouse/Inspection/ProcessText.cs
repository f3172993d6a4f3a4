using System.Globalization;
using System.Text;

namespace Gatehouse.Inspection;

/// <summary>Small files below /proc. A process that is gone, or another user's, gives nothing.</summary>
internal static class ProcessText
{
    private const int BytesMax = 128 * 1024; // Linux lets arguments and environment grow to megabytes; this is enough.

    public static string? Link(int process, string name)
    {
        try
        {
            return new FileInfo(PathOf(process, name)).LinkTarget;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static string? Text(int process, string name)
    {
        try
        {
            using var file = File.OpenRead(PathOf(process, name));
            var bytes = new byte[BytesMax];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return Encoding.UTF8.GetString(bytes, 0, length);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string PathOf(int process, string name)
        => string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/{name}");
}
