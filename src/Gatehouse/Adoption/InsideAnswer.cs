using System.Globalization;

namespace Gatehouse.Adoption;

/// <summary>What answered a probe.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Job">The job as which the gate knew the caller; null when no gate answered.</param>
/// <param name="Body">The start of the body, as it came (chunk marks included).</param>
internal sealed record InsideAnswer(int Status, string? Job, string Body)
{
    private const string JobHeader = "X-Gatehouse-Job:";

    public static InsideAnswer? Parse(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var lines = (end < 0 ? text : text[..end]).Split("\r\n");
        var first = lines[0].Split(' ');
        if (first.Length < 2 || !first[0].StartsWith("HTTP/1.", StringComparison.Ordinal)) return null;
        if (!int.TryParse(first[1], NumberStyles.None, CultureInfo.InvariantCulture, out var status)) return null;
        var job = lines.FirstOrDefault(line => line.StartsWith(JobHeader, StringComparison.OrdinalIgnoreCase));
        return new InsideAnswer(status, job?[JobHeader.Length..].Trim(), end < 0 ? "" : text[(end + 4)..]);
    }
}
