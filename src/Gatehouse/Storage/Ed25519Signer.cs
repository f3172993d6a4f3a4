using Gatehouse.Core.Ledger;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Gatehouse.Storage;

/// <summary>Ed25519 (RFC 8032), which .NET does not have.</summary>
internal static class Ed25519Signer
{
    /// <summary>Length of the secret seed in bytes.</summary>
    public const int SeedLength = 32;

    /// <summary>Checks signatures of notes.</summary>
    public static NoteVerify Verifier { get; } = Verify;

    public static byte[] PublicKey(byte[] seed)
    {
        var key = new byte[Ed25519.PublicKeySize];
        Ed25519.GeneratePublicKey(seed, 0, key, 0);
        return key;
    }

    public static byte[] Sign(byte[] seed, byte[] message)
    {
        var signature = new byte[Ed25519.SignatureSize];
        Ed25519.Sign(seed, 0, message, 0, message.Length, signature, 0);
        return signature;
    }

    private static bool Verify(byte[] publicKey, byte[] message, byte[] signature) =>
        publicKey.Length == Ed25519.PublicKeySize
        && signature.Length == Ed25519.SignatureSize
        && Ed25519.Verify(signature, 0, publicKey, 0, message, 0, message.Length);
}
