using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>
/// Does on the caller's thread all that does not depend on the order of entries: commitments, encryption, the leaf
/// but for its index and time.
/// </summary>
internal sealed class DraftEncoder(LedgerSettings settings)
{
    /// <summary>What an append counts for in the queue beyond its payloads.</summary>
    public const int CostBase = 4_096;

    [ThreadStatic]
    private static CanonicalWriter? s_writer;

    /// <summary>What a draft will hold in memory, in bytes.</summary>
    public static long CostOf(LedgerDraft draft)
    {
        long cost = CostBase;
        for (var i = 0; i < draft.Payloads.Count; i++)
            cost += draft.Payloads[i].Length;
        return cost;
    }

    /// <summary>Makes a draft ready for the writer. Null if its leaf would be too large.</summary>
    /// <exception cref="IOException">The disk refused a new day key.</exception>
    public AppendWork? Encode(LedgerDraft draft, DayKeys keys, DateTimeOffset now)
    {
        var work = AppendWork.Rent(draft, now, CostOf(draft));
        try
        {
            var keep = KeepOf(draft.Payloads, now);
            var records = Seal(work, draft, keep, keys);
            var writer = s_writer ??= new CanonicalWriter(LeafDraft.LeafBytesMax);
            Span<byte> nonce = stackalloc byte[LeafDraft.NonceLength];
            RandomPool.Fill(nonce);
            LeafDraft.Write(writer, (settings.Origin, keep), draft.Entry, records, nonce);
            if (writer.IsOverflown || writer.Written.Length > LeafDraft.LeafBytesMax - LeafDraft.TailBytesMax)
            {
                work.Discard();
                return null;
            }

            work.SetLeaf(writer.Written);
            return work;
        }
        catch
        {
            work.Discard();
            throw;
        }
    }

    private static PayloadRecord[] Seal(AppendWork work, LedgerDraft draft, KeepUntil keep, DayKeys keys)
    {
        var parts = draft.Payloads;
        if (parts.Count == 0)
            return [];
        var records = new PayloadRecord[parts.Count];
        for (var i = 0; i < parts.Count; i++)
        {
            var part = parts[i];
            if (FindSame(parts, i) is { } same)
            {
                records[i] = new PayloadRecord(part.Kind, part.Class, part.Length, null, same);
                continue;
            }

            var expires = keep.For(part.Class)!.Value;
            var key = keys.GetOrCreate(DateOnly.FromDateTime(expires.UtcDateTime), part.Class);
            var length = part.Length + PayloadSeal.Overhead;
            var buffer = AppendWork.RentBuffer(length, out var pages);
            work.Parts.Add(new SealedPart(part.Kind, part.Class, expires.ToUnixTimeMilliseconds(), buffer, pages));
            var commitment = PayloadSeal.Close(key, draft.Entry.Id, part, buffer.Span);
            records[i] = new PayloadRecord(part.Kind, part.Class, part.Length, commitment, null);
        }

        return records;
    }

    private static PayloadKind? FindSame(IReadOnlyList<PayloadPart> parts, int index)
    {
        var part = parts[index];
        for (var i = 0; i < index; i++)
        {
            var other = parts[i];
            if (other.Kind == part.Kind)
            {
                throw new ArgumentException(
                    $"An entry has two payloads of the kind '{part.Kind.Word()}'.", nameof(parts));
            }

            if (other.Class == part.Class && other.HasSameBytes(part))
                return other.Kind;
        }

        return null;
    }

    private KeepUntil KeepOf(IReadOnlyList<PayloadPart> parts, DateTimeOffset now)
    {
        var (inputs, outputs) = (false, false);
        for (var i = 0; i < parts.Count; i++)
        {
            inputs |= parts[i].Class == RetentionClass.Inputs;
            outputs |= parts[i].Class == RetentionClass.Outputs;
        }

        return new KeepUntil(
            now + settings.KeepLogs,
            inputs ? now + settings.KeepInputs : null,
            outputs ? now + settings.KeepOutputs : null);
    }
}
