using System.Buffers;
using System.Security.Cryptography;
using System.Text;
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

/// <summary>
/// How a payload lies in the database: nonce[12] || AES-256-GCM(salt[32] || bytes) || tag[16], under the key of its day
/// and a random nonce. The entry's id, kind and class are bound to it, so that no row can stand in for another. NIST SP
/// 800-38D allows 2^32 random nonces for a key: 49,000 payloads a second for a whole day.
/// </summary>
internal static class PayloadSeal
{
    // NIST SP 800-38D: 96-bit nonce, 128-bit tag.
    private const int NonceLength = 12;
    public const int TagLength = 16;

    /// <summary>Bytes that sealing adds.</summary>
    public const int Overhead = NonceLength + Commitment.SaltLength + TagLength;

    /// <summary>Seals a payload into <paramref name="target"/> and answers its commitment.</summary>
    /// <param name="dayKey">The key of its day of expiry and class.</param>
    /// <param name="id">The entry's id.</param>
    /// <param name="part">The payload.</param>
    /// <param name="target">Room for the bytes and <see cref="Overhead"/>.</param>
    public static Hash256 Close(DayKey dayKey, string id, in PayloadPart part, Span<byte> target)
    {
        RandomPool.Fill(target[..(NonceLength + Commitment.SaltLength)]);
        var salt = target.Slice(NonceLength, Commitment.SaltLength);
        var text = target.Slice(NonceLength, Commitment.SaltLength + part.Length);
        part.Bytes.CopyTo(text[Commitment.SaltLength..]);
        var commitment = Commitment.Compute(part.Kind, salt, text[Commitment.SaltLength..]);
        Span<byte> bound = stackalloc byte[BoundMax];
        var aes = dayKey.Take();
        aes.Encrypt(
            target[..NonceLength], text, text, target.Slice(NonceLength + text.Length, TagLength),
            Bound(id, part.Kind, part.Class, bound));
        dayKey.GiveBack(aes);
        return commitment;
    }

    /// <summary>Opens a sealed payload. Null if it was changed or belongs elsewhere.</summary>
    /// <param name="dayKey">The key of its day of expiry and class.</param>
    /// <param name="id">The entry's id.</param>
    /// <param name="record">What the leaf says of it.</param>
    /// <param name="stored">The sealed bytes.</param>
    public static byte[]? Open(DayKey dayKey, string id, PayloadRecord record, ReadOnlySpan<byte> stored)
    {
        if (stored.Length < Overhead)
            return null;
        var text = new byte[stored.Length - NonceLength - TagLength];
        Span<byte> bound = stackalloc byte[BoundMax];
        var aes = dayKey.Take();
        try
        {
            aes.Decrypt(
                stored[..NonceLength], stored[NonceLength..^TagLength], stored[^TagLength..], text,
                Bound(id, record.Kind, record.Class, bound));
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        finally
        {
            dayKey.GiveBack(aes);
        }

        var bytes = text.AsSpan(Commitment.SaltLength);
        var commitment = Commitment.Compute(record.Kind, text.AsSpan(0, Commitment.SaltLength), bytes);
        return commitment == record.Commitment && bytes.Length == record.Bytes ? bytes.ToArray() : null;
    }

    // The fixed words and an id; ids of entries are far shorter than this.
    private const int BoundMax = 256;

    private static ReadOnlySpan<byte> Bound(string id, PayloadKind kind, RetentionClass retention, Span<byte> target)
    {
        var length = Encoding.UTF8.GetBytes("gatehouse/sealed/v2\0", target);
        length += Encoding.UTF8.GetBytes(id, target[length..]);
        target[length++] = 0;
        target[length++] = (byte)kind;
        target[length++] = (byte)retention;
        return target[..length];
    }
}

/// <summary>
/// Random bytes from the system's generator, fetched a page at a time for each thread: one fetch costs about as much
/// as a hash, and every entry needs several small ones (measured with bench/gate). Bytes are used once and erased.
/// </summary>
internal static class RandomPool
{
    private const int PageBytes = 1_024;

    [ThreadStatic]
    private static byte[]? s_page;

    [ThreadStatic]
    private static int s_used;

    /// <summary>Fills the target with random bytes that nobody else gets.</summary>
    public static void Fill(Span<byte> target)
    {
        if (target.Length > PageBytes)
        {
            RandomNumberGenerator.Fill(target);
            return;
        }

        if (s_page is null || s_used + target.Length > PageBytes)
        {
            s_page ??= new byte[PageBytes];
            RandomNumberGenerator.Fill(s_page);
            s_used = 0;
        }

        var taken = s_page.AsSpan(s_used, target.Length);
        taken.CopyTo(target);
        taken.Clear();
        s_used += target.Length;
    }
}
