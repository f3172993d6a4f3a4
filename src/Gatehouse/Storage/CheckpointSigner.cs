using Gatehouse.Core.Ledger;
using Gatehouse.Linux;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Gatehouse.Storage;

/// <summary>
/// Signs tree heads. What is signed was read back from the disk and hashed again first, and is itself on disk before
/// anybody sees it.
/// </summary>
internal sealed class CheckpointSigner(
    HomeDirectory home, LedgerSettings settings, LedgerWriter writer, TimeProvider time) : IDisposable
{
    // Leaves read in one short transaction: a long one would keep the WAL from being moved.
    private const int ChunkLeaves = 4_096;

    // Foundations: at most once a second.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _one = new(1, 1);
    private Frontier? _signed;
    private string? _note;
    private string? _remembered;
    private long _lastStamp;
    private long _signedTo;

    /// <summary>Leaves under the last checkpoint.</summary>
    public long SignedTo => Interlocked.Read(ref _signedTo);

    /// <summary>Time since the last signature.</summary>
    public TimeSpan Age => _lastStamp == 0 ? TimeSpan.MaxValue : time.GetElapsedTime(_lastStamp);

    /// <summary>True while the newest head could not be written to its second place.</summary>
    public bool IsHeadBehind => !ReferenceEquals(Volatile.Read(ref _remembered), Volatile.Read(ref _note));

    /// <summary>Signs the tree as it is now, or answers the last checkpoint if nothing is new.</summary>
    /// <param name="isLast">On stop and before a purge: the pause between two signatures is not kept.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask<CheckpointResult> SignAsync(bool isLast, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            if (!isLast && Age < Pause)
                await Task.Delay(Pause - Age, time, cancellation);
            var (refusal, captured) = await writer.RunAsync(_ => writer.Capture(), inTransaction: false);
            if (refusal != LedgerRefusal.None)
                return new CheckpointResult(_note, refusal);
            Adopt(captured.Signed, captured.Note);
            if (captured.Head.Size == _signed!.Size)
                return new CheckpointResult(_note, Remember());
            return await SignNewAsync(captured.Head, cancellation);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async ValueTask<CheckpointResult> SignNewAsync(Frontier head, CancellationToken cancellation)
    {
        var root = head.Root();
        Hash256 again;
        try
        {
            again = await Task.Run(() => Rehash(_signed!, head.Size, cancellation), cancellation);
        }
        catch (SqliteFaultException e)
            when (StoreFault.Classify(e.Code, e.Errno) is var weather && weather != LedgerRefusal.Stopped)
        {
            // What cannot be read just now is not signed just now: the next round tries again.
            return new CheckpointResult(_note, weather);
        }

        if (again != root)
        {
            writer.Fail(new LedgerFatal(
                $"The ledger in {home.Path} reads back differently from what was written, between leaf {_signed!.Size} "
                + $"and leaf {head.Size}. Nothing is signed and the gate stops. Run `gatehouse ledger verify`.", 0, 0));
            return new CheckpointResult(_note, LedgerRefusal.Stopped);
        }

        var keys = writer.Keys!;
        var note = new Checkpoint(keys.Verifier.Name, head.Size, root).Sign(keys.Verifier, keys.Sign).ToString();
        var (refusal, _) = await writer.RunAsync(
            tables =>
            {
                tables.InsertCheckpoint(head.Size, note, head);
                return 0;
            },
            inTransaction: true);
        if (refusal != LedgerRefusal.None)
            return new CheckpointResult(_note, refusal);
        (_signed, _lastStamp) = (head, time.GetTimestamp());
        Volatile.Write(ref _note, note);
        Interlocked.Exchange(ref _signedTo, head.Size);
        settings.AtStep?.Invoke("checkpoint");
        settings.OnHead?.Invoke(HeadFile.Line(note));
        return new CheckpointResult(note, Remember());
    }

    // After the database, never before it: a crash between the two leaves a head that the database still has.
    // A full disk is no reason to fail: the database has the signature, and the second place gets it later.
    private LedgerRefusal Remember()
    {
        if (!IsHeadBehind)
            return LedgerRefusal.None;
        try
        {
            HeadFile.Write(home, _note!);
            Volatile.Write(ref _remembered, _note);
            settings.AtStep?.Invoke("head");
            return LedgerRefusal.None;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (e is IOException weather && StoreFault.Classify(weather) != LedgerRefusal.Stopped)
                return LedgerRefusal.None;
            writer.Fail(new LedgerFatal(
                $"The last signed head could not be written to {HeadFile.PathIn(home)}: {e.Message} The gate stops. "
                    + "Check the disk and who owns that file, then start it again.",
                0, e is IOException fault ? LinuxFile.ErrnoOf(fault) : 0));
            return LedgerRefusal.Stopped;
        }
    }

    // What was found at the last opening of the file; a newer signature made since then stays.
    private void Adopt(Frontier signed, string? note)
    {
        if (_signed is not null && _signed.Size >= signed.Size)
            return;
        _signed = signed;
        Volatile.Write(ref _note, note);
        // Opening the ledger wrote its head to the second place too, unless a part of the ledger is lost: then
        // the next head is the first of what is left.
        Volatile.Write(ref _remembered, note);
        if (note is not null)
            settings.OnHead?.Invoke(HeadFile.Line(note));
        Interlocked.Exchange(ref _signedTo, signed.Size);
    }

    private Hash256 Rehash(Frontier from, long size, CancellationToken cancellation)
    {
        var tree = from.Clone();
        using var connection = StoreConnection.OpenReader(home.LedgerFile);
        using var select = new SqlStatement(
            connection, "SELECT idx, leaf FROM ledger_entry WHERE log = 1 AND idx >= ?1 AND idx < ?2 ORDER BY idx");
        while (tree.Size < size)
        {
            cancellation.ThrowIfCancellationRequested();
            var start = tree.Size;
            select.Bind(1, start).Bind(2, Math.Min(size, start + ChunkLeaves));
            while (select.Step())
            {
                // A leaf in another place gives another root, which is all that has to be noticed here.
                if (select.Int64(0) == tree.Size)
                    tree.Append(MerkleTree.HashLeaf(select.Blob(1)));
            }

            if (tree.Size == start)
                return MerkleTree.EmptyRoot;
        }

        return tree.Root();
    }
}

