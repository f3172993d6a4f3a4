using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>The end of the log as found on disk: last good checkpoint, and everything after it hashed again.</summary>
internal sealed class LedgerTip
{
    private const string ReadNewer =
        "SELECT idx, hash, leaf FROM ledger_entry WHERE log = 1 AND idx >= ?1 ORDER BY idx";

    /// <summary>The tree over all leaves.</summary>
    public Frontier Frontier { get; } = new();

    /// <summary>The tree under the last checkpoint.</summary>
    public Frontier Signed { get; private set; } = new();

    /// <summary>The last checkpoint's note.</summary>
    public string? Note { get; private set; }

    /// <summary>Time of the last leaf.</summary>
    public DateTimeOffset LastTime { get; private set; }

    /// <summary>Reads it.</summary>
    /// <exception cref="HomeException">What is on disk contradicts itself.</exception>
    public static LedgerTip Load(LedgerTables tables, VerifierKey key)
    {
        var tip = new LedgerTip();
        if (tables.LastCheckpoint() is { } last)
        {
            var checkpoint = Checkpoint.Open(last.Note, key, Ed25519Signer.Verifier, out var reason)
                ?? throw Damaged($"its last checkpoint cannot be trusted: {reason}");
            if (!Frontier.TryRead(last.Frontier, out var signed)
                || signed.Size != checkpoint.Size || signed.Root() != checkpoint.Root)
            {
                throw Damaged("the tree beside its last checkpoint has another root");
            }

            (tip.Signed, tip.Note) = (signed, last.Note);
            tip.Frontier.CopyFrom(signed);
            tip.LastTime = TimeOf(tables, signed.Size - 1);
        }

        tip.Extend(tables);
        return tip;
    }

    /// <summary>Takes in leaves that are on disk and not yet here.</summary>
    public void Extend(LedgerTables tables)
    {
        var select = tables.Prepare(ReadNewer).Bind(1, Frontier.Size);
        try
        {
            while (select.Step())
                Take(select);
        }
        finally
        {
            select.Reset();
        }

        if (tables.CountLeaves() != Frontier.Size)
            throw Damaged($"leaf {Frontier.Size} and what follows it are not where the last checkpoint says");
    }

    /// <summary>
    /// Signs what is here and not yet signed. What was loaded was just read from the disk and hashed.
    /// </summary>
    public void Sign(LedgerTables tables, LedgerKeys keys)
    {
        if (Frontier.Size == Signed.Size)
            return;
        var head = new Checkpoint(keys.Verifier.Name, Frontier.Size, Frontier.Root());
        var note = head.Sign(keys.Verifier, keys.Sign).ToString();
        tables.Begin();
        tables.InsertCheckpoint(Frontier.Size, note, Frontier);
        tables.Commit();
        (Signed, Note) = (Frontier.Clone(), note);
    }

    /// <summary>What is missing here of a head that was signed before, as a clause; null if it is all here.</summary>
    public string? Misses(Checkpoint head, LedgerTables tables, VerifierKey key)
    {
        if (head.Size == 0)
            return null;
        if (Frontier.Size < head.Size)
        {
            return $"it has {Frontier.Size} entries, but the head that was signed last covers {head.Size}: its end was "
                + "cut off, or it is an older copy";
        }

        // The checkpoint is in the database before its head is remembered elsewhere, whatever crashes.
        if (tables.CheckpointOf(head.Size) is not { } note)
            return $"its checkpoint of {head.Size} entries, the head that was signed last, is not there any more";
        return Checkpoint.Open(note, key, Ed25519Signer.Verifier, out _)?.Root == head.Root
            ? null
            : $"its first {head.Size} entries are not those of the head that was signed last";
    }

    private void Take(SqlStatement row)
    {
        var index = row.Int64(0);
        var leaf = row.Blob(2);
        if (index != Frontier.Size)
            throw Damaged($"leaf {Frontier.Size} is missing");
        var hash = MerkleTree.HashLeaf(leaf);
        if (row.Blob(1) is not { Length: Hash256.Length } stored || new Hash256(stored) != hash)
            throw Damaged($"leaf {index} does not match its hash");
        if (!LeafHeader.TryRead(leaf, out var header) || !LedgerTime.TryParse(header.Time, out var time)
            || header.Index != index)
        {
            throw Damaged($"leaf {index} is not a leaf of this version for this place");
        }

        Frontier.Append(hash);
        LastTime = time;
    }

    private static DateTimeOffset TimeOf(LedgerTables tables, long index)
    {
        if (index < 0)
            return default;
        var select = tables.Prepare("SELECT leaf FROM ledger_entry WHERE log = 1 AND idx = ?1").Bind(1, index);
        try
        {
            if (!select.Step())
                throw Damaged($"leaf {index} is missing");
            // A leaf whose text was pruned is so old that any clock is past it.
            return LeafHeader.TryRead(select.Blob(0), out var header) && LedgerTime.TryParse(header.Time, out var time)
                ? time
                : default;
        }
        finally
        {
            select.Reset();
        }
    }

    private static HomeException Damaged(string what) =>
        new($"The ledger is damaged: {what}. "
            + "`gatehouse ledger verify` names the place; keep a copy before anything else.");
}
