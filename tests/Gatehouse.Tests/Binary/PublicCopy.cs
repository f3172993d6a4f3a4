namespace Gatehouse.Tests.Binary;

/// <summary>A copy of the binary where every user may run it: a checkout may lie where only root can look.</summary>
internal sealed class PublicCopy : IDisposable
{
    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly string _folder;

    private PublicCopy(string folder) => _folder = folder;

    public string Path => System.IO.Path.Combine(_folder, "gatehouse");

    public static PublicCopy OfBinary()
    {
        var source = System.IO.Path.GetDirectoryName(GateBinary.Path)!;
        string[] files = [System.IO.Path.GetFileName(GateBinary.Path), "libe_sqlite3.so"];
        foreach (var name in files)
            Assert.True(File.Exists(System.IO.Path.Combine(source, name)), $"{source} has no {name}.");
        var copy = new PublicCopy(Directory.CreateTempSubdirectory("gatehouse-copy-").FullName);
        File.SetUnixFileMode(copy._folder, Everybody);
        foreach (var name in files)
        {
            var target = System.IO.Path.Combine(copy._folder, name == "libe_sqlite3.so" ? name : "gatehouse");
            File.Copy(System.IO.Path.Combine(source, name), target);
            File.SetUnixFileMode(target, Everybody);
        }
        return copy;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
