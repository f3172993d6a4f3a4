using System.Buffers;
using System.Numerics;
using Gatehouse.Linux;

namespace Gatehouse.Storage;

/// <summary>
/// Bytes that grow and are given back whole. Few lie in rented arrays; many lie in pages of their own, which grow
/// without a copy and are the system's again the moment they are given back. Holds nothing until the first byte comes,
/// because most of two thousand open streams are silent at any moment.
/// </summary>
internal sealed class PooledBytes : IBufferWriter<byte>, IDisposable
{
    /// <summary>The largest array that is rented. The pool keeps what it once gave: larger ones would stay.</summary>
    public const int RentedMax = 64 * 1024;

    /// <summary>The first rent: one short answer fits. A power of two, as the pool's buckets are.</summary>
    private const int FirstBytes = 1024;

    /// <summary>Growing costs a system call and no copy, so little is taken ahead.</summary>
    private const int GrowthMax = 256 * 1024;

    private byte[] _array = [];
    private MappedMemory? _mapped;

    public int Length { get; private set; }

    /// <summary>The memory held at this moment, in bytes.</summary>
    public int Capacity => _mapped?.Length ?? _array.Length;

    public ReadOnlyMemory<byte> Memory => All[..Length];

    public ReadOnlySpan<byte> Span => Memory.Span;

    private Memory<byte> All => _mapped is { } mapped ? mapped.Memory : _array;

    /// <summary>The memory held once so many bytes were appended: reserve it before.</summary>
    public int CapacityAfter(int more)
    {
        var needed = checked(Length + more);
        if (needed <= Capacity) return Capacity;
        return needed <= RentedMax
            ? (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(needed, FirstBytes))
            : MappedMemory.RoundUp(checked(needed + Math.Min(needed / 8, GrowthMax)));
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Length += bytes.Length;
    }

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(Math.Max(sizeHint, 1));
        return All[Length..];
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose()
    {
        if (_array.Length > 0) ArrayPool<byte>.Shared.Return(_array);
        ((IDisposable?)_mapped)?.Dispose();
        (_array, _mapped, Length) = ([], null, 0);
    }

    private void Grow(int more)
    {
        var capacity = CapacityAfter(more);
        if (capacity == Capacity) return;
        if (_mapped is { } mapped)
        {
            mapped.GrowTo(capacity);
            return;
        }
        var old = _array;
        if (capacity > RentedMax)
        {
            var pages = new MappedMemory(capacity);
            old.AsSpan(0, Length).CopyTo(pages.GetSpan());
            (_mapped, _array) = (pages, []);
        }
        else
        {
            _array = ArrayPool<byte>.Shared.Rent(capacity);
            old.AsSpan(0, Length).CopyTo(_array);
        }
        if (old.Length > 0) ArrayPool<byte>.Shared.Return(old);
    }
}
