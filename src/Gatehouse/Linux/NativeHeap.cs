using System.Runtime.InteropServices;

namespace Gatehouse.Linux;

/// <summary>
/// Settings of the C library's allocator, which SQLite and OpenSSL use. By default every thread gets a heap of its own
/// that it returns to the system and takes back again and again; two that keep a little are smaller and quicker.
/// </summary>
internal static partial class NativeHeap
{
    // mallopt(3): M_TRIM_THRESHOLD and M_ARENA_MAX.
    private const int TrimThreshold = -1;
    private const int ArenasMax = -8;

    // Bytes: more than the writer's page cache moves by, far below what would be missed.
    private const int KeptBytes = 8 * 1024 * 1024;

    public static void Tune()
    {
        _ = Set(TrimThreshold, KeptBytes);
        _ = Set(ArenasMax, 2);
    }

    /// <summary>Returns to the system what the allocator holds and nobody uses (malloc_trim(3)).</summary>
    public static void GiveBack() => _ = Trim(0);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint kept);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int Set(int parameter, int value);
}
