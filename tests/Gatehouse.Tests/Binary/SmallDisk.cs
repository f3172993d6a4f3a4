namespace Gatehouse.Tests.Binary;

/// <summary>A disk of a few megabytes, mounted for one test and unmounted after it.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly string _folder;

    private SmallDisk(string folder) => _folder = folder;

    /// <summary>Where the disk is; its root belongs to this user alone.</summary>
    public string Root => _folder;

    private string Ballast => Path.Combine(_folder, "ballast");

    public static async Task<SmallDisk> MountAsync(string size = "6m")
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "mounting a disk needs root");
        var folder = Directory.CreateTempSubdirectory("gatehouse-disk-").FullName;
        var mounted =
            await Child.RunAsync("mount", ["-t", "tmpfs", "-o", $"size={size},mode=700", "gatehouse-test", folder]);
        if (mounted.Exit != 0)
        {
            Directory.Delete(folder);
            mounted.Expect(0);
        }
        return new SmallDisk(folder);
    }

    /// <summary>Takes every byte that is left.</summary>
    public void Fill()
    {
        using var file = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in new[] { 1 << 16, 1 << 12, 1 })
        {
            try
            {
                while (true) file.Write(new byte[size]);
            }
            catch (IOException)
            {
                // Full for pieces of this size.
            }
        }
    }

    public void Free() => File.Delete(Ballast);

    public async Task RemountAsync(string option)
        => (await Child.RunAsync("mount", ["-o", $"remount,{option}", _folder])).Expect(0);

    public async ValueTask DisposeAsync()
    {
        (await Child.RunAsync("umount", [_folder])).Expect(0);
        Directory.Delete(_folder);
    }
}
