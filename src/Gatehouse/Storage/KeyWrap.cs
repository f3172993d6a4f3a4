using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Gatehouse.Storage;

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

    private static byte[] AssociatedData(string name, string id)
        => Encoding.UTF8.GetBytes($"gatehouse/key/v1\0{name}\0{id}");

    private static HomeException Damaged(string path, Exception? cause)
    {
        var message =
            $"The key file {path} is damaged. Restore it from a backup; without it what it seals stays closed.";
        return cause is null ? new HomeException(message) : new HomeException(message, cause);
    }
}
