using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
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

    public Finding Find(InspectionRule rule, string what, Remedy remedy, Severity? severity = null) => new()
    {
        Rule = rule,
        Severity = severity ?? rule.Worst,
        Subject = new FindingSubject(SubjectKind.Unit, unit.Name),
        What = what,
        Remedy = remedy,
        File = unit.Path.Length > 0 ? unit.Path : null,
    };

    /// <summary>Sets a directive.</summary>
    /// <param name="key">The directive.</param>
    /// <param name="value">Its value.</param>
    /// <param name="setting">What to type, with what else there is to know.</param>
    public Remedy Set(string key, string value, string setting)
        => new Remedy.SetDirective(unit.Name, IsOfUser, key, value, Edit(setting));

    /// <summary>A change whose value only a person knows.</summary>
    public Remedy ByHand(string setting) => new Remedy.ByHand(Edit(setting));

    private string Edit(string setting)
        => $"systemctl {(IsOfUser ? "--user " : "")}edit {ShellWord.Quote(unit.Name)}, below [Service]: {setting}";

    /// <summary>What was read of a key, without a value that may be a secret.</summary>
    public string Shown(string key) => unit.Last(Service, key) is { } last
        ? $"{key}={last.Value} ({last.Path}:{last.Line})" : $"{key}= is not set";
}

/// <summary>What <c>systemd-analyze security --offline=true</c> says of a unit.</summary>
/// <param name="Tenths">The overall exposure in tenths: 0 is closed, 100 is open.</param>
/// <param name="Open">The settings that weigh most in it, the heaviest first.</param>
public sealed record UnitExposure(int Tenths, ImmutableArray<string> Open)
{
    /// <summary>Settings that are named; the list has some 80.</summary>
    private const int NamesMax = 6;

    private const string Overall = "Overall exposure level for ";

    /// <summary>
    /// Reads the tool's two forms: only the table ends with the overall number, only the JSON is made to be read.
    /// Rows of the JSON are rounded up one by one and do not add up to that number.
    /// </summary>
    /// <param name="table">What it prints without options.</param>
    /// <param name="json">What it prints with <c>--json=short</c>.</param>
    /// <returns>Null when either is not as it should be.</returns>
    public static UnitExposure? Read(string table, string json)
    {
        if (ScoreIn(table) is not { } tenths) return null;
        try
        {
            using var rows = JsonDocument.Parse(json);
            if (rows.RootElement.ValueKind != JsonValueKind.Array) return null;
            var open = rows.RootElement.EnumerateArray().Select(Row).Where(static row => row.Weight > 0)
                .OrderByDescending(static row => row.Weight).ThenBy(static row => row.Name, StringComparer.Ordinal)
                .Select(static row => row.Name).Distinct().Take(NamesMax);
            return new UnitExposure(tenths, [.. open]);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The number as the tool prints it, as <c>9.2</c>.</summary>
    public string Score => string.Create(CultureInfo.InvariantCulture, $"{Tenths / 10}.{Tenths % 10}");

    private static int? ScoreIn(string table)
    {
        var start = table.IndexOf(Overall, StringComparison.Ordinal);
        if (start < 0) return null;
        var line = table[start..].Split('\n')[0];
        // The unit's name may hold a colon and a blank; the number is what stands behind the last one.
        var words = line[(line.LastIndexOf(": ", StringComparison.Ordinal) + 2)..].Split(' ');
        return decimal.TryParse(words[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var score)
            && score is >= 0 and <= 10 ? (int)(score * 10) : null;
    }

    private static (string Name, double Weight) Row(JsonElement row)
    {
        if (row.ValueKind != JsonValueKind.Object) return ("", 0);
        var name = row.TryGetProperty("name", out var named) && named.ValueKind == JsonValueKind.String
            ? named.GetString()! : "";
        var weight = row.TryGetProperty("exposure", out var given) && given.ValueKind == JsonValueKind.String
            && double.TryParse(given.GetString(), CultureInfo.InvariantCulture, out var number) ? number : 0;
        return (name.TrimEnd('='), name.Length > 0 ? weight : 0);
    }
}
