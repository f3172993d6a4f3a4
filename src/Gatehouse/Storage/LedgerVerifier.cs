using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>Checks a whole ledger against its own hashes, signatures and commitments.</summary>
internal static class LedgerVerifier
{
    // A purge that runs beside us can take things away faster than we read why; then we read again.
    private const int AttemptsMax = 3;

    /// <summary>Verifies.</summary>
    /// <param name="home">The home; a running server does not mind.</param>
    /// <param name="against">Text of a checkpoint kept elsewhere, or null.</param>
    /// <param name="withPayloads">Whether to decrypt and check every payload too.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="HomeException">The ledger or its public key cannot be read at all.</exception>
    public static VerifyReport Verify(
        HomeDirectory home, string? against, bool withPayloads, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var reader = LedgerReader.OpenReadOnly(home);
            var before = reader.Count();
            var (report, isCoverage) = VerifyOnce(home, reader, against, withPayloads, cancellation);
            if (!isCoverage || attempt == AttemptsMax || reader.Count() == before)
                return report;
        }
    }

    private static (VerifyReport Report, bool IsCoverage) VerifyOnce(
        HomeDirectory home, LedgerReader reader, string? against, bool withPayloads, CancellationToken cancellation)
    {
        var key = LedgerKeys.ReadVerifier(home);
        var faults = new List<VerifyFault>();
        // Checkpoints first: leaves that they cover are there by then.
        var heads = ReadHeads(reader, key, faults);
        var checkpoints = heads.Count;
        if (against is not null)
            AddElsewhere(heads, against, key, faults);
        heads.Sort((left, right) => left.Checkpoint.Size.CompareTo(right.Checkpoint.Size));
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
            if (check.Fault is { } bad)
                faults.Add(bad);
            isCoverage |= check.IsCoverageFault;
            payloads = check.Report;
        }

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

    private static void AddElsewhere(List<SignedHead> heads, string against, VerifierKey key, List<VerifyFault> faults)
    {
        if (Checkpoint.Open(against, key, Ed25519Signer.Verifier, out var reason) is { } checkpoint)
            heads.Add(new SignedHead(checkpoint, null));
        else
            faults.Add(new VerifyFault(-1, $"The checkpoint kept elsewhere is not good: {reason}."));
    }
}
