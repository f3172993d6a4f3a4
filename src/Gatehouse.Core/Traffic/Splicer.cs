using System.Buffers;
using System.Text.Json;

namespace Gatehouse.Core.Traffic;

/// <summary>One recorded change to a body: the only way in which the gate alters what it forwards.</summary>
/// <param name="Offset">Where the replaced bytes begin, in bytes from the body's start.</param>
/// <param name="Length">How many bytes are replaced; 0 inserts.</param>
/// <param name="Replacement">What stands there instead; empty deletes.</param>
public readonly record struct Splice(int Offset, int Length, ReadOnlyMemory<byte> Replacement);

/// <summary>Applies splices to a body; every byte outside them stays as it came.</summary>
public static class Splicer
{
    /// <summary>The length in bytes of the body after the splices, for a <c>Content-Length</c>.</summary>
    public static long LengthAfter(ReadOnlySpan<byte> body, ReadOnlySpan<Splice> splices)
    {
        long length = body.Length;
        foreach (var splice in splices)
            length += splice.Replacement.Length - splice.Length;
        return length;
    }

    /// <summary>
    /// The body with the splices applied, as pieces of the body and the replacements: nothing is copied, and the body
    /// has to stay as it is. The splices may come in any order.
    /// </summary>
    /// <exception cref="ArgumentException">Splices overlap, begin at the same offset, or leave the body.</exception>
    public static ReadOnlySequence<byte> Apply(ReadOnlyMemory<byte> body, ReadOnlySpan<Splice> splices)
    {
        if (!AreDisjoint(body.Length, splices))
        {
            var sorted = splices.ToArray();
            Array.Sort(sorted, static (left, right) => left.Offset.CompareTo(right.Offset));
            if (!AreDisjoint(body.Length, sorted))
                throw new ArgumentException("Splices overlap or leave the body.", nameof(splices));
            splices = sorted;
        }
        var first = new Piece(ReadOnlyMemory<byte>.Empty, 0);
        var (last, taken) = (first, 0);
        foreach (var splice in splices)
        {
            last = last.Then(body[taken..splice.Offset]).Then(splice.Replacement);
            taken = splice.Offset + splice.Length;
        }
        last = last.Then(body[taken..]);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> bytes, long before) => (Memory, RunningIndex) = (bytes, before);

        public Piece Then(ReadOnlyMemory<byte> bytes)
        {
            var next = new Piece(bytes, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }

    private static bool AreDisjoint(int bodyLength, ReadOnlySpan<Splice> splices)
    {
        var free = 0;
        var last = -1;
        foreach (var splice in splices)
        {
            if (splice.Offset < free || splice.Offset <= last || splice.Length < 0
                || splice.Length > bodyLength - splice.Offset)
            {
                return false;
            }
            last = splice.Offset;
            free = splice.Offset + splice.Length;
        }
        return true;
    }
}

/// <summary>Whether and where a stream asks for usage, and the splice that makes it ask.</summary>
internal sealed class UsageRequest
{
    private static readonly byte[] True = "true"u8.ToArray();
    private static readonly byte[] Options = "{\"include_usage\":true}"u8.ToArray();
    private static readonly byte[] Member = "\"include_usage\":true,"u8.ToArray();
    private static readonly byte[] LastMember = "\"include_usage\":true"u8.ToArray();
    private static readonly byte[] OptionsMember = "\"stream_options\":{\"include_usage\":true},"u8.ToArray();

    private Splice? _request;

    public bool IsAsked { get; private set; }

    /// <summary>
    /// The splice, for a body that has other members and begins at this offset; null when usage is asked.
    /// </summary>
    public Splice? Request(int bodyOffset) =>
        IsAsked ? null : _request ?? new Splice(bodyOffset + 1, 0, OptionsMember);

    /// <summary>Takes the value of <c>stream_options</c>; false when it is of a wrong kind.</summary>
    public bool TakeOptions(in Utf8JsonReader reader)
    {
        var at = (int)reader.TokenStartIndex;
        if (reader.TokenType == JsonTokenType.Null)
            _request = new Splice(at, "null".Length, Options);
        else if (reader.TokenType == JsonTokenType.StartObject)
            _request = new Splice(at + 1, 0, JsonPeek.IsEmpty(reader) ? LastMember : Member);
        else
            return false;
        return true;
    }

    /// <summary>Takes the value of <c>stream_options.include_usage</c>; false when it is of a wrong kind.</summary>
    public bool TakeIncludeUsage(in Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.True:
                IsAsked = true;
                return true;
            case JsonTokenType.False or JsonTokenType.Null:
                _request = new Splice((int)reader.TokenStartIndex, reader.ValueSpan.Length, True);
                return true;
            default:
                return false;
        }
    }
}
