using System.Collections.Immutable;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Inspection;

/// <summary>The network, the user, the secrets of a systemd service, and what systemd itself makes of it.</summary>
internal static class UnitRules
{
    private const int UnsafeTenths = 90; // What systemd-analyze calls UNSAFE.
    private const int ExposedTenths = 70; // What it calls EXPOSED.

    public static readonly InspectionRule Root = new(
        "GH-UNT-001", Severity.Medium, "It runs as root.",
        "A prompt that makes the job write a file or run a command does it as root.");

    public static readonly InspectionRule Network = new(
        "GH-UNT-002", Severity.Medium, "It reaches every network that the host reaches.",
        "The job can send data out and call models past the gate.");

    public static readonly InspectionRule DenyIgnored = new(
        "GH-UNT-003", Severity.Medium, "Its address filter does nothing.",
        "systemd sets IPAddressDeny= by a program in the control group, which a user's own manager may not load: the "
            + "unit starts without the filter, and nothing says so.");

    public static readonly InspectionRule Secrets = new(
        "GH-UNT-004", Severity.Medium, "Secrets lie in its environment.",
        "Unit files are readable by every user, and the values go to every program that the service starts.");

    public static readonly InspectionRule SecretArgument = new(
        "GH-UNT-005", Severity.Medium, "A secret lies in its command line.",
        "Every user of the host sees command lines, and unit files as well.");

    public static readonly InspectionRule CommandsEngine = new(
        "GH-UNT-006", Severity.Critical, "It commands the container engine.",
        "Anyone in the engine's group can start a privileged container and is root on the host.");

    public static readonly InspectionRule Ambient = new(
        "GH-UNT-007", Severity.High, "A capability lets it out.",
        "With it an ordinary user reads any file, loads code into the kernel or other processes.");

    public static readonly InspectionRule Exposed = new(
        "GH-UNT-008", Severity.Medium, "systemd calls it exposed.",
        "The overall exposure counts some 80 settings; a service that needs files and one socket comes below 3.");

    public static readonly InspectionRule OddLines = new(
        "GH-UNT-009", Severity.Low, "systemd ignores lines of its files.",
        "A protection with a typing error is ignored, and the unit starts without it.");

    public static readonly InspectionRule HandsOn = new(
        "GH-UNT-010", Severity.Medium, GateRules.HandsOn.Title, GateRules.HandsOn.Why);

    public static ImmutableArray<InspectionRule> All =>
        [Root, Network, DenyIgnored, Secrets, SecretArgument, CommandsEngine, Ambient, Exposed, OddLines, HandsOn];

    public static IEnumerable<Finding> Check(UnitCase one)
    {
        if (one.IsRoot)
        {
            yield return one.Find(Root, one.Shown("User"),
                one.Set("DynamicUser", "yes", "DynamicUser=yes, or User= with a user of its own"));
        }
        foreach (var finding in CheckNetwork(one)) yield return finding;
        foreach (var finding in CheckSecrets(one)) yield return finding;
        foreach (var finding in CheckRights(one)) yield return finding;
        if (OllamaServer.MayHandOn(one) is { } read)
        {
            yield return one.Find(HandsOn, read, one.Set(
                "Environment", $"{OllamaServer.NoCloud}=1", $"Environment={OllamaServer.NoCloud}=1"));
        }
        if (one.Exposure is { Tenths: >= ExposedTenths } exposure)
        {
            yield return one.Find(Exposed, $"systemd-analyze security --offline=true: {exposure.Score}",
                new Remedy.RunCommand($"systemctl edit {ShellWord.Quote(one.Unit.Name)}",
                    $"systemctl edit {ShellWord.Quote(one.Unit.Name)}; most would do: "
                        + string.Join(", ", exposure.Open)),
                exposure.Tenths >= UnsafeTenths ? Severity.Medium : Severity.Low);
        }
        if (!one.Unit.OddLines.IsEmpty)
        {
            var verify = $"systemd-analyze verify {ShellWord.Quote(one.Unit.Path)}";
            yield return one.Find(OddLines, string.Join(", ", one.Unit.OddLines.Take(3)),
                new Remedy.RunCommand(verify, verify));
        }
    }

