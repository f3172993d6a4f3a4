using System.Collections.Immutable;

namespace Gatehouse.Core.Inspection;

/// <summary>Paths past the gate, and paths into it.</summary>
internal static class GateRules
{
    private const string Program = "gatehouse";

    /// <summary>A job's own user fetches its tokens there; it opens nothing else.</summary>
    private const string TokenSocket = "tokens.sock";

    public static readonly InspectionRule SeesHome = new(
        "GH-GTE-001", Severity.Critical, "It sees the gate's own home.",
        "There lie every prompt and answer with the keys to them, the signing key, and the socket that stops and "
            + "approves: a job must not reach its own judge.");

    public static readonly InspectionRule BesideTheGate = new(
        "GH-GTE-002", Severity.High, "It reaches a model server without the gate.",
        "It shares a network with the model server: its calls may be on no record, under no limit, and no stop button "
            + "reaches them.");

    public static readonly InspectionRule HandsOn = new(
        "GH-GTE-003", Severity.Medium, "It may hand prompts to ollama.com.",
        "An Ollama runs models whose names end in :cloud or -cloud, and copies of them, at ollama.com. The gate "
            + "refuses them unless the estate says `remote: allowed`; calls that reach the server without the gate are "
            + "not refused.");

    public static ImmutableArray<InspectionRule> All => [SeesHome, BesideTheGate, HandsOn];

    public static IEnumerable<Finding> Check(ContainerCase one)
    {
        if (one.IsGate) yield break;
        foreach (var mount in one.Container.Mounts.Where(static mount => mount.Kind != "tmpfs"))
        {
            var source = HostPath.Normalize(mount.Source);
            var home = one.Scene.Gatehouse.Homes.Select(HostPath.Normalize).FirstOrDefault(home =>
                HostPath.IsWithin(home, source) || HostPath.IsWithin(source, home));
            if (home is null || source == $"{home}/{TokenSocket}") continue;
            yield return one.Find(SeesHome, $"{SocketRules.Shown(mount)}; the home is {home}",
                "Compose: remove the mount, or move the home elsewhere.", source);
        }
        if (one.Scene.Gatehouse.ModelServers.Contains(one.Container.Id))
        {
            if (OllamaServer.MayHandOn(one.Container) is { } read)
                yield return one.Find(HandsOn, read, $"Compose: environment: {{ {OllamaServer.NoCloud}: \"1\" }}");
            yield break;
        }
        foreach (var place in one.Attachments.Where(static place => place is { IsBridge: true, LetsPeersTalk: true }))
        {
            var server = one.Scene.Members(place.Name).FirstOrDefault(other =>
                one.Scene.Gatehouse.ModelServers.Contains(other.Id) && other.Id != one.Container.Id);
            if (server is null) continue;
            var target = one.Container.ComposeProject ?? one.Container.Name;
            yield return one.Find(BesideTheGate, $"NetworkSettings.Networks: {place.Name}, with {server.Name}",
                $"sudo {Program} adopt {ShellWord.Quote(target)}", server.Name) with
            { Adopts = target };
        }
    }
}
