using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>Some leaves in a row as read from the database, copied out so that another thread can check them.</summary>
internal sealed class LeafBatch
{
    /// <summary>Leaves in one batch, and in one short read transaction.</summary>
    public const int LeavesMax = 4_096;

    private readonly long[] _indexes = new long[LeavesMax];
    private readonly Hash256?[] _hashes = new Hash256?[LeavesMax];
    private readonly int[] _ends = new int[LeavesMax];
    private readonly bool[] _pruned = new bool[LeavesMax];
    private byte[] _bytes = new byte[LeavesMax * 512];

    public int Count { get; private set; }

    public long IndexOf(int at) => _indexes[at];

    /// <summary>The stored hash; null if it is no hash at all.</summary>
    public Hash256? HashOf(int at) => _hashes[at];

    /// <summary>True if the leaf has no text any more.</summary>
    public bool IsPruned(int at) => _pruned[at];

    public ReadOnlySpan<byte> LeafOf(int at) => _bytes.AsSpan((at == 0 ? 0 : _ends[at - 1]).._ends[at]);

    public void Clear() => Count = 0;

    public void Add(SqlStatement row)
    {
        var leaf = row.Blob(2);
        var start = Count == 0 ? 0 : _ends[Count - 1];
        if (start + leaf.Length > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, start + leaf.Length));
        leaf.CopyTo(_bytes.AsSpan(start));
        var hash = row.Blob(1);
        _indexes[Count] = row.Int64(0);
        _hashes[Count] = hash.Length == Hash256.Length ? new Hash256(hash) : null;
        _pruned[Count] = row.IsNull(2);
        _ends[Count++] = start + leaf.Length;
    }
}
