namespace Gatehouse.Core.Ledger;

/// <summary>Checks an Ed25519 signature (RFC 8032). Must answer false, not throw, for malformed input.</summary>
/// <param name="publicKey">The 32-byte public key.</param>
/// <param name="message">The bytes that were signed.</param>
/// <param name="signature">The raw signature.</param>
/// <returns>True if the signature is good.</returns>
public delegate bool NoteVerify(byte[] publicKey, byte[] message, byte[] signature);
