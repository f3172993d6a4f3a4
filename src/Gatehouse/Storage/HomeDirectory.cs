using Gatehouse.Linux;

namespace Gatehouse.Storage;

/// <summary>
/// The directory that holds everything a gate keeps. Only its owner may enter it; it lies on a local file system.
/// </summary>
internal sealed class HomeDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode OthersAny =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    // linux/magic.h and the file systems' own sources: locks and shared memory do not hold across machines there.
    private static readonly Dictionary<long, string> Networked = new()
    {
        [0x6969] = "NFS",
        [0x517B] = "SMB",
        [0xFF534D42] = "CIFS",
        [0xFE534D42] = "SMB2",
        [0x01021997] = "9p",
        [0x00C36400] = "Ceph",
        [0x5346414F] = "AFS",
        [0x0BD00BD0] = "Lustre",
    };

    // linux/magic.h: what is written there is gone after a restart of the machine or of the container.
    private static readonly Dictionary<long, string> Fleeting = new()
    {
        [0x01021994] = "tmpfs",
        [0x858458F6] = "ramfs",
        [0x794C7630] = "overlayfs",
    };

    private HomeDirectory(string path, IReadOnlyList<string> warnings) => (Path, Warnings) = (path, warnings);

    /// <summary>Absolute path of the home.</summary>
    public string Path { get; }

    /// <summary>What its owner should know, in sentences.</summary>
    public IReadOnlyList<string> Warnings { get; }

    public string LedgerFile => At("ledger.db");

    /// <summary>True if the ledger's file is there and not empty.</summary>
    public bool HasLedger => File.Exists(LedgerFile) && new FileInfo(LedgerFile).Length > 0;

    public string LockFile => At("lock");

    public string ControlSocket => At("control.sock");

    public string TokensSocket => At("tokens.sock");

    public string EstateFile => At("gatehouse.yaml");

    public string KeysDirectory => At("keys");

    /// <summary>Key-encrypting keys. Backups leave this directory out.</summary>
    public string KeyEncryptingKeysDirectory => At("kek");

    /// <summary>Opens a home that exists, or makes an empty one.</summary>
    /// <exception cref="HomeException">It cannot be used; the message says why and what to do.</exception>
    public static HomeDirectory OpenOrCreate(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(full, OwnerOnly);
            var home = Check(full);
            Directory.CreateDirectory(home.KeysDirectory, OwnerOnly);
            Directory.CreateDirectory(home.KeyEncryptingKeysDirectory, OwnerOnly);
            return home;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full or read-only disk must not keep a gate from starting: it serves refusals that say why.
            if (Directory.Exists(full))
                return Check(full);
            throw new HomeException($"Cannot make the home {full}: {e.Message} Choose another with --home.", e);
        }
    }

    /// <summary>Opens a home that must exist already.</summary>
    /// <exception cref="HomeException">There is none, or it cannot be used.</exception>
    public static HomeDirectory OpenExisting(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        if (!Directory.Exists(full))
            throw new HomeException($"There is no home at {full}. Make one with `gatehouse init --home {full}`.");
        return Check(full);
    }

    private static HomeDirectory Check(string full)
    {
        var magic = LinuxFile.FileSystemMagic(full);
        if (Networked.TryGetValue(magic, out var network))
        {
            throw new HomeException(
                $"The home {full} lies on {network}. A ledger there loses records when two machines write: "
                + "move it to a local disk, or choose another with --home.");
        }

        var warnings = new List<string>();
        if (Fleeting.TryGetValue(magic, out var fleeting))
        {
            warnings.Add($"The home {full} lies on {fleeting}: it is gone after a restart. "
                + "Mount a volume there to keep the ledger.");
        }

        if ((File.GetUnixFileMode(full) & OthersAny) != 0)
            warnings.Add($"Others may look into the home {full}. Run `chmod 700 {full}`.");
        return new HomeDirectory(full, warnings);
    }

    private string At(string name) => System.IO.Path.Combine(Path, name);
}

/// <summary>A home that cannot be used as it is. The message says what happened, where, and what to do.</summary>
internal sealed class HomeException : Exception
{
    public HomeException(string message)
        : base(message)
    {
    }

    public HomeException(string message, Exception cause)
        : base(message, cause)
    {
    }
}

/// <summary>
/// A home belongs to one user. Root that writes to another user's home in this process becomes that user first: files
/// of root's in it would stop the gate that runs as its owner, such as the one in a container.
/// </summary>
internal static class HomeOwner
{
    /// <summary>Becomes the owner of a home, for good, where this process is root and the owner is not.</summary>
    /// <returns>The owner's uid, or null when nothing had to change.</returns>
    /// <exception cref="HomeException">The kernel refused.</exception>
    public static int? Become(string home)
    {
        var (uid, gid) = SocketFile.OwnerAndGroupOf(home);
        if (UserNames.OwnUid != 0 || uid <= 0) return null;
        if (LinuxProcess.BecomeUser(uid, gid) is not 0 and var errno)
        {
            throw new HomeException(
                $"The home {home} belongs to uid {uid}, and this process cannot become that user "
                + $"(error {errno}). Run it as that user.");
        }
        return uid;
    }
}
