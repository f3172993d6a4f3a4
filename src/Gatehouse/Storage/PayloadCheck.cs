using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>Opens every payload and compares it with its commitment.</summary>
internal sealed class PayloadCheck(LedgerReader reader, LedgerKeys keys, TreeCheck tree)
{
    private const int LeavesInPage = 512;

    private long _checked;
    private long _purged;
    private long _unreadable;
    private long _rows;

    private VerifyFault? _fault;
    private VerifyFault? _closed;

    /// <summary>The first payload that is wrong, and the first that cannot be opened.</summary>
    public IEnumerable<VerifyFault> Faults => new[] { _fault, _closed }.OfType<VerifyFault>();

    /// <summary>True if it may only be missing because of a purge newer than the log that was read.</summary>
    public bool IsCoverageFault { get; private set; }

    public PayloadReport Report => new(_checked, _purged, _unreadable);

    public void Run(long leaves, CancellationToken cancellation)
    {
        for (long next = 0; next < leaves && _fault is null;)
        {
            cancellation.ThrowIfCancellationRequested();
            var page = reader.ReadEntries(next, LeavesInPage);
            foreach (var entry in page.TakeWhile(entry => entry.Index < leaves && _fault is null))
                CheckEntry(entry);
            next = page.Count == 0 ? leaves : page[^1].Index + 1;
        }

        var stored = reader.CountPayloads(leaves);
        if (_fault is null && stored > _rows)
            _fault = new VerifyFault(-1, $"{stored - _rows} payloads belong to no leaf.");
    }

    private void CheckEntry(StoredEntry entry)
    {
        if (entry.Leaf is not { } leaf)
            return;
        foreach (var record in leaf.Payloads.Where(payload => payload.Commitment is not null))
        {
            var expires = leaf.Keep.For(record.Class);
            if (expires is null)
                Fail(entry.Index, record, "has no time of expiry");
            else if (reader.FindPayloadRow(entry.Index, record.Kind) is not { } row)
                CheckMissing(entry.Index, record, expires.Value);
            else
                CheckRow(entry.Index, leaf, record, row);
        }
    }

    private void CheckMissing(long index, PayloadRecord record, DateTimeOffset expires)
    {
        if (tree.MayBePurged(index, expires))
        {
            _purged++;
            return;
        }

        IsCoverageFault = true;
        Fail(index, record, "is missing, and no purge on record says so");
    }

    private void CheckRow(long index, Leaf leaf, PayloadRecord record, (long Class, long Expires, byte[] Sealed) row)
    {
        _rows++;
        var expires = leaf.Keep.For(record.Class)!.Value;
        var day = DateOnly.FromDateTime(expires.UtcDateTime);
        if (row.Class != (long)record.Class || row.Expires != expires.ToUnixTimeMilliseconds())
            Fail(index, record, "lies under another class or time of expiry than its leaf says");
        else if (FindKey(day, record.Class, out var why) is not { } key)
            CheckClosed(index, record, expires, why);
        else if (PayloadSeal.Open(key, leaf.Entry.Id, record, row.Sealed) is null)
            Fail(index, record, "was changed");
        else
            _checked++;
    }

    // A purge deletes keys only after what they open: a key that is gone before took something with it.
    private void CheckClosed(long index, PayloadRecord record, DateTimeOffset expires, string why)
    {
        _unreadable++;
        if (tree.MayBePurged(index, expires))
            return;
        _closed ??= new VerifyFault(index,
            $"The payload '{record.Kind.Word()}' of leaf {index} is to be kept until {LedgerTime.ToText(expires)} and "
            + $"cannot be opened: {why}");
    }

    private DayKey? FindKey(DateOnly day, RetentionClass retention, out string why)
    {
        why = keys.Days.Exists(day, retention)
            ? "the key that seals its day's key is not in kek/. Restore that directory, or leave out --payloads."
            : "its day's key is not in keys/. Restore that directory.";
        try
        {
            return keys.Days.Find(day, retention);
        }
        catch (HomeException e)
        {
            why = e.Message;
            return null;
        }
    }

    private void Fail(long index, PayloadRecord record, string what) =>
        _fault ??= new VerifyFault(index, $"The payload '{record.Kind.Word()}' of leaf {index} {what}.");
}
