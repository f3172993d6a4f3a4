namespace Gatehouse.Core.Estate;

/// <summary>
/// A credential could not be had. It lies here, beside the reference, because the vault throws it and the gate catches
/// it, and those two know nothing of each other.
/// </summary>
/// <param name="reference">What was to be resolved; the message names it.</param>
/// <param name="why">The cause and what to do, without a full stop. Never a value.</param>
public sealed class CredentialException(CredentialReference reference, string why)
    : Exception($"The credential {reference} cannot be used: {why}.");
