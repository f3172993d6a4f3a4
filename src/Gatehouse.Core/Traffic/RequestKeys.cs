using System.Buffers;
using System.Text;

namespace Gatehouse.Core.Traffic;

/// <summary>Keys of requests that the inspector acts on.</summary>
internal enum RequestKey : byte
{
    /// <summary>Not a key of any dialect.</summary>
    None,

    /// <summary>No key at all: an element of an array.</summary>
    Element,

    /// <summary>A key of some dialect without a meaning here; listed so that no variant of its case passes.</summary>
    Inert,
    Arguments,
    Audio,
    Background,
    Container,
    Content,
    Conversation,
    Data,
    Definition,
    Environment,
    File,
    FileData,
    FileId,
    FileUrl,
    Function,
    Functions,
    Id,
    Image,
    Images,
    IncludeUsage,
    Input,
    InputAudio,
    MaxTokens,
    McpServers,
    MediaUrl,
    Messages,
    Model,
    Models,
    N,
    Name,
    NumPredict,
    Options,
    Output,
    Plugins,
    PreviousResponseId,
    Prompt,
    Role,
    Routing,
    SearchParameters,
    Source,
    Stream,
    StreamOptions,
    Summary,
    System,
    ToolCalls,
    Tools,
    Type,
    Url,
    Video,
    WebSearchOptions,
}

/// <summary>
/// Finds known keys by their bytes, and keys that another parser would take for a known one: Go's
/// <c>encoding/json</c>, in which Ollama and other servers are written, matches keys by Unicode simple folding, so
/// that <c>"Model"</c> sets the model too (Go, encoding/json/fold.go).
/// </summary>
internal static class RequestKeys
{
    private const int LongestName = 32;

    /// <summary>Letters that can fold to another: capitals, and the first bytes of U+017F (s) and U+212A (k).</summary>
    private static readonly SearchValues<byte> Folding =
        SearchValues.Create([.. "ABCDEFGHIJKLMNOPQRSTUVWXYZ"u8, 0xC5, 0xE2]);

    private static readonly (byte[] Key, RequestKey Name)[][] Buckets = Build();

    /// <summary>The name with exactly these bytes, or None.</summary>
    public static RequestKey Find(ReadOnlySpan<byte> key)
    {
        if (key.IsEmpty || key.Length > LongestName)
            return RequestKey.None;
        foreach (var (known, name) in Buckets[BucketOf(key)])
        {
            if (key.SequenceEqual(known))
                return name;
        }
        return RequestKey.None;
    }

    /// <summary>Whether the key is not a known name and folds to one.</summary>
    public static bool IsVariant(ReadOnlySpan<byte> key)
    {
        if (key.Length > 3 * LongestName || !key.ContainsAny(Folding))
            return false;
        Span<byte> folded = stackalloc byte[3 * LongestName];
        var length = 0;
        for (var i = 0; i < key.Length; i++)
        {
            var b = key[i];
            if (b is >= (byte)'A' and <= (byte)'Z')
            {
                b |= 0x20;
            }
            else if (key[i..].StartsWith("\u017f"u8))
            {
                b = (byte)'s';
                i += 1;
            }
            else if (key[i..].StartsWith("\u212a"u8))
            {
                b = (byte)'k';
                i += 2;
            }
            folded[length++] = b;
        }
        return Find(folded[..length]) != RequestKey.None;
    }

    private static int BucketOf(ReadOnlySpan<byte> key) =>
        ((key.Length * 7) ^ (key[0] * 31) ^ (key[^1] * 17) ^ (key[key.Length / 2] * 5)) & 0xFF;

    private static (byte[] Key, RequestKey Name)[][] Build()
    {
        var names = new Dictionary<string, RequestKey>(StringComparer.Ordinal);
        foreach (var inert in RequestKeyTable.Inert)
            names[inert] = RequestKey.Inert;
        foreach (var (key, name) in RequestKeyTable.Acting)
            names[key] = name;
        var buckets = new List<(byte[], RequestKey)>[256];
        foreach (var (key, name) in names)
        {
            var bytes = Encoding.UTF8.GetBytes(key);
            (buckets[BucketOf(bytes)] ??= []).Add((bytes, name));
        }
        return Array.ConvertAll(buckets, bucket => bucket?.ToArray() ?? []);
    }
}
