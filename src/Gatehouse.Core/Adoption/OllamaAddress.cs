using System.Globalization;
using System.Net;

namespace Gatehouse.Core.Adoption;

/// <summary>
/// The address that a value of <c>OLLAMA_HOST</c> means to the server (Ollama's FAQ and envconfig): host, port, both or
/// neither, with a scheme or without.
/// </summary>
internal static class OllamaAddress
{
    private const int UsualPort = 11434;

    private const int HttpPort = 80; // What `http://` without a port means there.

    /// <summary>The address; null when it is none. A port without a host means every address.</summary>
    public static IPEndPoint? Parse(string text)
    {
        var rest = text.Trim().Trim('"', '\'').Trim();
        var port = UsualPort;
        if (rest.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme)
        {
            if (rest[..scheme] != "http") return null;
            (port, rest) = (HttpPort, rest[(scheme + 3)..]);
        }
        rest = rest.Split('/')[0];
        var colon = rest.LastIndexOf(':');
        // More than one colon without brackets is an IPv6 address alone.
        var hasPort = colon >= 0
            && (rest[0] == '[' ? rest[colon - 1] == ']' : rest.IndexOf(':', StringComparison.Ordinal) == colon);
        if (!hasPort)
            return rest.Length == 0 ? new IPEndPoint(IPAddress.Loopback, port) : At(rest.Trim('[', ']'), port);
        // Ollama warns of a port that is none and takes the usual one.
        if (ushort.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var said))
            port = said;
        return colon == 0 ? At("::", port) : At(rest[..colon].Trim('[', ']'), port);
    }

    private static IPEndPoint? At(string host, int port)
    {
        if (port == 0) return null;
        if (host == "localhost") return new IPEndPoint(IPAddress.Loopback, port);
        return IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, port) : null;
    }
}
