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
