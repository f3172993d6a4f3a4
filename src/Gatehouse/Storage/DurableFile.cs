using System.Text;
using Gatehouse.Core.Ledger;
using Gatehouse.Linux;

namespace Gatehouse.Storage;

/// <summary>Writes small files so that after a crash there is either the old one or the whole new one.</summary>
internal static class DurableFile
{
    /// <summary>Writes to a temporary name, makes it durable, renames it, makes the name durable. Mode 0600.</summary>
    /// <exception cref="IOException">The disk refused; the old file, if any, is untouched.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        var temporary = path + ".new";
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            Share = FileShare.None,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var file = new FileStream(temporary, options))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        LinuxFile.SyncDirectory(Path.GetDirectoryName(path)!);
    }
}

/// <summary>
/// The last signed head in a second place, <c>keys/ledger.head</c>. A ledger that was removed, cut off or replaced by
/// an older copy contradicts it. It is written after the checkpoint is in the database, so it is never ahead of it.
/// </summary>
internal static class HeadFile
{
    // A checkpoint has a few hundred bytes; anything much larger was not written by us.
    private const int BytesMax = 64 * 1024;

    // A log of months; heads are written a few times an hour.
    private const int KeptBytesMax = 64 << 20;

    public static string PathIn(HomeDirectory home) => Path.Combine(home.KeysDirectory, "ledger.head");

    /// <summary>The head, or null with the reason why there is none that can be trusted.</summary>
    public static Checkpoint? Read(HomeDirectory home, VerifierKey key, out string problem)
    {
        problem = "";
        if (ReadNote(home) is not { } note)
            problem = $"{PathIn(home)}, which remembers the last signed head of the ledger, is missing";
        else if (Checkpoint.Open(note, key, Ed25519Signer.Verifier, out var reason) is { } head)
            return head;
        else
            problem = $"{PathIn(home)}, which remembers the last signed head of the ledger, is damaged: {reason}";
        return null;
    }

    /// <summary>
    /// Entries under the head as its text says, by whatever key it is signed; null where there is no file. A file that
    /// says nothing counts as one that says a lot.
    /// </summary>
    public static long? SizeIn(HomeDirectory home)
    {
        if (ReadNote(home) is not { } note)
            return null;
        return SignedNote.TryParse(note, out var parsed) && Checkpoint.TryParseText(parsed.Text, out var head)
            ? head.Size
            : long.MaxValue;
    }

    /// <summary>Remembers a head durably.</summary>
    /// <exception cref="IOException">The disk refused; the head before it is still remembered.</exception>
    public static void Write(HomeDirectory home, string note) =>
        DurableFile.Write(PathIn(home), Encoding.UTF8.GetBytes(note));

    /// <summary>A head as one line, for the log: origin, size, root and signature.</summary>
    public static string Line(string note)
    {
        var lines = note.Split('\n');
        return $"{LinePrefix}{lines[0]} {lines[1]} {lines[2]} {lines[4][(lines[4].LastIndexOf(' ') + 1)..]}";
    }

    /// <summary>The text of what was kept elsewhere: a checkpoint, or a log with heads in it.</summary>
    /// <exception cref="HomeException">It is not there, cannot be read, or holds neither.</exception>
    public static async Task<string> ReadKeptAsync(string path, CancellationToken stop)
    {
        if (Directory.Exists(path))
            throw new HomeException($"{path} is a directory. Name the file that holds the checkpoint.");
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var text = new MemoryStream();
            var part = new byte[64 * 1024];
            while (await file.ReadAsync(part, stop) is > 0 and var read)
            {
                if (text.Length + read > KeptBytesMax)
                {
                    throw new HomeException($"{path} is larger than {KeptBytesMax >> 20} MiB. Name the checkpoint, or "
                        + $"only the lines of the log that hold heads: grep '{LinePrefix.TrimEnd()}' LOG > HEADS");
                }
                text.Write(part, 0, read);
            }
            return text.Length > 0
                ? Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length)
                : throw new HomeException($"{path} is empty: there is no checkpoint in it.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new HomeException($"The checkpoint that was kept cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The notes in a text: one checkpoint, or the lines of a log in which heads stand.</summary>
    public static IReadOnlyList<string> NotesIn(string text)
    {
        var notes = new List<string>();
        foreach (var line in text.Split('\n'))
        {
            var at = line.IndexOf(LinePrefix, StringComparison.Ordinal);
            if (at >= 0 && line[(at + LinePrefix.Length)..].TrimEnd().Split(' ')
                is [var origin, var size, var root, var signature])
            {
                notes.Add($"{origin}\n{size}\n{root}\n\n\u2014 {origin} {signature}\n");
            }
        }

        return notes.Count == 0 ? [text] : notes;
    }

    private const string LinePrefix = "ledger head: ";

    private static string? ReadNote(HomeDirectory home)
    {
        var path = PathIn(home);
        if (!File.Exists(path))
            return null;
        return new FileInfo(path).Length > BytesMax ? "" : File.ReadAllText(path);
    }
}

/// <summary>A ledger that is not the one whose head was signed last.</summary>
/// <param name="What">What is missing, as a clause.</param>
/// <param name="Head">The head that was signed last; null if that is not known any more.</param>
/// <param name="Found">Number of entries that are there.</param>
internal sealed record LedgerLoss(string What, Checkpoint? Head, long Found);

/// <summary>Who accepts that a part of the ledger is lost, and why.</summary>
internal sealed record LossAcceptance(int Uid, string Who, string Why);
