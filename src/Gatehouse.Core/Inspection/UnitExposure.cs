using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Gatehouse.Core.Inspection;

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
