namespace Gatehouse.Core.Ledger;

/// <summary>
/// A leaf that lacks only its time. The time is given by whoever decides the order; everything else can be written
/// earlier and on another thread.
/// </summary>
public static class LeafDraft
{
    /// <summary>Largest leaf in bytes (C2SP tlog-tiles: an entry's length is 16 bits).</summary>
    public const int LeafBytesMax = 65_535;

    /// <summary>Length of the nonce in bytes: a leaf hash that is kept must not be guessable.</summary>
    public const int NonceLength = 16;

    // The version of this format.
    private const int Version = 1;

    private const string Placeholder = "0000-00-00T00:00:00.000Z";

    // What follows the time: quote, then the version, which ends every leaf.
    private static int TailLength => "\",\"v\":1}".Length;

    /// <summary>Writes the leaf with a place for the time; see <c>SetTime</c>.</summary>
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
        writer.Member("t", Placeholder);
        writer.Member("v", Version);
        writer.EndObject();
    }

    /// <summary>Puts the time into a leaf that <see cref="Write"/> wrote.</summary>
    public static void SetTime(Span<byte> leaf, DateTimeOffset time) =>
        LedgerTime.Write(time, leaf[^(TailLength + LedgerTime.Length)..]);

    /// <summary>Puts a time that is already text into a leaf.</summary>
    public static void SetTime(Span<byte> leaf, ReadOnlySpan<byte> time) =>
        time.CopyTo(leaf[^(TailLength + LedgerTime.Length)..]);

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