/// <summary>What came of asking for a checkpoint.</summary>
/// <param name="Note">The newest signed checkpoint, durable; null if there is none yet.</param>
/// <param name="Refusal">Why no newer one could be made.</param>
internal sealed record CheckpointResult(string? Note, LedgerRefusal Refusal);

/// <summary>Ed25519 (RFC 8032), which .NET does not have.</summary>
internal static class Ed25519Signer
{
    /// <summary>Length of the secret seed in bytes.</summary>
    public const int SeedLength = 32;

    /// <summary>Checks signatures of notes.</summary>
    public static NoteVerify Verifier { get; } = Verify;

    public static byte[] PublicKey(byte[] seed)
    {
        var key = new byte[Ed25519.PublicKeySize];
        Ed25519.GeneratePublicKey(seed, 0, key, 0);
        return key;
    }

    public static byte[] Sign(byte[] seed, byte[] message)
    {
        var signature = new byte[Ed25519.SignatureSize];
        Ed25519.Sign(seed, 0, message, 0, message.Length, signature, 0);
        return signature;
    }

    private static bool Verify(byte[] publicKey, byte[] message, byte[] signature) =>
        publicKey.Length == Ed25519.PublicKeySize
        && signature.Length == Ed25519.SignatureSize
        && Ed25519.Verify(signature, 0, publicKey, 0, message, 0, message.Length);
}

/// <summary>A tree head that the log has to agree with.</summary>
/// <param name="Checkpoint">What was signed.</param>
/// <param name="Frontier">The right edge stored beside it; null for a checkpoint that does not lie in the
/// database.</param>
/// <param name="Where">Where it lies if not in the database, for messages.</param>
internal sealed record SignedHead(Checkpoint Checkpoint, byte[]? Frontier, string Where = "");
