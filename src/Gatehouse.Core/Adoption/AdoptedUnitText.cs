using System.Globalization;
using System.Net;

namespace Gatehouse.Core.Adoption;

/// <summary>The texts of the unit files that an adoption writes on a host.</summary>
public static class AdoptedUnitText
{
    /// <summary>The gate's service.</summary>
    public const string GateUnit = "gatehouse.service";

    /// <summary>
    /// The drop-in of a server that moves. Drop-ins apply in the order of their names and the last one wins; people's
    /// own is <c>override.conf</c> (systemctl edit).
    /// </summary>
    public const string DropInName = "zz-gatehouse.conf";

    private static readonly string[] HomePlaces = ["/home", "/root", "/run/user"];

    private static readonly string[] TemporaryPlaces = ["/tmp", "/var/tmp"];

    /// <summary>Whether a path can stand in a unit file as it is, without escapes.</summary>
    /// <param name="path">The path.</param>
    public static bool IsPlain(string path)
        => path.StartsWith('/')
            && path.All(static letter => char.IsAsciiLetterOrDigit(letter) || "/._-+".Contains(letter));

    /// <summary>
    /// The gate's service. It begins as root that can do nothing but become another user, and becomes the home's owner
    /// at once: systemd itself refuses a user that is not in the user database (systemd.exec(5), `User=`).
    /// </summary>
    /// <param name="program">The program.</param>
    /// <param name="home">Its home.</param>
    public static string Gate(string program, string home)
    {
        string[] paths = [program, home];
        var hidesHomes = !paths.Any(path => HomePlaces.Any(place => IsBelow(path, place)));
        var hidesTemporary = !paths.Any(path => TemporaryPlaces.Any(place => IsBelow(path, place)));
        return $"""
            # Written by `gatehouse adopt`; `gatehouse adopt --undo` takes it away.
            [Unit]
            Description=Gatehouse, the gate in front of this host's models
            Wants=network-online.target
            After=network-online.target

            [Service]
            ExecStart={program} serve --home {home}
            Restart=on-failure
            RestartSec=1
            UMask=0077
            # It starts as root that can only become another user, and becomes the owner of its home at once.
            CapabilityBoundingSet=CAP_SETUID CAP_SETGID
            NoNewPrivileges=yes
            ProtectSystem=strict
            ReadWritePaths={home}
            ProtectHome={Word(hidesHomes)}
            PrivateTmp={Word(hidesTemporary)}
            PrivateDevices=yes
            ProtectKernelTunables=yes
            ProtectKernelModules=yes
            ProtectControlGroups=yes
            RestrictNamespaces=yes
            RestrictSUIDSGID=yes
            LockPersonality=yes
            RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK

            [Install]
            WantedBy=multi-user.target

            """;
    }

    /// <summary>The drop-in by which an Ollama serves elsewhere.</summary>
    /// <param name="place">Its place.</param>
    public static string DropIn(HostModelPlace place)
    {
        ArgumentNullException.ThrowIfNull(place);
        return $"""
            # Written by `gatehouse adopt`; `gatehouse adopt --undo` takes it away.
            # The gate has {place.Server.Unit}'s old port, and calls it here.
            [Service]
            Environment=OLLAMA_HOST={place.Address}

            """;
    }

    private static bool IsBelow(string path, string place)
        => path.StartsWith(place + "/", StringComparison.Ordinal);

    private static string Word(bool value) => value ? "yes" : "no";
}

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
