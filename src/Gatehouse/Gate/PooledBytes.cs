using System.Buffers;

namespace Gatehouse.Gate;

/// <summary>
/// Bytes that grow in rented arrays and are given back whole. Holds nothing until the first byte comes, because
/// most of two thousand open streams are silent at any moment.
/// </summary>
internal sealed class PooledBytes : IBufferWriter<byte>, IDisposable
{
    /// <summary>The first rent: one short answer fits. A power of two, as the pool's buckets are.</summary>
    private const int FirstBytes = 1024;

    private byte[] _array = [];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Memory => _array.AsMemory(0, Length);

    public ReadOnlySpan<byte> Span => _array.AsSpan(0, Length);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Length += bytes.Length;
    }

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(Math.Max(sizeHint, 1));
        return _array.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(Math.Max(sizeHint, 1));
        return _array.AsSpan(Length);
    }

    public void Clear() => Length = 0;

    public void Dispose()
    {
        if (_array.Length > 0) ArrayPool<byte>.Shared.Return(_array);
        (_array, Length) = ([], 0);
    }

    private void Grow(int more)
    {
        if (_array.Length - Length >= more) return;
        var grown = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(FirstBytes, _array.Length * 2), Length + more));
        Span.CopyTo(grown);
        if (_array.Length > 0) ArrayPool<byte>.Shared.Return(_array);
        _array = grown;
    }
}
