using System.Globalization;
using System.Text;
using Gatehouse.Core.Inspection;

namespace Gatehouse.Tests.Tidy;

/// <summary>docs/inspect.md, from the rules that the program itself applies.</summary>
internal static class InspectDocument
{
    private const string Head = """
        # What inspection finds

        Every finding of `gatehouse inspect`, generated from `InspectionRules`. An id is never given to another rule.
        The severity is the worst that a finding of the rule may have; what is milder for a reason is reported as less.

        | Severity | Meaning |
        |---|---|
        | critical | a job that goes wrong owns the host |
        | high | it reaches other machines, other jobs' data, or past the gate |
        | medium | it reaches further than it has to |
        | low | a layer of protection is missing behind others |
        | info | worth knowing; nothing follows from it alone |

        Networks are read from NetworkSettings.Networks and from each network's `Internal`, driver and options, never
        from NetworkMode alone: a container that was made with `none` and connected later is told apart, and so is
        one whose `container:` chain ends in the host's network. Nothing is changed, and no value of a variable or
        argument is shown: only names are. What could not be looked at is listed as not checked.

        The engine itself is a subject too (`gatehouse inspect engine`). A container that has ended and is not started
        again by itself, as a migration, has no finding above low.

        The exit code is 0 whatever is found, unless `--fail-on` names a severity: then it is 1 when a finding reaches
        it. It is 1 as well when a job is named and nothing on the host is that job, and 4 when an engine was asked for
        by `--docker` and cannot be reached.

        `--json` prints one object a line: `kind` is `finding` (`id`, `severity`, `subject-kind`, `subject`, `job`,
        `title`, `observed`, `why`, `fix`, `remedy`, `file`, `fingerprint`), `not-seen` (`what`) or, at the end,
        `count`. A `remedy` is the fix for a program, without its words: `kind` is `set-compose-key`,
        `remove-compose-key`, `set-network-key`, `set-directive`, `set-engine-key`, `remove-engine-key`, `run-command`,
        `update` or `by-hand`, and the other members name what to set. SARIF has it under `properties`.

        `--sarif` prints one SARIF 2.1.0 document: critical and high are errors, medium is a warning, the rest are
        notes; the fingerprint is made of rule, subject and place and does not change with the words.

        """;

    public static string Text()
    {
        var text = new StringBuilder(Head);
        var family = "";
        foreach (var rule in InspectionRules.All)
        {
            if (rule.Id[3..6] != family)
            {
                family = rule.Id[3..6];
                text.Append(CultureInfo.InvariantCulture, $"\n## {FamilyOf(family)}\n\n")
                    .Append("| Id | Severity | What | Why |\n|---|---|---|---|\n");
            }
            text.Append(CultureInfo.InvariantCulture,
                $"| {rule.Id} | {SeverityWords.Of(rule.Worst)} | {rule.Title} | {rule.Why} |\n");
        }

        return text.ToString();
    }

    private static string FamilyOf(string letters) => letters switch
    {
        "GTE" => "The gate",
        "NET" => "Networks",
        "NSH" => "Shared networks",
        "DNS" => "Names",
        "PRT" => "Ports",
        "MNT" => "Mounts and sockets",
        "PRV" => "Privileges",
        "CAP" => "Capabilities",
        "NSP" => "Namespaces",
        "DEV" => "Devices and graphics processors",
        "SEC" => "Secrets",
        "IMG" => "Images",
        "LIM" => "Limits",
        "RUN" => "How it is run",
        "ENG" => "The engine",
        "UNT" => "systemd services",
        "PRC" => "Bare processes",
        _ => throw new InvalidOperationException($"The family {letters} has no name."),
    };
}
