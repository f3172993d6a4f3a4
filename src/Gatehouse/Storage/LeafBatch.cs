using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>Some leaves in a row as read from the database, copied out so that another thread can check them.</summary>
internal sealed class LeafBatch
{
    /// <summary>Leaves in one batch, and in one short read transaction.</summary>
    public const int LeavesMax = 4_096;

    private Row[] _rows = new Row[64];
    private byte[] _bytes = new byte[32_768];

    public int Count { get; private set; }

    public long IndexOf(int at) => _rows[at].Index;

    /// <summary>The hash of the leaf's text: taken by the thread that reads, which has the time for it.</summary>
    public Hash256 ComputedOf(int at) => _rows[at].Computed;

    /// <summary>The stored hash; null if it is no hash at all.</summary>
    public Hash256? HashOf(int at) => _rows[at].Hash;

    /// <summary>True if the leaf has no text any more.</summary>
    public bool IsPruned(int at) => _rows[at].IsPruned;

    public ReadOnlySpan<byte> LeafOf(int at) => _bytes.AsSpan((at == 0 ? 0 : _rows[at - 1].End).._rows[at].End);

    public void Clear() => Count = 0;

    public void Add(SqlStatement row)
    {
        var leaf = row.Blob(2);
        var start = Count == 0 ? 0 : _rows[Count - 1].End;
        if (start + leaf.Length > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, start + leaf.Length));
        leaf.CopyTo(_bytes.AsSpan(start));
        var hash = row.Blob(1);
        if (Count == _rows.Length)
            Array.Resize(ref _rows, _rows.Length * 2);
        var stored = hash.Length == Hash256.Length ? new Hash256(hash) : (Hash256?)null;
        _rows[Count++] = new Row(row.Int64(0), stored, MerkleTree.HashLeaf(leaf), start + leaf.Length, row.IsNull(2));
    }

    private readonly record struct Row(long Index, Hash256? Hash, Hash256 Computed, int End, bool IsPruned);
}
