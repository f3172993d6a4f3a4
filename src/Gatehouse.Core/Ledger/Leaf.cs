using System.Buffers.Text;
using System.Text.Json;

namespace Gatehouse.Core.Ledger;

/// <summary>A leaf read back.</summary>
public sealed record Leaf
{
    /// <summary>The log's name: estate and node.</summary>
    public required string Log { get; init; }

    /// <summary>Its index in the log.</summary>
    public required long Index { get; init; }

    /// <summary>When it was written.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Until when what is kept.</summary>
    public required KeepUntil Keep { get; init; }

    /// <summary>What it says.</summary>
    public required LedgerEntry Entry { get; init; }

    /// <summary>What it says of its payloads.</summary>
    public required IReadOnlyList<PayloadRecord> Payloads { get; init; }

    /// <summary>Reads a leaf.</summary>
    /// <exception cref="FormatException">It is not a canonical leaf of version 1, or of an unknown kind.</exception>
    public static Leaf Parse(ReadOnlyMemory<byte> bytes)
    {
        if (!LeafHeader.TryRead(bytes.Span, out var header))
            throw new FormatException("This is not a canonical leaf of version 1.");
        if (!LedgerTime.TryParse(header.Time, out var time))
            throw EntryBody.Missing("t");
        using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = CanonicalWriter.DepthMax });
        var root = document.RootElement;
        var keep = root.ObjectIfSet("keep_until") ?? throw EntryBody.Missing("keep_until");
        var body = root.ObjectIfSet("body") ?? throw EntryBody.Missing("body");
        return new Leaf
        {
            Log = root.Text("log"),
            Index = header.Index,
            Time = time,
            Keep = new KeepUntil(keep.Time("logs"), TimeIfSet(keep, "inputs"), TimeIfSet(keep, "outputs")),
            Entry = LedgerEntry.Read(root.Text("kind"), root.Text("id"), body),
            Payloads = root.TryGetProperty("payloads", out var payloads)
                ? [.. payloads.EnumerateArray().Select(ReadPayload)]
                : [],
        };
    }

    private static DateTimeOffset? TimeIfSet(JsonElement keep, string name) =>
        keep.TryGetProperty(name, out _) ? keep.Time(name) : null;

    private static PayloadRecord ReadPayload(JsonElement payload)
    {
        Hash256? commitment = null;
        if (payload.TextIfSet("commitment") is { } text)
            commitment = Hash256.TryParse(text, out var hash) ? hash : throw EntryBody.Missing("commitment");
        return new PayloadRecord(
            LedgerWords.ParsePayloadKind(payload.Text("kind")),
            LedgerWords.ParseRetentionClass(payload.Text("class")),
            payload.Number("bytes"),
            commitment,
            payload.TextIfSet("same_as") is { } same ? LedgerWords.ParsePayloadKind(same) : null);
    }
}

/// <summary>The envelope of a leaf as slices of its bytes: what verification needs, without allocating.</summary>
public ref struct LeafHeader
{
    // Ten members at most: body, id, keep_until, kind, log, nonce, payloads, seq, t, v.
    private const int MembersMax = 10;

    /// <summary>The entry's id.</summary>
    public ReadOnlySpan<byte> Id { get; private set; }

    /// <summary>The word for the kind of entry.</summary>
    public ReadOnlySpan<byte> Kind { get; private set; }

    /// <summary>The log's name, as it stands between the quotes.</summary>
    public ReadOnlySpan<byte> Log { get; private set; }

    /// <summary>The time, 24 bytes.</summary>
    public ReadOnlySpan<byte> Time { get; private set; }

    /// <summary>The leaf's index.</summary>
    public long Index { get; private set; }

    /// <summary>True if the leaf lists payloads.</summary>
    public bool HasPayloads { get; private set; }

    /// <summary>Reads the envelope. False unless the bytes are a canonical leaf of version 1.</summary>
    public static bool TryRead(ReadOnlySpan<byte> leaf, out LeafHeader header)
    {
        header = default;
        Span<CanonicalMember> members = stackalloc CanonicalMember[MembersMax];
        if (leaf.Length > LeafDraft.LeafBytesMax)
            return false;
        var count = CanonicalScanner.ScanObject(leaf, members);
        if (count < MembersMax - 1)
            return false;
        header.HasPayloads = count == MembersMax;
        // The names are in order and all but one are required, so each has its place.
        var tail = header.HasPayloads ? 1 : 0;
        if (!Named(leaf, members[0], "body"u8) || !Named(leaf, members[1], "id"u8)
            || !Named(leaf, members[2], "keep_until"u8) || !Named(leaf, members[3], "kind"u8)
            || !Named(leaf, members[4], "log"u8) || !Named(leaf, members[5], "nonce"u8)
            || (header.HasPayloads && !Named(leaf, members[6], "payloads"u8))
            || !Named(leaf, members[6 + tail], "seq"u8) || !Named(leaf, members[7 + tail], "t"u8)
            || !Named(leaf, members[8 + tail], "v"u8))
        {
            return false;
        }

        header.Id = Text(leaf, members[1]);
        header.Kind = Text(leaf, members[3]);
        header.Log = Text(leaf, members[4]);
        header.Time = Text(leaf, members[7 + tail]);
        return leaf[members[8 + tail].Value].SequenceEqual("1"u8)
            && Utf8Parser.TryParse(leaf[members[6 + tail].Value], out long index, out var used)
            && (header.Index = index) >= 0 && used == leaf[members[6 + tail].Value].Length
            && leaf[members[0].Value][0] == (byte)'{'
            && leaf[members[2].Value][0] == (byte)'{'
            && (!header.HasPayloads || leaf[members[6].Value][0] == (byte)'[')
            && Text(leaf, members[5]).Length == LeafDraft.NonceLength * 2
            && LedgerTime.HasForm(header.Time);
    }

    private static bool Named(ReadOnlySpan<byte> leaf, CanonicalMember member, ReadOnlySpan<byte> name) =>
        leaf[member.Name].SequenceEqual(name);

    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> leaf, CanonicalMember member)
    {
        var value = leaf[member.Value];
        return value[0] == (byte)'"' ? value[1..^1] : [];
    }
}
