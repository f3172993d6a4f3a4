using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Gatehouse.Core.Ledger;
using Gatehouse.Linux;

namespace Gatehouse.Storage;

/// <summary>
/// One random key for each day of expiry and class. Deleting it makes everything that expired on that day unreadable,
/// wherever a copy may lie.
/// </summary>
internal sealed class DayKeys(string directory, KeyWrap wrap)
{
    /// <summary>Whether something on record lies under the key of a day; asked before a new one is made.</summary>
    public Func<DateOnly, RetentionClass, bool> IsInUse { get; init; } = static (_, _) => false;

    private const string Prefix = "day-";
    private const string DayFormat = "yyyyMMdd";

    private readonly ConcurrentDictionary<(DateOnly Day, RetentionClass Class), DayKey> _known = new();
    private readonly Lock _creating = new();

    /// <summary>The key for payloads that expire on a day, made durable before it is used.</summary>
    /// <exception cref="IOException">The disk refused to take a new key.</exception>
    /// <exception cref="HomeException">The key was taken away, or cannot be opened.</exception>
    public DayKey GetOrCreate(DateOnly day, RetentionClass retention)
    {
        if (_known.TryGetValue((day, retention), out var known))
        {
            // What only this process could still open would be lost with it.
            return File.Exists(known.Path) ? known : throw new HomeException(
                $"The key {known.Path} was removed while the gate ran. Restore it from a backup.");
        }
        var path = PathOf(day, retention);
        lock (_creating)
        {
            if (Find(day, retention) is { } found)
                return found;
            if (File.Exists(path))
                throw new HomeException($"The key {path} is sealed by a key that is not in this home. Restore kek/.");
            // Another key under this name would hide that the first one is gone, and keep it from being restored.
            if (IsInUse(day, retention))
            {
                throw new HomeException(
                    $"The key {path} is not there, but payloads on record are sealed with it. Restore it from a "
                    + "backup.");
            }
            var key = RandomNumberGenerator.GetBytes(KeyWrap.KeyLength);
            wrap.Write(path, NameOf(day, retention), key);
            return Keep(day, retention, key);
        }
    }

    /// <summary>The key for a day, or null if it was deleted or cannot be opened here.</summary>
    public DayKey? Find(DateOnly day, RetentionClass retention)
    {
        if (_known.TryGetValue((day, retention), out var known))
            return known;
        var path = PathOf(day, retention);
        if (!File.Exists(path) || wrap.Read(path, NameOf(day, retention)) is not { } key)
            return null;
        return Keep(day, retention, key);
    }

    /// <summary>True if the key's file is here, whether or not it can be opened.</summary>
    public bool Exists(DateOnly day, RetentionClass retention) => File.Exists(PathOf(day, retention));

    /// <summary>Deletes the keys of days before <paramref name="day"/>, durably.</summary>
    public int DeleteBefore(DateOnly day)
    {
        var deleted = 0;
        foreach (var file in Directory.EnumerateFiles(directory, Prefix + "*.key").ToList())
        {
            if (DayOf(file) is not { } keyDay || keyDay >= day)
                continue;
            File.Delete(file);
            deleted++;
        }

        foreach (var known in _known.Keys.Where(known => known.Day < day).ToList())
        {
            if (_known.TryRemove(known, out var key))
                key.Forget();
        }

        if (deleted > 0)
            LinuxFile.SyncDirectory(directory);
        return deleted;
    }

    /// <summary>The keys of days after <paramref name="day"/>.</summary>
    public IReadOnlyList<(DateOnly Day, RetentionClass Class)> After(DateOnly day) =>
        [.. Enum.GetValues<RetentionClass>().SelectMany(retention => Directory
            .EnumerateFiles(directory, $"{Prefix}*-{retention.Word()}.key")
            .Select(file => DayOf(file)).OfType<DateOnly>().Where(found => found > day)
            .Select(found => (found, retention)))];

    /// <summary>Deletes keys that nothing lies under any more, durably.</summary>
    public int Delete(IReadOnlyCollection<(DateOnly Day, RetentionClass Class)> keys)
    {
        foreach (var (day, retention) in keys)
        {
            if (_known.TryRemove((day, retention), out var known))
                known.Forget();
            File.Delete(PathOf(day, retention));
        }

        if (keys.Count > 0)
            LinuxFile.SyncDirectory(directory);
        return keys.Count;
    }

    private static DateOnly? DayOf(string file)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        return name.Length >= Prefix.Length + DayFormat.Length + 2
            && DateOnly.TryParseExact(
                name.AsSpan(Prefix.Length, DayFormat.Length), DayFormat, CultureInfo.InvariantCulture,
                DateTimeStyles.None, out var day)
            ? day : null;
    }

    private DayKey Keep(DateOnly day, RetentionClass retention, byte[] key)
    {
        // Two threads that read the same file get the same key.
        var mine = new DayKey(PathOf(day, retention), key);
        var kept = _known.GetOrAdd((day, retention), mine);
        if (kept != mine)
            mine.Forget();
        return kept;
    }

    private static string NameOf(DateOnly day, RetentionClass retention) =>
        $"{Prefix}{day.ToString(DayFormat, CultureInfo.InvariantCulture)}-{retention.Word()}";

    private string PathOf(DateOnly day, RetentionClass retention) =>
        Path.Combine(directory, NameOf(day, retention) + ".key");
}

/// <summary>
/// The key of one day of expiry and class, in memory. Its ciphers are kept: to set one up costs more than to seal a
/// short payload with it (measured with bench/gate).
/// </summary>
internal sealed class DayKey(string path, byte[] key)
{
    private readonly ConcurrentBag<AesGcm> _idle = [];
    private volatile bool _isForgotten;

