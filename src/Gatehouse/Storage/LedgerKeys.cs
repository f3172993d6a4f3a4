using System.Security.Cryptography;
using System.Text;
using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>
/// The keys of a home. The signing key and the day keys lie in <c>keys/</c>, each sealed by a key-encrypting key in
/// <c>kek/</c>; the public key lies in plain text beside them.
/// </summary>
internal sealed class LedgerKeys
{
    private const string SigningName = "signing";

    private readonly byte[]? _seed;

    private LedgerKeys(VerifierKey verifier, byte[]? seed, DayKeys days)
    {
        (Verifier, _seed, Days) = (verifier, seed, days);
    }

    /// <summary>The log's public key.</summary>
    public VerifierKey Verifier { get; }

    /// <summary>Keys of payloads.</summary>
    public DayKeys Days { get; }

    /// <summary>Reads the keys of a home that has some.</summary>
    /// <exception cref="HomeException">There are none, or they are damaged.</exception>
    public static LedgerKeys Open(HomeDirectory home)
    {
        var wrap = KeyWrap.Open(home);
        var seedPath = SeedPath(home);
        var seed = wrap.HasKeys && File.Exists(seedPath) ? wrap.Read(seedPath, SigningName) : null;
        return new LedgerKeys(ReadVerifier(home), seed, new DayKeys(home.KeysDirectory, wrap));
    }

    /// <summary>Reads the keys of a home, or makes them for a new one.</summary>
    /// <exception cref="HomeException">Keys are missing where a ledger exists, or belong to another log.</exception>
    /// <exception cref="IOException">The disk refused to take new keys.</exception>
    public static LedgerKeys OpenOrCreate(HomeDirectory home, string origin, DateTimeOffset now)
    {
        Directory.CreateDirectory(home.KeysDirectory);
        var wrap = KeyWrap.Open(home);
        var seedPath = SeedPath(home);
        if (!File.Exists(seedPath) || !wrap.HasKeys)
        {
            if (home.HasLedger || File.Exists(VerifierPath(home)) || HeadFile.SizeIn(home) > 0)
            {
                throw new HomeException(
                    $"The home {home.Path} has a ledger, or had one, but not its keys. "
                    + "Restore keys/ and kek/ from where you keep them.");
            }

            if (!wrap.HasKeys)
                wrap.Create(now);
            var made = RandomNumberGenerator.GetBytes(Ed25519Signer.SeedLength);
            // The empty head comes before the key: a home with a key and without a head had its head taken away.
            HeadFile.Write(home, SignEmpty(new VerifierKey(origin, Ed25519Signer.PublicKey(made)), made));
            wrap.Write(seedPath, SigningName, made);
        }

        var seed = wrap.Read(seedPath, SigningName)
            ?? throw new HomeException($"{seedPath} is sealed by a key that is not in kek/. Restore that directory.");
        var verifier = new VerifierKey(origin, Ed25519Signer.PublicKey(seed));
        if (!File.Exists(VerifierPath(home)))
            DurableFile.Write(VerifierPath(home), Encoding.UTF8.GetBytes(verifier + "\n"));
        var written = ReadVerifier(home);
        if (written.ToString() != verifier.ToString())
        {
            throw new HomeException(
                $"The home {home.Path} belongs to the log {written.Name}, but the estate names {origin}. "
                + "A ledger keeps its name: restore `name:` and `node:`, or start a new home.");
        }

        return new LedgerKeys(verifier, seed, new DayKeys(home.KeysDirectory, wrap));
    }

    /// <summary>Signs a note's text.</summary>
    public byte[] Sign(byte[] message) =>
        Ed25519Signer.Sign(_seed ?? throw new InvalidOperationException("These keys only read."), message);

    /// <summary>Reads the public key alone, which needs no other key.</summary>
    public static VerifierKey ReadVerifier(HomeDirectory home)
    {
        var path = VerifierPath(home);
        if (!File.Exists(path))
            throw new HomeException($"There is no public key at {path}. Restore keys/ from where you keep it.");
        return VerifierKey.TryParse(File.ReadAllText(path).TrimEnd('\n'), out var key)
            ? key
            : throw new HomeException($"The public key {path} is damaged. Restore it from a backup.");
    }

    /// <summary>True if the home has a public key: it has a ledger, or had one.</summary>
    public static bool HasVerifier(HomeDirectory home) => File.Exists(VerifierPath(home));

    private static string SignEmpty(VerifierKey verifier, byte[] seed) =>
        new Checkpoint(verifier.Name, 0, MerkleTree.EmptyRoot)
            .Sign(verifier, message => Ed25519Signer.Sign(seed, message)).ToString();

    private static string SeedPath(HomeDirectory home) => Path.Combine(home.KeysDirectory, "signing.key");

    private static string VerifierPath(HomeDirectory home) => Path.Combine(home.KeysDirectory, "log.vkey");
}
