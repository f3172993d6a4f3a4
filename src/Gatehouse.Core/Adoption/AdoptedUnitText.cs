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
