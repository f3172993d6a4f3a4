namespace Gatehouse.Core.Ledger;

/// <summary>Signs <paramref name="message"/> with a key that the caller keeps; 64 bytes for Ed25519.</summary>
/// <param name="message">The bytes to sign.</param>
/// <returns>The raw signature.</returns>
public delegate byte[] NoteSign(byte[] message);
