namespace Gatehouse.Core.Ledger;

/// <summary>One signature line of a signed note.</summary>
/// <param name="Name">Key name.</param>
/// <param name="KeyId">First four bytes of the key's hash, big-endian.</param>
/// <param name="Signature">The bytes after the key id.</param>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Signature);
