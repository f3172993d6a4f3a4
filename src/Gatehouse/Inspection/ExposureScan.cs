using System.Text;
using Gatehouse.Core.Inspection;
using Gatehouse.Core.Systemd;

namespace Gatehouse.Inspection;

/// <summary>
/// Lets systemd judge a service without running it. It is given a copy with every drop-in folded in and without
/// commands and variables: neither counts in the score, and both may hold secrets.
/// </summary>
internal static class ExposureScan
{
    private const string Tool = "systemd-analyze";

    private static readonly string[] LeftOut =
        ["Environment", "EnvironmentFile", "SetCredential", "SetCredentialEncrypted"];

    /// <summary>What systemd says; null where it has no say.</summary>
    public static async Task<UnitExposure?> ReadAsync(UnitFacts unit, CancellationToken stop)
    {
        var folder = Directory.CreateTempSubdirectory("gatehouse-unit-").FullName;
        try
        {
            // The tool refuses a file whose name is no unit's, and a template has no instance to judge.
            var path = Path.Combine(folder, "subject.service");
            await File.WriteAllTextAsync(path, TextOf(unit), stop);
            string[] words = ["security", "--offline=true", "--no-pager", path];
            if (await ToolRun.AskAsync(Tool, words, stop) is not { } table) return null;
            if (await ToolRun.AskAsync(Tool, [.. words, "--json=short"], stop) is not { } json) return null;
            return UnitExposure.Read(table, json);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string TextOf(UnitFacts unit)
    {
        var text = new StringBuilder("[Service]\nExecStart=/bin/true\n");
        foreach (var one in unit.Directives.Where(static one => one.Section == "Service"
            && !one.Key.StartsWith("Exec", StringComparison.Ordinal) && !LeftOut.Contains(one.Key)
            && one.Value.AsSpan().IndexOfAny('\n', '\r') < 0))
        {
            text.Append(one.Key).Append('=').Append(one.Value).Append('\n');
        }
        return text.ToString();
    }
}
