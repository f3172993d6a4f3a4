using System.Buffers;
using System.Text.Json;

namespace Gatehouse.Core.Traffic;

/// <summary>
/// The keys of all objects that are open, to find one that comes twice. Small objects are compared pair by pair;
/// larger ones are sorted when they close, so that no choice of keys makes this slow, as it could with a hash.
/// </summary>
internal ref struct KeySet
{
    /// <summary>Keys in one object. Ours: the largest tool schemas seen have some hundreds.</summary>
    public const int KeysPerObjectMax = 10_000;

    /// <summary>Bytes of all open objects' keys that have escapes: these alone are copied.</summary>
    public const int UnescapedBytesMax = 1024 * 1024;

    private const int PairwiseMax = 16;

    private readonly ReadOnlySpan<byte> _body;
    private readonly Span<int> _keyStarts;
    private readonly Span<int> _unescapedStarts;
    private KeySlice[] _keys;
    private byte[] _unescaped;
    private int _keyCount;
    private int _unescapedCount;
    private int _open;

    /// <summary>Takes two spans with room for as many numbers as objects can lie in each other.</summary>
    public KeySet(ReadOnlySpan<byte> body, Span<int> keyStarts, Span<int> unescapedStarts)
    {
        _body = body;
        _keyStarts = keyStarts;
        _unescapedStarts = unescapedStarts;
        _keys = ArrayPool<KeySlice>.Shared.Rent(64);
        _unescaped = [];
        _open = -1;
    }

    public void OpenObject()
    {
        _open++;
        _keyStarts[_open] = _keyCount;
        _unescapedStarts[_open] = _unescapedCount;
    }

    /// <summary>Adds the key at which the reader stands; <paramref name="key"/> is it without escapes.</summary>
    public KeyFault Add(scoped in Utf8JsonReader reader, out ReadOnlySpan<byte> key)
    {
        key = reader.ValueSpan;
        var slice = new KeySlice((int)reader.TokenStartIndex + 1, key.Length);
        if (reader.ValueIsEscaped)
        {
            if (!JsonText.EscapesAreWhole(key))
                return KeyFault.HalfCharacter;
            if (key.Length > UnescapedBytesMax - _unescapedCount)
                return KeyFault.TooLong;
            slice = Unescape(reader);
            key = BytesOf(slice);
        }
        var start = _keyStarts[_open];
        var count = _keyCount - start;
        if (count >= KeysPerObjectMax)
            return KeyFault.TooMany;
        if (count < PairwiseMax)
        {
            foreach (var other in _keys.AsSpan(start, count))
            {
                if (other.Length == key.Length && BytesOf(other).SequenceEqual(key))
                    return KeyFault.Duplicate;
            }
        }
        if (_keyCount == _keys.Length)
            Grow(ref _keys, _keyCount + 1);
        _keys[_keyCount++] = slice;
        return KeyFault.None;
    }

    /// <summary>
    /// Closes the innermost object; <paramref name="duplicate"/> is the key that came twice, if one did.
    /// </summary>
    public KeyFault CloseObject(out ReadOnlySpan<byte> duplicate)
    {
        duplicate = default;
        var start = _keyStarts[_open];
        var keys = _keys.AsSpan(start, _keyCount - start);
        _keyCount = start;
        _unescapedCount = _unescapedStarts[_open];
        _open--;
        if (keys.Length <= PairwiseMax)
            return KeyFault.None;
        Sort(keys);
        for (var i = 1; i < keys.Length; i++)
        {
            if (Compare(keys[i - 1], keys[i]) == 0)
            {
                duplicate = BytesOf(keys[i]);
                return KeyFault.Duplicate;
            }
        }
        return KeyFault.None;
    }

    public void Dispose()
    {
        ArrayPool<KeySlice>.Shared.Return(_keys);
        if (_unescaped.Length > 0)
            ArrayPool<byte>.Shared.Return(_unescaped);
        _keys = [];
        _unescaped = [];
    }

    private KeySlice Unescape(in Utf8JsonReader reader)
    {
        var longest = reader.ValueSpan.Length;
        if (_unescaped.Length - _unescapedCount < longest)
            Grow(ref _unescaped, _unescapedCount + longest);
        var length = reader.CopyString(_unescaped.AsSpan(_unescapedCount));
        var slice = new KeySlice(~_unescapedCount, length);
        _unescapedCount += length;
        return slice;
    }

    private readonly ReadOnlySpan<byte> BytesOf(KeySlice key) => key.Offset >= 0
        ? _body.Slice(key.Offset, key.Length)
        : _unescaped.AsSpan(~key.Offset, key.Length);

    private readonly int Compare(KeySlice left, KeySlice right)
    {
        var byLength = left.Length.CompareTo(right.Length);
        return byLength != 0 ? byLength : BytesOf(left).SequenceCompareTo(BytesOf(right));
    }

    /// <summary>A heap sort: the framework's sort takes no comparer that holds spans.</summary>
    private readonly void Sort(Span<KeySlice> keys)
    {
        for (var root = keys.Length / 2 - 1; root >= 0; root--)
            SiftDown(keys, root);
        for (var end = keys.Length - 1; end > 0; end--)
        {
            (keys[0], keys[end]) = (keys[end], keys[0]);
            SiftDown(keys[..end], 0);
        }
    }

    private readonly void SiftDown(Span<KeySlice> heap, int root)
    {
        for (var child = 2 * root + 1; child < heap.Length; child = 2 * root + 1)
        {
            if (child + 1 < heap.Length && Compare(heap[child], heap[child + 1]) < 0)
                child++;
            if (Compare(heap[root], heap[child]) >= 0)
                return;
            (heap[root], heap[child]) = (heap[child], heap[root]);
            root = child;
        }
    }

    private static void Grow<T>(ref T[] array, int needed)
    {
        var larger = ArrayPool<T>.Shared.Rent(Math.Max(needed, array.Length * 2));
        array.CopyTo(larger, 0);
        if (array.Length > 0)
            ArrayPool<T>.Shared.Return(array);
        array = larger;
    }
}

/// <summary>
/// Where an object's key lies: at an offset of the body, or, if negative, at ~offset of the unescaped keys.
/// </summary>
internal readonly record struct KeySlice(int Offset, int Length);

/// <summary>What is wrong with the keys of an object.</summary>
internal enum KeyFault
{
    None,
    Duplicate,
    TooMany,
    TooLong,
    HalfCharacter,
}