    private static IEnumerable<Finding> CheckNetwork(UnitCase one)
    {
        var denies = one.Words("IPAddressDeny").Any(static word => word is "any" or "0.0.0.0/0");
        if (denies && one.IsOfUser)
        {
            yield return one.Find(DenyIgnored, $"{one.Shown("IPAddressDeny")} in a unit of a user",
                new Remedy.ByHand(
                    "Make it a system unit with User=, or give PrivateNetwork=yes and the gate's Unix socket."));
        }
        var isCut = one.IsOn("PrivateNetwork") || one.Has("NetworkNamespacePath") || (denies && !one.IsOfUser)
            || IsUnixOnly(one.Words("RestrictAddressFamilies"));
        if (!isCut)
        {
            yield return one.Find(Network, "PrivateNetwork=, IPAddressDeny=, RestrictAddressFamilies= leave it open",
                one.Set("PrivateNetwork", "yes",
                    "PrivateNetwork=yes with the gate on a Unix socket (listen: unix:/…), or IPAddressDeny=any "
                        + "and IPAddressAllow=localhost, with the gate's address where it is another"));
        }
    }

    private static IEnumerable<Finding> CheckSecrets(UnitCase one)
    {
        var names = one.Words("Environment").Select(EnvironmentFact.Parse).Where(static one => one.IsSecret)
            .Select(static one => one.Name).Distinct().Order(StringComparer.Ordinal).ToArray();
        if (names.Length > 0)
        {
            yield return one.Find(Secrets, $"Environment=: {string.Join(", ", names)}",
                one.Set("LoadCredential", $"{names[0]}:/etc/credstore/{names[0]}",
                    $"LoadCredential={names[0]}:/etc/credstore/{names[0]}, read from $CREDENTIALS_DIRECTORY"));
        }
        string[] starts = ["ExecStart", "ExecStartPre", "ExecStartPost", "ExecStop", "ExecReload"];
        if (starts.FirstOrDefault(key => SecretArguments.HoldAny(one.Words(key))) is { } start)
        {
            yield return one.Find(SecretArgument, $"{start}= (not shown)",
                one.ByHand("LoadCredential=, and the path %d/NAME in its place"));
        }
    }

    private static IEnumerable<Finding> CheckRights(UnitCase one)
    {
        string[] groups = [.. one.Words("SupplementaryGroups"), one.Value("Group")];
        var bound = one.Words("BindPaths").Concat(one.Words("BindReadOnlyPaths"))
            .Select(static word => HostPath.Normalize(word.TrimStart('-').Split(':')[0]))
            .FirstOrDefault(static path => SocketRules.SocketBehind(path) == path);
        // Root commands the engine anyway; the finding on root says what is the matter there.
        var member = !one.IsRoot && one.Host.EngineUsers.Contains(one.User)
            ? $"User={one.User}, of group docker" : null;
        var why = groups.Contains("docker") ? "SupplementaryGroups= or Group=: docker"
            : bound is not null ? $"BindPaths=: {bound}" : member;
        if (why is not null)
        {
            yield return one.Find(CommandsEngine, why,
                one.Set("InaccessiblePaths", "/run/docker.sock",
                    "a User= that is not in group docker, and InaccessiblePaths=/run/docker.sock"));
        }
        var capabilities = one.Words("AmbientCapabilities").Select(static word => word.Replace("CAP_", "",
            StringComparison.OrdinalIgnoreCase).ToUpperInvariant()).Where(CapabilityRules.IsEscape).ToArray();
        if (capabilities.Length > 0)
        {
            yield return one.Find(Ambient, $"AmbientCapabilities=: {string.Join(", ", capabilities)}",
                one.Set("AmbientCapabilities", "", "AmbientCapabilities= (empty)"));
        }
    }

    /// <summary>
    /// A list that names only families that leave no machine; one that begins with ~ forbids its own.
    /// </summary>
    private static bool IsUnixOnly(ImmutableArray<string> families)
    {
        if (families.IsEmpty) return false;
        if (families[0] == "none") return true;
        if (families[0].StartsWith('~'))
        {
            string[] forbidden = [families[0][1..], .. families[1..]];
            return forbidden.Contains("AF_INET") && forbidden.Contains("AF_INET6");
        }
        return families.All(static family => family is "AF_UNIX" or "AF_NETLINK");
    }
}

/// <summary>The sandbox that systemd offers a service, one directive at a time (systemd.exec(5)).</summary>
internal static class UnitSandboxRules
{
    /// <summary>
    /// With one of these and without root, systemd sets no-new-privileges by itself (systemd.exec(5)).
    /// </summary>
    private static readonly string[] ImplyNoNewPrivileges =
    [
        "SystemCallFilter", "SystemCallArchitectures", "RestrictAddressFamilies", "RestrictNamespaces",
        "PrivateDevices",
        "ProtectKernelTunables", "ProtectKernelModules", "ProtectKernelLogs", "ProtectClock", "MemoryDenyWriteExecute",
        "RestrictRealtime", "RestrictSUIDSGID", "LockPersonality",
    ];

