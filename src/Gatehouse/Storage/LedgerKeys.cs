namespace Gatehouse.Storage;

/// <summary>The keys of a home: signing key, key-encrypting key, day keys.</summary>
internal sealed class LedgerKeys
{
    /// <summary>Reads the keys of a home that has some.</summary>
    public static LedgerKeys Open(HomeDirectory home) => throw new NotImplementedException();
}
