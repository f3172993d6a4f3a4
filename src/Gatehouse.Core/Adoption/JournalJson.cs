using System.Text;
using System.Text.Json;

namespace Gatehouse.Core.Adoption;

/// <summary>Writes and reads lines of the journal.</summary>
public static class JournalJson
{
    /// <summary>One line, with its end.</summary>
    /// <param name="line">The line.</param>
    public static byte[] Write(JournalLine line)
        => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(line, JournalContext.Default.JournalLine) + "\n");

    /// <summary>Reads a journal; a torn last line is what a crash leaves, and is not there.</summary>
    /// <param name="text">The file.</param>
    /// <exception cref="FormatException">A line before the last one is broken, or the first one is no plan.</exception>
    public static IReadOnlyList<JournalLine> Read(string text)
    {
        var lines = new List<JournalLine>();
        var rows = text.Split('\n');
        for (var row = 0; row < rows.Length; row++)
        {
            if (rows[row].Length == 0) continue;
            var isTorn = row == rows.Length - 1;
            try
            {
                if (isTorn) break;
                lines.Add(JsonSerializer.Deserialize(rows[row], JournalContext.Default.JournalLine)
                    ?? throw new FormatException($"Line {row + 1} of the journal is empty."));
            }
            catch (JsonException error)
            {
                throw new FormatException($"Line {row + 1} of the journal cannot be read: {error.Message}", error);
            }
        }
        if (lines.Count > 0 && lines[0] is not { Event: JournalEvent.Planned, V: JournalLine.Version, Steps: not null })
            throw new FormatException("The journal does not begin with a plan that this version of Gatehouse knows.");
        return lines;
    }
}
