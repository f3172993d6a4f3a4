using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace Gatehouse.Core.Inspection;

/// <summary>The engine itself: what it lets in, and what it grants every container unless told otherwise.</summary>
internal static class EngineRules
{
    private const string Settings = "/etc/docker/daemon.json";

    private const string OpenApi = "API is accessible on ";

    /// <summary>Names that are printed of a longer list.</summary>
    private const int NamesMax = 8;

    public static readonly InspectionRule OpenSocket = new(
        "GH-ENG-001", Severity.Critical, "It takes commands over TCP from anyone.",
        "Anyone who reaches that port can start a privileged container and is root on the host. Without TLS "
            + "client verification nothing checks who it is.");

    public static readonly InspectionRule InsecureRegistry = new(
        "GH-ENG-002", Severity.Medium, "It trusts registries without verifying them.",
        "Anyone on the path to such a registry, or who answers under its name, chooses the code that containers run.");

    public static readonly InspectionRule OpenDefaultBridge = new(
        "GH-ENG-003", Severity.Low, "Containers in its default network reach each other.",
        "Everything that names no network lands there, and each reaches all ports of the others.");

    public static readonly InspectionRule NoUserNamespaces = new(
        "GH-ENG-004", Severity.Info, "Root in a container is root on the host.",
        "Without user namespaces a process that breaks out of a container has the rights of root at once.");

    public static readonly InspectionRule EndlessLogs = new(
        "GH-ENG-005", Severity.Low, "Logs of containers grow without end.",
        "The json-file driver keeps everything unless max-size is set. An agent that logs in a loop fills the disk, "
            + "and then nothing on the host can write.");

    public static ImmutableArray<InspectionRule> All =>
        [OpenSocket, InsecureRegistry, OpenDefaultBridge, NoUserNamespaces, EndlessLogs];

    public static IEnumerable<Finding> Check(InspectionScene scene)
    {
        var engine = scene.View.Engine;
        foreach (var warning in engine.Warnings)
        {
            if (AddressIn(warning) is not { } url) continue;
            var isLoopback = url.IsLoopback;
            yield return Find(OpenSocket, $"docker info: {OpenApi}{url.OriginalString}"
                    + (url.Scheme == "https" ? " without TLS client verification" : " without encryption"),
                new Remedy.RemoveEngineKey("hosts", $"Remove the tcp:// entry from hosts in {Settings} and from "
                    + "dockerd's -H options, then restart the engine. For remote use: DOCKER_HOST=ssh://USER@HOST"),
                url.OriginalString, isLoopback ? Severity.High : Severity.Critical);
        }
        string[] registries = [.. engine.InsecureRegistries.Where(static one => !IsLoopbackRange(one))];
        if (registries.Length > 0)
        {
            yield return Find(InsecureRegistry, $"docker info: RegistryConfig: {Names(registries)}",
                new Remedy.RemoveEngineKey("insecure-registries", $"Remove insecure-registries from {Settings} and "
                    + "put the registry's certificate into /etc/docker/certs.d/NAME/ca.crt, then restart the engine."));
        }
        var bridge = scene.View.Network("bridge");
        if (bridge is { Driver: "bridge" } && new Attachment("bridge", bridge).LetsPeersTalk)
        {
            string[] inside = [.. scene.Members("bridge").Select(static one => one.Name)];
            yield return Find(OpenDefaultBridge,
                $"network bridge: enable_icc is true; {(inside.Length == 0 ? "no container" : Names(inside))} in it",
                new Remedy.SetEngineKey("icc", "false", "Give its containers networks of their own (Compose does), "
                    + $"then set \"icc\": false in {Settings} and restart the engine."),
                severity: inside.Length > 1 ? Severity.Low : Severity.Info);
        }
        if (!engine.HasUserNamespaces && !engine.IsRootless)
        {
            yield return Find(NoUserNamespaces, "docker info: SecurityOptions: neither name=userns nor name=rootless",
                new Remedy.ByHand($"On a new host: \"userns-remap\": \"default\" in {Settings}, or a rootless engine. "
                    + "On this one the engine would no longer show the containers, images and volumes that it has."));
        }
        string[] endless = [.. scene.View.Containers.Where(static one => one.HasEndlessLog)
            .Select(static one => one.Name)];
        if (endless.Length > 0)
        {
            yield return Find(EndlessLogs, $"HostConfig.LogConfig: json-file without max-size: {Names(endless)}",
                new Remedy.SetEngineKey("log-driver", "\"local\"", "\"log-driver\": \"local\", or \"log-opts\": "
                    + $"{{ \"max-size\": \"10m\", \"max-file\": \"3\" }}, in {Settings}; restart the engine, then "
                    + "recreate the containers: docker compose up -d --force-recreate"));
        }
    }

    /// <summary>
    /// The address in a warning of <c>/info</c>, which an engine gives for each TCP socket that asks for no certificate
    /// (verified with 20.10.24: <c>WARNING: API is accessible on http://0.0.0.0:2375 without encryption.</c>).
    /// </summary>
    private static Uri? AddressIn(string warning)
    {
        var start = warning.IndexOf(OpenApi, StringComparison.Ordinal);
        return start >= 0 && Uri.TryCreate(warning[(start + OpenApi.Length)..].Split(' ', '\n')[0], UriKind.Absolute,
            out var url) ? url : null;
    }

    /// <summary>Every engine trusts its own host; that is no choice of anyone.</summary>
    private static bool IsLoopbackRange(string range) => IPNetwork.TryParse(range, out var network)
        && IPAddress.IsLoopback(network.BaseAddress);

    private static string Names(string[] names) => names.Length <= NamesMax ? string.Join(", ", names)
        : $"{string.Join(", ", names[..NamesMax])} and {names.Length - NamesMax} more";

    private static Finding Find(
        InspectionRule rule, string what, Remedy remedy, string key = "", Severity? severity = null) => new()
        {
            Rule = rule,
            Severity = severity ?? rule.Worst,
            Subject = FindingSubject.Engine,
            What = what,
            Remedy = remedy,
            Key = key,
            File = rule == OpenSocket || rule == InsecureRegistry ? Settings : null,
        };
}

/// <summary>
/// A release of Docker Engine as three numbers: what a distribution adds (<c>20.10.24+dfsg1</c>) is left out.
/// </summary>
internal readonly record struct EngineRelease(int Major, int Minor, int Patch) : IComparable<EngineRelease>
{
    /// <summary>Docker counts by year and month since 17.03. Lower numbers are another engine's (Podman), whose
    /// version says nothing of Docker's faults.</summary>
    private const int FirstByYear = 17;

    private static readonly SearchValues<char> Numbers = SearchValues.Create("0123456789.");

    public static EngineRelease? TryParse(string text)
    {
        var end = text.AsSpan().IndexOfAnyExcept(Numbers);
        var parts = (end < 0 ? text : text[..end]).Split('.');
        if (parts.Length < 2 || !TryNumber(parts[0], out var major) || !TryNumber(parts[1], out var minor))
            return null;
        var patch = 0;
        if (parts.Length > 2 && parts[2].Length > 0 && !TryNumber(parts[2], out patch)) return null;
        return major < FirstByYear ? null : new EngineRelease(major, minor, patch);
    }

    public int CompareTo(EngineRelease other)
        => (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    public bool IsBefore(int major, int minor = 0, int patch = 0)
        => CompareTo(new EngineRelease(major, minor, patch)) < 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}");

    private static bool TryNumber(string text, out int number)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
