using System.Collections.Immutable;
using System.Net;

namespace Gatehouse.Core.Inspection;

/// <summary>Whether tomorrow's image is today's.</summary>
internal static class ImageRules
{
    public static readonly InspectionRule Mutable = new(
        "GH-IMG-001", Severity.Medium, "Its image may become another one overnight.",
        "The owner of the image's name can move a tag; the next pull runs other code with the same rights.");

    public static ImmutableArray<InspectionRule> All => [Mutable];

    public static IEnumerable<Finding> Check(ContainerCase one)
    {
        var image = one.Container.Image;
        // By digest, or by the id of a local image: neither can be moved.
        if (image.Length == 0 || image.Contains("@sha256:", StringComparison.Ordinal)
            || image.StartsWith("sha256:", StringComparison.Ordinal) || IsId(image))
        {
            yield break;
        }

        var last = image[(image.LastIndexOf('/') + 1)..];
        var tag = last.Contains(':', StringComparison.Ordinal)
            ? last[(last.IndexOf(':', StringComparison.Ordinal) + 1)..]
            : null;
        var name = tag is null ? image : image[..^(tag.Length + 1)];
        var isLatest = tag is null or "latest";
        yield return one.Find(Mutable, $"Config.Image: {image}{(tag is null ? " (no tag, which is latest)" : "")}",
            new Remedy.SetComposeKey("image", $"{name}@sha256:…", $"Compose: image: {name}@sha256:…, with the digest "
                + $"that docker image inspect {ShellWord.Quote(image)} lists in RepoDigests."),
            severity: isLatest ? Severity.Medium : Severity.Low);
    }

    private static bool IsId(string image) => image.Length is 12 or 64 && image.All(char.IsAsciiHexDigitLower);
}

/// <summary>How names are looked up: a path out that firewalls and internal networks often leave open.</summary>
internal static class NameRules
{
    public static readonly InspectionRule AskedByHost = new(
        "GH-DNS-001", Severity.Low, "The host asks names for it, past every container firewall.",
        "From engine 28 on the embedded DNS sends queries from the host's own network: rules that block the container "
            + "do not block data hidden in the names that it asks for.");

    public static readonly InspectionRule InternalLeak = new(
        "GH-DNS-002", Severity.Medium, "Its internal network lets name queries out.",
        "This engine passes queries from internal networks to the host's resolver (CVE-2024-29018), so data leaves in "
            + "the names that are asked for.");

    public static readonly InspectionRule OwnServers = new(
        "GH-DNS-003", Severity.Info, "It asks name servers of its own choice.",
        "The resolver of the network, with its filters and logs, does not see what it asks.");

    public static readonly InspectionRule HostGateway = new(
        "GH-DNS-004", Severity.Low, "A name leads it to the host.",
        "Every service that the host offers on all addresses is within reach under that name.");

    public static ImmutableArray<InspectionRule> All => [AskedByHost, InternalLeak, OwnServers, HostGateway];

    public static IEnumerable<Finding> Check(ContainerCase one)
    {
        var hasDns = one.Attachments.Any(static place => !place.IsNone && !place.IsHost && !place.IsDefaultBridge);
        // A container in one open network: the DNS leaves whatever else it is in.
        var open = one.Attachments.FirstOrDefault(static place => place.IsOpenBridge && !place.IsDefaultBridge);
        if (one.Container.Dns.IsEmpty && hasDns && one.Scene.Release is { } release)
        {
            if (open is not null && !release.IsBefore(28))
            {
                yield return one.Find(AskedByHost,
                    $"NetworkSettings.Networks: {open.Name} (Internal=false); HostConfig.Dns is empty; "
                        + $"engine {release}",
                    new Remedy.ByHand("Compose: dns: [ADDRESS] of a resolver that filters, which is then asked from "
                        + "the container's own network; or only internal networks."));
            }
            if (open is null && IsLeaking(release) && one.Attachments.Any(static place => place.IsInternalBridge))
            {
                yield return one.Find(InternalLeak,
                    $"engine {release}; only internal networks; HostConfig.Dns is empty",
                    new Remedy.Update("docker", "26.0.0",
                        "Update the engine to 23.0.11, 25.0.5, 26.0.0 or later; until then Compose: dns: "
                            + "[127.0.0.1]."));
            }
        }
        var foreign = one.Container.Dns.Where(static server => !IsLoopback(server)).ToArray();
        if (foreign.Length > 0)
        {
            yield return one.Find(OwnServers, $"HostConfig.Dns: {string.Join(", ", foreign)}",
                new Remedy.RemoveComposeKey("dns", null, "Compose: remove dns:, unless these are your own."));
        }
        var toHost = one.Container.ExtraHosts
            .Where(static host => host.EndsWith(":host-gateway", StringComparison.Ordinal)
                || host.EndsWith("=host-gateway", StringComparison.Ordinal)).ToArray();
        if (toHost.Length > 0)
        {
            yield return one.Find(HostGateway, $"HostConfig.ExtraHosts: {string.Join(", ", toHost)}",
                new Remedy.ByHand(
                    "Compose: remove it from extra_hosts: where no setting of the app calls a model by that name."));
        }
    }

    /// <summary>CVE-2024-29018: fixed in 23.0.11, in 25.0.5, and before 26.0.0.</summary>
    private static bool IsLeaking(EngineRelease release) => release.Major switch
    {
        23 => release.IsBefore(23, 0, 11),
        25 => release.IsBefore(25, 0, 5),
        _ => release.IsBefore(25),
    };

    private static bool IsLoopback(string server) => IPAddress.TryParse(server, out var address)
        && IPAddress.IsLoopback(address);
}
