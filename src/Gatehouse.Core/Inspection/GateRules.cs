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
        "It holds every prompt and answer with the keys to them, the signing key, and the socket that stops and "
            + "approves: a job must not reach what controls it.");

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
                new Remedy.RemoveComposeKey(
                    "volumes", mount.Source, "Compose: remove the mount, or move the home elsewhere."), source);
        }
        if (one.Scene.Gatehouse.ModelServers.Contains(one.Container.Id))
        {
            if (OllamaServer.MayHandOn(one.Container) is { } read)
            {
                yield return one.Find(HandsOn, read, new Remedy.SetComposeKey(
                    $"environment.{OllamaServer.NoCloud}", "\"1\"",
                    $"Compose: environment: {{ {OllamaServer.NoCloud}: \"1\" }}"));
            }
            yield break;
        }
        foreach (var place in one.Attachments.Where(static place => place is { IsBridge: true, LetsPeersTalk: true }))
        {
            var server = one.Scene.Members(place.Name).FirstOrDefault(other =>
                one.Scene.Gatehouse.ModelServers.Contains(other.Id) && other.Id != one.Container.Id);
            if (server is null) continue;
            var target = one.Container.ComposeProject ?? one.Container.Name;
            var adopt = $"sudo {Program} adopt {ShellWord.Quote(target)}";
            yield return one.Find(BesideTheGate, $"NetworkSettings.Networks: {place.Name}, with {server.Name}",
                new Remedy.RunCommand(adopt, adopt), server.Name) with
            { Adopts = target };
        }
    }
}

/// <summary>Jobs that somebody just started: nothing holds them but their user.</summary>
internal static class ProcessRules
{
    public static readonly InspectionRule Root = new(
        "GH-PRC-001", Severity.High, "It runs as root, with nothing around it.",
        "A prompt that makes it write a file or run a command owns the host.");

    public static readonly InspectionRule HostNetwork = new(
        "GH-PRC-002", Severity.Medium, "It uses the host's own network.",
        "It reaches everything that the host reaches, services on 127.0.0.1 and models past the gate included.");

    public static readonly InspectionRule Secrets = new(
        "GH-PRC-003", Severity.Medium, "Secrets lie in its environment.",
        "Every program of the same user reads them, and everything that it starts inherits them.");

    public static readonly InspectionRule SecretArgument = new(
        "GH-PRC-004", Severity.Medium, "A secret lies in its command line.",
        "Every user of the host sees command lines.");

    public static readonly InspectionRule NewPrivileges = new(
        "GH-PRC-005", Severity.Low, "Its programs may gain privileges.",
        "A set-uid program such as sudo turns its user into root.");

    public static ImmutableArray<InspectionRule> All => [Root, HostNetwork, Secrets, SecretArgument, NewPrivileges];

    public static IEnumerable<Finding> Check(ProcessFacts process, HostFacts host)
    {
        const string AsUnit = "Make it a systemd service with ";
        if (process.Uid == 0)
            yield return Find(process, Root, $"/proc/{process.Id}/status: Uid 0", $"{AsUnit}DynamicUser=yes.");
        if (process.NetworkNamespace is { } own && own == host.NetworkNamespace)
        {
            yield return Find(process, HostNetwork, $"/proc/{process.Id}/ns/net: {own}, as the host",
                $"{AsUnit}PrivateNetwork=yes and the gate on a Unix socket (listen: unix:/…).");
        }
        if (!process.SecretNames.IsEmpty)
        {
            yield return Find(process, Secrets,
                $"/proc/{process.Id}/environ: {string.Join(", ", process.SecretNames)}",
                $"{AsUnit}LoadCredential=, or start it with gatehouse exec, which hands out a token of the job.");
        }
        if (process.HasSecretArgument)
        {
            yield return Find(process, SecretArgument, $"/proc/{process.Id}/cmdline (not shown)",
                "Hand it over in a file that only its user reads.");
        }
        if (process.MayGainPrivileges == true)
        {
            yield return Find(process, NewPrivileges, $"/proc/{process.Id}/status: NoNewPrivs 0",
                $"{AsUnit}NoNewPrivileges=yes.");
        }
    }

    private static Finding Find(ProcessFacts process, InspectionRule rule, string what, string fix) => new()
    {
        Rule = rule,
        Severity = rule.Worst,
        Subject = FindingSubject.Of(process),
        What = what,
        // It is in no file: a person has to make a unit of it.
        Remedy = new Remedy.ByHand(fix),
        // The number changes with every start; what is found of the program stays.
        Key = process.Program,
    };
}
