using Gatehouse.Core.Ledger;
using Microsoft.Data.Sqlite;

namespace Gatehouse.Storage;

/// <summary>Checks a whole ledger against its own hashes, signatures and commitments.</summary>
internal static class LedgerVerifier
{
    // A purge that runs beside us can take things away faster than we read why; then we read again.
    private const int AttemptsMax = 3;

    /// <summary>Verifies.</summary>
    /// <param name="home">The home; a running server does not mind.</param>
    /// <param name="against">Text of a checkpoint kept elsewhere, or of a log with the heads in it, or null.</param>
    /// <param name="withPayloads">Whether to decrypt and check every payload too.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="HomeException">There is nothing to verify, or its public key cannot be read.</exception>
    public static VerifyReport Verify(
        HomeDirectory home, string? against, bool withPayloads, CancellationToken cancellation)
    {
        if (!home.HasLedger && LedgerKeys.HasVerifier(home) && HeadFile.SizeIn(home) is not 0)
        {
            return Broken(
                $"The ledger {home.LedgerFile} is {(File.Exists(home.LedgerFile) ? "empty" : "not there")}, but this "
                + "home had one.");
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var reader = LedgerReader.OpenReadOnly(home);
                var before = reader.Count();
                var (report, isCoverage) = VerifyOnce(home, reader, against, withPayloads, cancellation);
                if (!isCoverage || attempt == AttemptsMax || reader.Count() == before)
                    return report;
            }
            catch (Exception e) when (e is SqliteFaultException or SqliteException
                or HomeException { InnerException: SqliteFaultException or SqliteException })
            {
                return Broken($"The database cannot be read: {e.Message}");
            }
        }
    }

    private static VerifyReport Broken(string what) => new()
    {
        Faults = [new VerifyFault(-1, what)],
        Leaves = 0,
        Pruned = 0,
        SignedTo = 0,
        Checkpoints = 0,
        Payloads = null,
    };

    private static (VerifyReport Report, bool IsCoverage) VerifyOnce(
        HomeDirectory home, LedgerReader reader, string? against, bool withPayloads, CancellationToken cancellation)
    {
        var key = LedgerKeys.ReadVerifier(home);
        var faults = new List<VerifyFault>();
        // The remembered head first, then checkpoints, then leaves: what one of them covers is there by then.
        var remembered = HeadFile.Read(home, key, out var problem);
        if (remembered is null)
            faults.Add(new VerifyFault(-1, $"{problem}."));
        var heads = ReadHeads(reader, key, faults);
        var checkpoints = heads.Count;
        if (remembered is { Size: > 0 })
        {
            if (heads.TrueForAll(head => head.Checkpoint.Size != remembered.Size))
            {
                faults.Add(new VerifyFault(-1, $"The checkpoint of {remembered.Size} leaves, the last that was signed, "
                    + "is not in the database any more."));
            }

            heads.Add(new SignedHead(remembered, null, " remembered in keys/ledger.head"));
        }

        foreach (var note in against is null ? [] : HeadFile.NotesIn(against))
            AddElsewhere(heads, note, key, faults);
        heads.Sort((left, right) => left.Checkpoint.Size.CompareTo(right.Checkpoint.Size));
        var prunedFlag = reader.PrunedFlag();
        var leaves = reader.Count();
        var tree = new TreeCheck(key.Name, leaves, heads);
        tree.Run(home.LedgerFile, cancellation);
        if (tree.Fault is { } fault)
            faults.Add(fault);
        var isCoverage = tree.IsCoverageFault;
        PayloadReport? payloads = null;
        if (withPayloads && tree.Fault is null)
        {
            var check = new PayloadCheck(reader, LedgerKeys.Open(home), tree);
            check.Run(leaves, cancellation);
            faults.AddRange(check.Faults);
            isCoverage |= check.IsCoverageFault;
            payloads = check.Report;
        }

        if (tree.Fault is null)
        {
            if (prunedFlag > tree.Pruned)
            {
                faults.Add(new VerifyFault(-1, $"The database says that {prunedFlag} leaves were pruned, but "
                    + $"{tree.Pruned} were: a purge would pass over the others."));
            }

            // Older tables are brought up to date by the next start.
            if (StoreConnection.IsUpToDate(reader.Connection))
            {
                using var derived = new DerivedTables(reader);
                derived.Run(leaves, tree.Pruned, cancellation);
                if (derived.Fault is { } differs)
                    faults.Add(differs);
                isCoverage |= derived.Fault is not null;
            }
        }

        AddUnsound(reader, faults);
        var report = new VerifyReport
        {
            Faults = [.. faults.OrderBy(found => found.Index < 0 ? long.MaxValue : found.Index)],
            Leaves = leaves,
            Pruned = tree.Pruned,
            SignedTo = tree.SignedTo,
            Checkpoints = checkpoints,
            Payloads = payloads,
        };
        return (report, isCoverage);
    }

    private static List<SignedHead> ReadHeads(LedgerReader reader, VerifierKey key, List<VerifyFault> faults)
    {
        var heads = new List<SignedHead>();
        foreach (var (size, note, frontier) in reader.ReadCheckpoints())
        {
            if (Checkpoint.Open(note, key, Ed25519Signer.Verifier, out var reason) is not { } checkpoint)
                faults.Add(new VerifyFault(-1, $"The stored checkpoint of {size} leaves is not good: {reason}."));
            else if (checkpoint.Size != size)
                faults.Add(new VerifyFault(-1, $"The checkpoint stored as {size} leaves is of {checkpoint.Size}."));
            else
                heads.Add(new SignedHead(checkpoint, frontier));
        }

        return heads;
    }

    // What was found before counts also where the database then cannot be read any further.
    private static void AddUnsound(LedgerReader reader, List<VerifyFault> faults)
    {
        try
        {
            foreach (var what in reader.FindUnsound())
                faults.Add(new VerifyFault(-1, what));
        }
        catch (SqliteFaultException e)
        {
            faults.Add(new VerifyFault(-1, $"The database cannot be read: {e.Message}"));
        }
    }

    private static void AddElsewhere(List<SignedHead> heads, string against, VerifierKey key, List<VerifyFault> faults)
    {
        if (Checkpoint.Open(against, key, Ed25519Signer.Verifier, out var reason) is { } checkpoint)
            heads.Add(new SignedHead(checkpoint, null, " kept elsewhere"));
        else
            faults.Add(new VerifyFault(-1, $"The checkpoint kept elsewhere is not good: {reason}."));
    }
}

