namespace Gatehouse.Storage;

/// <summary>Checks a whole ledger against its own hashes, signatures and commitments.</summary>
internal static class LedgerVerifier
{
    /// <summary>Verifies.</summary>
    /// <param name="home">The home; a running server does not mind.</param>
    /// <param name="against">Text of a checkpoint kept elsewhere, or null.</param>
    /// <param name="withPayloads">Whether to decrypt and check every payload too.</param>
    /// <param name="cancellation">Stops it.</param>
    public static VerifyReport Verify(
        HomeDirectory home, string? against, bool withPayloads, CancellationToken cancellation) =>
        throw new NotImplementedException();
}
