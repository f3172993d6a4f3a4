using System.Collections.Immutable;

namespace Gatehouse.Core.Inspection;

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
        Fix = fix,
        // The number changes with every start; what is found of the program stays.
        Key = process.Program,
    };
}