    public static readonly InspectionRule NewPrivileges = new(
        "GH-UNT-020", Severity.Low, "Its programs may gain privileges.",
        "A set-uid program such as sudo turns its user into root.");

    public static readonly InspectionRule SystemFiles = new(
        "GH-UNT-021", Severity.Low, "It may change the system's files.",
        "What its user may write below /usr, /etc and /var, a prompt may write.");

    public static readonly InspectionRule HomeFiles = new(
        "GH-UNT-022", Severity.Low, "It sees people's homes.",
        "Keys, tokens and browser profiles lie there.");

    public static readonly InspectionRule SharedTemporary = new(
        "GH-UNT-023", Severity.Low, "It shares /tmp with everybody.",
        "Others can plant files and sockets there, and read what it writes.");

    public static readonly InspectionRule AllDevices = new(
        "GH-UNT-024", Severity.Low, "It sees the host's devices.",
        "Disks, cameras and serial ports are open to it as far as its user goes.");

    public static readonly InspectionRule Capabilities = new(
        "GH-UNT-025", Severity.Medium, "No capability is out of its reach.",
        "As root it has all of them; as another user a set-uid program gives them.");

    public static readonly InspectionRule AllCalls = new(
        "GH-UNT-026", Severity.Low, "No system call is forbidden to it.",
        "Faults of the kernel are reached through calls that a job does not need.");

    public static readonly InspectionRule AllFamilies = new(
        "GH-UNT-027", Severity.Low, "It opens sockets of every kind.",
        "Raw packets, Bluetooth and the virtual machine's host are sockets too.");

    public static readonly InspectionRule NoMemory = new(
        "GH-UNT-028", Severity.Low, "It may use all memory.",
        "A prompt that grows, or a leak, ends other services of the host before it ends this one.");

    public static ImmutableArray<InspectionRule> All =>
        [NewPrivileges, SystemFiles, HomeFiles, SharedTemporary, AllDevices, Capabilities, AllCalls, AllFamilies,
            NoMemory];

    public static IEnumerable<Finding> Check(UnitCase one)
    {
        if (!one.IsOn("NoNewPrivileges") && !IsImplied(one))
            yield return Missing(one, NewPrivileges, "NoNewPrivileges", "yes");
        if (one.Value("ProtectSystem") is not ("strict" or "full") && !one.IsDynamic)
        {
            yield return Missing(
                one, SystemFiles, "ProtectSystem", "strict", ", with ReadWritePaths= or StateDirectory=");
        }
        if (!one.IsOn("ProtectHome") && one.Value("ProtectHome") is not ("read-only" or "tmpfs") && !one.IsDynamic)
            yield return Missing(one, HomeFiles, "ProtectHome", "yes");
        if (!one.IsOn("PrivateTmp") && one.Value("PrivateTmp") != "disconnected" && !one.IsDynamic)
            yield return Missing(one, SharedTemporary, "PrivateTmp", "yes");
        if (!one.IsOn("PrivateDevices") && one.Value("DevicePolicy") is not ("closed" or "strict"))
        {
            yield return Missing(one, AllDevices, "PrivateDevices", "yes",
                "; with a graphics processor DevicePolicy=closed and DeviceAllow=/dev/nvidia0 rw");
        }
        // A list behind ~ only takes single ones away; an empty value leaves none, which is the best.
        if (!one.IsGiven("CapabilityBoundingSet") || one.Value("CapabilityBoundingSet").StartsWith('~'))
        {
            yield return Missing(one, Capabilities, "CapabilityBoundingSet", "", " (empty: none)",
                one.IsRoot ? Severity.Medium : Severity.Low);
        }
        if (!one.Has("SystemCallFilter")) yield return Missing(one, AllCalls, "SystemCallFilter", "@system-service");
        if (!one.Has("RestrictAddressFamilies"))
        {
            yield return Missing(
                one, AllFamilies, "RestrictAddressFamilies", "AF_UNIX", ", and AF_INET AF_INET6 if needed");
        }
        if (!one.Has("MemoryMax") || one.Value("MemoryMax") == "infinity")
            yield return Missing(one, NoMemory, "MemoryMax", "2G", ", or what it needs");
    }

    private static bool IsImplied(UnitCase one) => one.IsDynamic
        || (!one.IsRoot && ImplyNoNewPrivileges.Any(key => one.Has(key) && one.Value(key) is not ("no" or "false")));

    private static Finding Missing(UnitCase one, InspectionRule rule, string key, string value, string more = "",
        Severity? severity = null)
        => one.Find(rule, one.Shown(key), one.Set(key, value, $"{key}={value}{more}"), severity);
}
