using System.Security.Cryptography;

namespace Gatehouse.Storage;

/// <summary>
/// Random bytes from the system's generator, fetched a page at a time for each thread: one fetch costs about as much
/// as a hash, and every entry needs several small ones (measured with bench/gate). Bytes are used once and erased.
/// </summary>
internal static class RandomPool
{
    private const int PageBytes = 1_024;

    [ThreadStatic]
    private static byte[]? s_page;

    [ThreadStatic]
    private static int s_used;

    /// <summary>Fills the target with random bytes that nobody else gets.</summary>
    public static void Fill(Span<byte> target)
    {
        if (target.Length > PageBytes)
        {
            RandomNumberGenerator.Fill(target);
            return;
        }

        if (s_page is null || s_used + target.Length > PageBytes)
        {
            s_page ??= new byte[PageBytes];
            RandomNumberGenerator.Fill(s_page);
            s_used = 0;
        }

        var taken = s_page.AsSpan(s_used, target.Length);
        taken.CopyTo(target);
        taken.Clear();
        s_used += target.Length;
    }
}
