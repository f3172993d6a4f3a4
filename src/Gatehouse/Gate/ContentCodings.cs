using System.IO.Compression;

namespace Gatehouse.Gate;

/// <summary>Content codings that the gate undoes, because what it cannot read it cannot check.</summary>
internal static class ContentCodings
{
    private const int ZstdWindowLog = 23;

    /// <summary>The codings, as a message lists them.</summary>
    public const string Known = "gzip, deflate, br or zstd";

    /// <summary>
    /// The decoded bytes of a stream: the stream itself for <c>identity</c>, null for a coding that is not known. What
    /// comes out has no limit: its reader counts.
    /// </summary>
    public static Stream? Open(string coding, Stream coded) => coding.Trim().ToLowerInvariant() switch
    {
        // Some servers name the character set here.
        "" or "identity" or "utf-8" or "utf8" => coded,
        "gzip" or "x-gzip" => new GZipStream(coded, CompressionMode.Decompress),
        "deflate" => new ZLibStream(coded, CompressionMode.Decompress),
        "br" => new BrotliStream(coded, CompressionMode.Decompress),
        "zstd" => OpenZstd(coded),
        _ => null,
    };

    /// <summary>
    /// What a decoder holds beside its input and output, at most: its window (RFC 1951, 7932, 8878). 0 for plain text,
    /// null for a coding that is not known.
    /// </summary>
    public static int? WindowOf(string coding) => coding.Trim().ToLowerInvariant() switch
    {
        "" or "identity" or "utf-8" or "utf8" => 0,
        "gzip" or "x-gzip" or "deflate" => 64 * 1024,
        "br" => 16 << 20,
        "zstd" => 1 << ZstdWindowLog,
        _ => null,
    };

    /// <summary>Whether a decoder says with this that the bytes are not of its coding, or end too early.</summary>
    public static bool IsFault(Exception error)
        => error is InvalidDataException or InvalidOperationException or ZstdSharp.ZstdException
            or EndOfStreamException;

    /// <summary>A window over 8 MiB (RFC 8878's recommendation for HTTP, RFC 9659) is refused by the decoder.</summary>
    private static ZstdSharp.DecompressionStream OpenZstd(Stream coded)
    {
        var stream = new ZstdSharp.DecompressionStream(coded);
        stream.SetParameter(ZstdSharp.Unsafe.ZSTD_dParameter.ZSTD_d_windowLogMax, ZstdWindowLog);
        return stream;
    }
}
