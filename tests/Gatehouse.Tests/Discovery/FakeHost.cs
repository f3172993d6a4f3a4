using Gatehouse.Discovery;

namespace Gatehouse.Tests.Discovery;

/// <summary>A folder that stands for a host's root, removed at the end.</summary>
internal sealed class FakeHost : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("gatehouse-host-").FullName;

    public HostFiles Files => field ??= new HostFiles(_root);

    public string Root => _root;

    public FakeHost Put(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root + path)!);
        File.WriteAllText(_root + path, text);
        return this;
    }

    public FakeHost Link(string path, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root + path)!);
        File.CreateSymbolicLink(_root + path, target);
        return this;
    }

    public HostFilesReading Look(params string[] folders) => HostFilesReading.Of(Files, folders);

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
