using System.Collections.Immutable;
using Gatehouse.Core.Systemd;

namespace Gatehouse.Core.Inspection;

/// <summary>One systemd service under inspection, with what the rules ask of it more than once.</summary>
internal sealed class UnitCase(UnitFacts unit, UnitExposure? exposure, HostFacts host)
{
    private const string Service = "Service";

    public UnitFacts Unit => unit;

    public UnitExposure? Exposure => exposure;

    public HostFacts Host => host;

    /// <summary>Whether a user's own manager runs it: it never has more rights than that user.</summary>
    public bool IsOfUser { get; } = unit.Path.Contains("/systemd/user/", StringComparison.Ordinal);

    public bool IsDynamic => IsOn("DynamicUser");

    public bool IsRoot => !IsOfUser && !IsDynamic && (Value("User") is "" or "root" or "0");

    public string User => Value("User");

    public string Value(string key) => unit.Get(Service, key) ?? "";

    public bool Has(string key) => Value(key).Length > 0;

    /// <summary>The key was given, though perhaps as nothing, which for capabilities means none.</summary>
    public bool IsGiven(string key) => unit.Get(Service, key) is not null;

    public bool IsOn(string key) => Value(key).ToUpperInvariant() is "YES" or "TRUE" or "1" or "ON";

    public ImmutableArray<string> Words(string key) => [.. unit.Words(Service, key)];

    public Finding Find(InspectionRule rule, string what, string fix, Severity? severity = null) => new()
    {
        Rule = rule,
        Severity = severity ?? rule.Worst,
        Subject = new FindingSubject(SubjectKind.Unit, unit.Name),
        What = what,
        Fix = fix,
        File = unit.Path.Length > 0 ? unit.Path : null,
    };

    /// <summary>What to type for one setting.</summary>
    public string Edit(string setting)
        => $"systemctl {(IsOfUser ? "--user " : "")}edit {ShellWord.Quote(unit.Name)}, below [Service]: {setting}";

    /// <summary>What was read of a key, without a value that may be a secret.</summary>
    public string Shown(string key) => unit.Last(Service, key) is { } last
        ? $"{key}={last.Value} ({last.Path}:{last.Line})" : $"{key}= is not set";
}