/// <summary>What verification found.</summary>
internal sealed record VerifyReport
{
    /// <summary>True if nothing is wrong.</summary>
    public bool IsGood => Faults.Count == 0;

    /// <summary>What is wrong, the lowest index first.</summary>
    public required IReadOnlyList<VerifyFault> Faults { get; init; }

    /// <summary>Number of leaves.</summary>
    public required long Leaves { get; init; }

    /// <summary>Leaves whose text was pruned by a purge on record.</summary>
    public required long Pruned { get; init; }

    /// <summary>Leaves under the newest good checkpoint.</summary>
    public required long SignedTo { get; init; }

    /// <summary>Leaves after it: no signature covers them yet.</summary>
    public long After => Leaves - SignedTo;

    /// <summary>Checkpoints that were checked.</summary>
    public required int Checkpoints { get; init; }

    /// <summary>Payloads; null if they were not asked for.</summary>
    public required PayloadReport? Payloads { get; init; }
}

/// <summary>Something that verification cannot accept.</summary>
/// <param name="Index">The first leaf it touches; -1 if no leaf can be named.</param>
/// <param name="What">What is wrong, as a sentence.</param>
/// <param name="IsDerived">True if only a table that is derived from the leaves is wrong.</param>
internal sealed record VerifyFault(long Index, string What, bool IsDerived = false);

/// <summary>What checking payloads against their commitments found.</summary>
/// <param name="Checked">Payloads that match.</param>
/// <param name="Purged">Payloads gone by a purge on record.</param>
/// <param name="Unreadable">Payloads that could not be checked because the keys are not here.</param>
internal sealed record PayloadReport(long Checked, long Purged, long Unreadable);