    /// <summary>Its file.</summary>
    public string Path { get; } = path;

    /// <summary>A cipher that nobody else uses until it is given back.</summary>
    /// <exception cref="HomeException">The key was deleted meanwhile.</exception>
    public AesGcm Take()
    {
        if (_idle.TryTake(out var cipher))
            return cipher;
        lock (_idle)
        {
            return _isForgotten
                ? throw new HomeException($"The key {Path} was deleted.")
                : new AesGcm(key, PayloadSeal.TagLength);
        }
    }

    public void GiveBack(AesGcm cipher)
    {
        _idle.Add(cipher);
        if (_isForgotten)
            DisposeIdle();
    }

    /// <summary>Erases it from memory, ciphers included.</summary>
    public void Forget()
    {
        lock (_idle)
        {
            _isForgotten = true;
            CryptographicOperations.ZeroMemory(key);
        }

        DisposeIdle();
    }

    private void DisposeIdle()
    {
        while (_idle.TryTake(out var cipher))
            cipher.Dispose();
    }
}

/// <summary>
/// Keys on disk: each 32-byte key lies in a small text file, sealed by a key-encrypting key that lies elsewhere, so
/// that a copy of the home without that one opens nothing.
/// </summary>
internal sealed class KeyWrap
{
    /// <summary>Length in bytes of every key here (AES-256, Ed25519 seed).</summary>
    public const int KeyLength = 32;

    // NIST SP 800-38D: 96-bit nonce, 128-bit tag.
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private const string FirstLine = "gatehouse key 1";

    private readonly string _directory;
    private readonly Dictionary<string, byte[]> _keys;

    private KeyWrap(string directory, Dictionary<string, byte[]> keys) => (_directory, _keys) = (directory, keys);

    /// <summary>Reads the key-encrypting keys; the newest one seals new keys.</summary>
    public static KeyWrap Open(HomeDirectory home)
    {
        var keys = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var directory = home.KeyEncryptingKeysDirectory;
        if (Directory.Exists(directory))
        {
            foreach (var file in Directory.EnumerateFiles(directory, "*.key"))
                keys.Add(Path.GetFileNameWithoutExtension(file), ReadPlain(file));
        }

        return new KeyWrap(directory, keys);
    }

    /// <summary>True if there is at least one key-encrypting key.</summary>
    public bool HasKeys => _keys.Count > 0;

    /// <summary>Makes the first key-encrypting key. Its id starts with the day, so that ids sort by age.</summary>
    public void Create(DateTimeOffset now)
    {
        var day = now.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var id = $"{day}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        var key = RandomNumberGenerator.GetBytes(KeyLength);
        Directory.CreateDirectory(_directory);
        DurableFile.Write(
            Path.Combine(_directory, id + ".key"), Encoding.ASCII.GetBytes(Convert.ToBase64String(key) + "\n"));
        _keys.Add(id, key);
    }

    /// <summary>Seals a key and writes it durably.</summary>
    public void Write(string path, string name, ReadOnlySpan<byte> key)
    {
        var id = _keys.Keys.Max(StringComparer.Ordinal)!;
        var nonce = RandomNumberGenerator.GetBytes(NonceLength);
        var sealedKey = new byte[key.Length];
        var tag = new byte[TagLength];
        using var aes = new AesGcm(_keys[id], TagLength);
        aes.Encrypt(nonce, key, sealedKey, tag, AssociatedData(name, id));
        var body = Convert.ToBase64String([.. nonce, .. sealedKey, .. tag]);
        DurableFile.Write(path, Encoding.ASCII.GetBytes($"{FirstLine}\nkek {id}\n{body}\n"));
    }

    /// <summary>Reads and opens a key. Null if its key-encrypting key is not here.</summary>
    /// <exception cref="HomeException">The file is damaged.</exception>
    public byte[]? Read(string path, string name)
    {
        var lines = File.ReadAllText(path).Split('\n');
        if (lines.Length < 3 || lines[0] != FirstLine || !lines[1].StartsWith("kek ", StringComparison.Ordinal))
            throw Damaged(path, null);
        var id = lines[1][4..];
        if (!_keys.TryGetValue(id, out var wrapping))
            return null;
        try
        {
            var body = Convert.FromBase64String(lines[2]);
            var key = new byte[KeyLength];
            using var aes = new AesGcm(wrapping, TagLength);
            aes.Decrypt(
                body.AsSpan(0, NonceLength), body.AsSpan(NonceLength, KeyLength),
                body.AsSpan(NonceLength + KeyLength), key, AssociatedData(name, id));
            return key;
        }
        catch (Exception e) when (e is FormatException or CryptographicException or ArgumentException)
        {
            throw Damaged(path, e);
        }
    }

    private static byte[] ReadPlain(string file)
    {
        try
        {
            var key = Convert.FromBase64String(File.ReadAllText(file).Trim());
            return key.Length == KeyLength ? key : throw Damaged(file, null);
        }
        catch (FormatException e)
        {
            throw Damaged(file, e);
        }
    }

    private static byte[] AssociatedData(string name, string id) =>
        Encoding.UTF8.GetBytes($"gatehouse/key/v1\0{name}\0{id}");

    private static HomeException Damaged(string path, Exception? cause)
    {
        var message =
            $"The key file {path} is damaged. Restore it from a backup; without it what it seals stays closed.";
        return cause is null ? new HomeException(message) : new HomeException(message, cause);
    }
}

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

        return new LedgerKeys(verifier, seed, new DayKeys(home.KeysDirectory, wrap)
        {
            IsInUse = (day, retention) =>
            {
                using var reader = LedgerReader.OpenReadOnly(home);
                return reader.HasPayloadsOf(day, retention);
            },
        });
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
