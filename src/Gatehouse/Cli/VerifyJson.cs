using System.Text;
using System.Text.Json;
using Gatehouse.Storage;

namespace Gatehouse.Cli;

/// <summary>A verification as one JSON object.</summary>
internal static class VerifyJson
{
    public static void Print(VerifyReport report)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteBoolean("good", report.IsGood);
            json.WriteNumber("entries", report.Leaves);
            json.WriteNumber("pruned", report.Pruned);
            json.WriteNumber("signed_to", report.SignedTo);
            json.WriteNumber("checkpoints", report.Checkpoints);
            json.WriteStartArray("faults");
            foreach (var fault in report.Faults)
            {
                json.WriteStartObject();
                json.WriteNumber("index", fault.Index);
                json.WriteString("what", fault.What);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            if (report.Payloads is { } payloads)
            {
                json.WriteNumber("payloads_checked", payloads.Checked);
                json.WriteNumber("payloads_purged", payloads.Purged);
                json.WriteNumber("payloads_without_key", payloads.Unreadable);
            }
            json.WriteEndObject();
        }
        Console.Out.WriteLine(Encoding.UTF8.GetString(line.ToArray()));
    }
}
