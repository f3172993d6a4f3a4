using System.Globalization;
using System.Net;
using System.Text;

namespace Gatehouse.Core.Estate;

/// <summary>
/// Where the gate, the control room or one job listens: a TCP address with a port, a Unix socket, or for the gate each
/// interface.
/// </summary>
public abstract record ListenAddress
{
    private const string InterfacesPrefix = "interfaces:";

    /// <summary>Where the gate listens when nothing else is said.</summary>
    public static ListenAddress DefaultGate { get; } = new Tcp(new IPEndPoint(IPAddress.Loopback, 8420));

    /// <summary>Where health, metrics and the live page are when nothing else is said.</summary>
    public static ListenAddress DefaultControl { get; } = new Tcp(new IPEndPoint(IPAddress.Loopback, 8421));

    private ListenAddress()
    {
    }

    /// <summary>Reads <c>interfaces:port</c>, or any address that <see cref="TryParse"/> reads.</summary>
    /// <returns>The address, or null when the text is none of these.</returns>
    public static ListenAddress? TryParseGate(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.StartsWith(InterfacesPrefix, StringComparison.Ordinal))
            return TryParse(text);
        var isPort = ushort.TryParse(
            text.AsSpan(InterfacesPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var port);
        return isPort && port != 0 ? new Interfaces(port) : null;
    }

    /// <summary>Reads <c>ip:port</c>, <c>[ip6]:port</c> or <c>unix:/absolute/path</c>.</summary>
    /// <returns>The address, or null when the text is none of these.</returns>
    public static ListenAddress? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith("unix:", StringComparison.Ordinal))
        {
            var path = text["unix:".Length..];
            return SocketPath.IsUsable(path) ? new Unix(path) : null;
        }
        // IPEndPoint accepts a bare address as port 0: the port must be written.
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || colon == text.Length - 1)
            return null;
        // An IPv6 address needs its brackets, or its last group would pass as the port.
        if (text[0] == '[' ? text[colon - 1] != ']' : text.IndexOf(':') != colon)
            return null;
        return IPEndPoint.TryParse(text, out var endPoint) ? new Tcp(endPoint) : null;
    }

    /// <summary>True when both cannot be bound: one socket path, or one port on overlapping addresses.</summary>
    public bool ConflictsWith(ListenAddress other)
    {
        if (this is Unix mine && other is Unix theirs)
            return string.Equals(mine.Path, theirs.Path, StringComparison.Ordinal);
        if (this is Interfaces every)
            return every.Covers(other);
        if (other is Interfaces wide)
            return wide.Covers(this);
        if (this is not Tcp left || other is not Tcp right)
            return false;
        // Port 0 asks the system for a free port, which never conflicts.
        if (left.EndPoint.Port != right.EndPoint.Port || left.EndPoint.Port == 0)
            return false;
        return left.EndPoint.Address.Equals(right.EndPoint.Address) || Covers(left, right) || Covers(right, left);
    }

    private static bool Covers(Tcp wide, Tcp narrow) =>
        wide.EndPoint.Address.Equals(IPAddress.IPv6Any)
        || (wide.EndPoint.Address.Equals(IPAddress.Any)
            && narrow.EndPoint.AddressFamily == wide.EndPoint.AddressFamily);

    /// <summary>A TCP address and port; port 0 takes any free one.</summary>
    /// <param name="EndPoint">Address and port.</param>
    public sealed record Tcp(IPEndPoint EndPoint) : ListenAddress
    {
        /// <summary>The form that the estate file uses, such as <c>127.0.0.1:8420</c>.</summary>
        public override string ToString() => EndPoint.ToString();
    }

    /// <summary>
    /// One socket on each interface, loopback among them, that follows them as they come and go. Port 0 does not exist
    /// here: every address has the same port.
    /// </summary>
    /// <param name="Port">TCP port.</param>
    public sealed record Interfaces(ushort Port) : ListenAddress
    {
        /// <summary>The form that the estate file uses, such as <c>interfaces:8420</c>.</summary>
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{InterfacesPrefix}{Port}");

        internal bool Covers(ListenAddress other) =>
            (other is Interfaces every && every.Port == Port) || (other is Tcp tcp && tcp.EndPoint.Port == Port);
    }

    /// <summary>A Unix socket.</summary>
    /// <param name="Path">Absolute path of the socket, at most 107 bytes.</param>
    public sealed record Unix(string Path) : ListenAddress
    {
        /// <summary>The form that the estate file uses, such as <c>unix:/run/job.sock</c>.</summary>
        public override string ToString() => $"unix:{Path}";
    }
}

/// <summary>Paths that Linux accepts for a Unix socket.</summary>
internal static class SocketPath
{
    // Bytes: sun_path holds 108 with its closing zero (unix(7)).
    private const int BytesMax = 107;

    public static bool IsUsable(string path) =>
        path.Length > 1 && path[0] == '/' && !path.Any(char.IsControl) && path[^1] != '/'
        && Encoding.UTF8.GetByteCount(path) <= BytesMax;
}
