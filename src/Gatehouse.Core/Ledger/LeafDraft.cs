using System.Buffers.Text;

namespace Gatehouse.Core.Ledger;

/// <summary>
/// A leaf that lacks only its index and time, version 1 of the format. The writer decides the order and gives those
/// two; everything else can be written earlier and on another thread.
/// </summary>
public static class LeafDraft
{
    /// <summary>Largest leaf in bytes (C2SP tlog-tiles: an entry's length is 16 bits).</summary>
    public const int LeafBytesMax = 65_535;

    /// <summary>Length of the nonce in bytes: a leaf hash that is kept must not be guessable.</summary>
    public const int NonceLength = 16;

    /// <summary>Room that <see cref="Finish"/> needs behind what <see cref="Write"/> wrote, in bytes.</summary>
    public const int TailBytesMax = 80;

    /// <summary>Writes a leaf up to its index and time; see <see cref="Finish"/>.</summary>
    /// <param name="writer">Where to; it is reset first. If it is overflown afterwards, the entry is too large.</param>
    /// <param name="envelope">The log's name and what is kept until when.</param>
    /// <param name="entry">What the leaf says.</param>
    /// <param name="payloads">What it says of its payloads.</param>
    /// <param name="nonce">16 random bytes.</param>
    public static void Write(
        CanonicalWriter writer,
        (string Log, KeepUntil Keep) envelope,
        LedgerEntry entry,
        IReadOnlyList<PayloadRecord> payloads,
        ReadOnlySpan<byte> nonce)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(payloads);
        writer.Reset();
        writer.BeginObject();
        writer.Name("body");
        writer.BeginObject();
        entry.WriteBody(writer);
        writer.EndObject();
        writer.Member("id", entry.Id);
        writer.Name("keep_until");
        WriteKeep(writer, envelope.Keep);
        writer.Member("kind", entry.Kind);
        writer.Member("log", envelope.Log);
        writer.Member("nonce", Convert.ToHexStringLower(nonce));
        if (payloads.Count > 0)
            WritePayloads(writer, payloads);
    }

    /// <summary>Writes the end of a leaf: its index, its time, the version.</summary>
    /// <param name="buffer">The start of the leaf, and room for <see cref="TailBytesMax"/> more bytes.</param>
    /// <param name="length">Bytes of the start.</param>
    /// <param name="index">The leaf's index, so that a leaf in another place is noticed at its place.</param>
    /// <param name="time">The time as text, see <see cref="LedgerTime"/>.</param>
    /// <returns>Bytes of the whole leaf.</returns>
    public static int Finish(Span<byte> buffer, int length, long index, ReadOnlySpan<byte> time)
    {
        length += Put(buffer[length..], ",\"seq\":"u8);
        Utf8Formatter.TryFormat(index, buffer[length..], out var digits);
        length += digits;
        length += Put(buffer[length..], ",\"t\":\""u8);
        length += Put(buffer[length..], time);
        length += Put(buffer[length..], "\",\"v\":1}"u8);
        return length;
    }

    /// <summary>Bytes that <see cref="Finish"/> adds for a leaf at an index.</summary>
    public static int TailLengthOf(long index)
    {
        // ,"seq":N,"t":"…","v":1}
        const int fixedBytes = 7 + 6 + LedgerTime.Length + 8;
        var digits = 1;
        for (var rest = index / 10; rest > 0; rest /= 10)
            digits++;
        return fixedBytes + digits;
    }

    private static int Put(Span<byte> target, ReadOnlySpan<byte> text)
    {
        text.CopyTo(target);
        return text.Length;
    }

    private static void WriteKeep(CanonicalWriter writer, KeepUntil keep)
    {
        writer.BeginObject();
        if (keep.Inputs is { } inputs)
            writer.Member(RetentionClass.Inputs.Word(), LedgerTime.ToText(inputs));
        writer.Member(RetentionClass.Logs.Word(), LedgerTime.ToText(keep.Logs));
        if (keep.Outputs is { } outputs)
            writer.Member(RetentionClass.Outputs.Word(), LedgerTime.ToText(outputs));
        writer.EndObject();
    }

    private static void WritePayloads(CanonicalWriter writer, IReadOnlyList<PayloadRecord> payloads)
    {
        writer.Name("payloads");
        writer.BeginArray();
        foreach (var payload in payloads)
        {
            writer.BeginObject();
            writer.Member("bytes", payload.Bytes);
            writer.Member("class", payload.Class.Word());
            if (payload.Commitment is { } commitment)
                writer.Member("commitment", commitment.ToString());
            writer.Member("kind", payload.Kind.Word());
            if (payload.SameAs is { } other)
                writer.Member("same_as", other.Word());
            writer.EndObject();
        }

        writer.EndArray();
    }
}
