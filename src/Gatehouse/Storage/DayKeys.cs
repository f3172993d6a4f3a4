using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Gatehouse.Core.Ledger;
using Gatehouse.Linux;

namespace Gatehouse.Storage;

/// <summary>
/// One random key for each day of expiry and class. Deleting it makes everything that expired on that day unreadable,
/// wherever a copy may lie.
/// </summary>
internal sealed class DayKeys(string directory, KeyWrap wrap)
{
    private const string Prefix = "day-";
    private const string DayFormat = "yyyyMMdd";

    private readonly ConcurrentDictionary<(DateOnly Day, RetentionClass Class), byte[]> _known = new();
    private readonly Lock _creating = new();

    /// <summary>The extracted key for payloads that expire on a day, made durable before it is used.</summary>
    /// <exception cref="IOException">The disk refused to take a new key.</exception>
    public byte[] GetOrCreate(DateOnly day, RetentionClass retention)
    {
        if (_known.TryGetValue((day, retention), out var known))
            return known;
        lock (_creating)
        {
            if (Find(day, retention) is { } found)
                return found;
            var path = PathOf(day, retention);
            if (File.Exists(path))
                throw new HomeException($"The key {path} is sealed by a key that is not in this home. Restore kek/.");
            var key = RandomNumberGenerator.GetBytes(KeyWrap.KeyLength);
            wrap.Write(path, NameOf(day, retention), key);
            return Keep(day, retention, key);
        }
    }

    /// <summary>The extracted key for a day, or null if it was deleted or cannot be opened here.</summary>
    public byte[]? Find(DateOnly day, RetentionClass retention)
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
                CryptographicOperations.ZeroMemory(key);
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
                CryptographicOperations.ZeroMemory(known);
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

    private byte[] Keep(DateOnly day, RetentionClass retention, byte[] key)
    {
        var extracted = PayloadSeal.Extract(key);
        CryptographicOperations.ZeroMemory(key);
        _known[(day, retention)] = extracted;
        return extracted;
    }

    private static string NameOf(DateOnly day, RetentionClass retention) =>
        $"{Prefix}{day.ToString(DayFormat, CultureInfo.InvariantCulture)}-{retention.Word()}";

    private string PathOf(DateOnly day, RetentionClass retention) =>
        Path.Combine(directory, NameOf(day, retention) + ".key");
}
