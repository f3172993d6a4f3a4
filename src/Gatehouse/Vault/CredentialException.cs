using Gatehouse.Core.Estate;

namespace Gatehouse.Vault;

/// <summary>A credential could not be had. The message names the reference, never a value.</summary>
internal sealed class CredentialException(CredentialReference reference, string why)
    : Exception($"The credential {reference} cannot be used: {why}.");
