using System.Diagnostics;

namespace Gatehouse.Tests.Storage;

/// <summary>A small file system of its own, which only root can have.</summary>
internal sealed class Mount : IDisposable
{
    private Mount(string path) => Path = path;

    public string Path { get; }

    public static Mount TmpfsOrSkip(string options)
    {
        if (Environment.UserName != "root")
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "CI has to run this as root.");
            Assert.Skip("Only root can mount a small file system.");
        }

        var path = Directory.CreateTempSubdirectory("gatehouse-mount-").FullName;
        Run("mount", "-t", "tmpfs", "-o", options, "tmpfs", path);
        return new Mount(path);
    }

    public void Remount(string options) => Run("mount", "-o", "remount," + options, Path);

    public void Dispose()
    {
        Run("umount", "-l", Path);
        Directory.Delete(Path);
    }

    private static void Run(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments))!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
