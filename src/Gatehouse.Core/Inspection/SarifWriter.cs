using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Gatehouse.Core.Inspection;

/// <summary>Findings as SARIF 2.1.0 (OASIS standard), which code scanning tools read.</summary>
public static class SarifWriter
{
    private const string Schema = "https://json.schemastore.org/sarif-2.1.0.json";

    /// <summary>Writes one run with every rule of the catalogue and the findings.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="findings">The findings, in the order to show.</param>
    /// <param name="version">The program's version.</param>
    public static void Write(Utf8JsonWriter json, IEnumerable<Finding> findings, string version)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("$schema", Schema);
        json.WriteString("version", "2.1.0");
        json.WriteStartArray("runs");
        json.WriteStartObject();
        WriteTool(json, version);
        json.WriteString("columnKind", "utf16CodeUnits");
        json.WriteStartArray("results");
        foreach (var finding in findings) WriteResult(json, finding);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>
    /// What stays the same from run to run while the finding stands: the rule, the subject and the key, not the words.
    /// </summary>
    /// <param name="finding">The finding.</param>
    public static string Fingerprint(Finding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        // A process's number is part of its shown name and changes; its key does not.
        var name = finding.Subject.Kind == SubjectKind.Process ? "" : finding.Subject.Name;
        var text = string.Join('\0', finding.Rule.Id, finding.Subject.KindWord, name, finding.Key);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private static void WriteTool(Utf8JsonWriter json, string version)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "Gatehouse");
        json.WriteString("version", version);
        json.WriteStartArray("rules");
        foreach (var rule in InspectionRules.All)
        {
            json.WriteStartObject();
            json.WriteString("id", rule.Id);
            WriteText(json, "shortDescription", rule.Title);
            WriteText(json, "fullDescription", rule.Why);
            json.WriteStartObject("defaultConfiguration");
            json.WriteString("level", LevelOf(rule.Worst));
            json.WriteEndObject();
            json.WriteStartObject("properties");
            json.WriteString("security-severity", ScoreOf(rule.Worst));
            json.WriteStartArray("tags");
            json.WriteStringValue("security");
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter json, Finding finding)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", finding.Rule.Id);
        json.WriteNumber("ruleIndex", InspectionRules.All.IndexOf(finding.Rule));
        json.WriteString("level", LevelOf(finding.Severity));
        WriteText(
            json, "message", $"{finding.Subject}: {finding.Rule.Title} Observed: {finding.What}. Fix: {finding.Fix}");
        json.WriteStartArray("locations");
        json.WriteStartObject();
        if (finding.File is { } file) WriteFile(json, file);
        json.WriteStartArray("logicalLocations");
        json.WriteStartObject();
        json.WriteString("name", finding.Subject.Name);
        json.WriteString("fullyQualifiedName", $"{finding.Subject.KindWord}/{finding.Subject.Name}");
        json.WriteString("kind", finding.Subject.KindWord);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("partialFingerprints");
        json.WriteString("gatehouse/v1", Fingerprint(finding));
        json.WriteEndObject();
        json.WriteStartObject("properties");
        json.WriteString("severity", SeverityWords.Of(finding.Severity));
        json.WriteString("security-severity", ScoreOf(finding.Severity));
        finding.Remedy.Write(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteFile(Utf8JsonWriter json, string file)
    {
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        // A URI reference, RFC 3986: blanks and signs of a path are escaped, its slashes are not.
        json.WriteString("uri", (file.StartsWith('/') ? "file://" : "")
            + string.Join('/', file.Split('/').Select(Uri.EscapeDataString)));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string text)
    {
        json.WriteStartObject(name);
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    private static string LevelOf(Severity severity) => severity switch
    {
        Severity.Critical or Severity.High => "error",
        Severity.Medium => "warning",
        _ => "note",
    };

    /// <summary>Numbers in the middle of the bands that code scanning tools sort by (0.1 to 10.0).</summary>
    private static string ScoreOf(Severity severity) => (severity switch
    {
        Severity.Critical => 9.5,
        Severity.High => 8.0,
        Severity.Medium => 5.5,
        Severity.Low => 2.5,
        _ => 0.1,
    }).ToString("0.0", CultureInfo.InvariantCulture);
}
