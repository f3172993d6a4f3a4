using Gatehouse.Linux;

namespace Gatehouse.Storage;

/// <summary>
/// The database and the files beside it, as SQLite opened them. SQLite goes on writing to files that were removed; what
/// it writes there is gone when the process ends.
/// </summary>
internal sealed class StoreFiles(string path)
{
    private static readonly string[] Beside = ["-wal", "-shm"];

    private readonly FileIdentity? _database = LinuxFile.IdentityOf(path);
    private readonly FileIdentity?[] _beside = [.. Beside.Select(name => LinuxFile.IdentityOf(path + name))];

    /// <summary>True if the database itself is in its place.</summary>
    public bool HasDatabase => LinuxFile.IdentityOf(path) is { Bytes: > 0 } now && now.IsSameFileAs(_database);

    /// <summary>The file that was removed, emptied or replaced since; null if all are in their places.</summary>
    public string? FindMissing()
    {
        if (!HasDatabase)
            return path;
        for (var i = 0; i < Beside.Length; i++)
        {
            var now = LinuxFile.IdentityOf(path + Beside[i]);
            if (_beside[i] is null)
                _beside[i] = now;
            else if (now?.IsSameFileAs(_beside[i]) != true)
                return path + Beside[i];
        }

        return null;
    }
}
