using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gatehouse.Core.Adoption;

/// <summary>The JSON of the journal, generated: nothing is looked up by reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalLine))]
internal sealed partial class JournalContext : JsonSerializerContext;

/// <summary>What a line of the journal says.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JournalEvent>))]
public enum JournalEvent
{
    /// <summary>This is what will be done.</summary>
    Planned,

    /// <summary>A step is about to be done: from here on it may have been, in part.</summary>
    Begun,

    /// <summary>A step is done.</summary>
    Done,

    /// <summary>A step failed.</summary>
    Failed,

    /// <summary>All steps are done.</summary>
    Adopted,

    /// <summary>A step is undone.</summary>
    Undone,

    /// <summary>Everything is as before.</summary>
    Restored,
}

/// <summary>
/// One line of an adoption's journal, as JSON. The first holds the plan; every later one says how far it came.
/// </summary>
public sealed record JournalLine
{
    /// <summary>Version of this format.</summary>
    public const int Version = 1;

    /// <summary>What happened.</summary>
    public required JournalEvent Event { get; init; }

    /// <summary>When, in UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Version of the format; in the first line only.</summary>
    public int? V { get; init; }

    /// <summary>The adoption's id; in the first line only.</summary>
    public string? Adoption { get; init; }

    /// <summary>The home on the host; in the first line only.</summary>
    public string? Home { get; init; }

    /// <summary>The engine's address; in the first line only.</summary>
    public string? Engine { get; init; }

    /// <summary>All steps in their order; in the first line only.</summary>
    public ImmutableArray<AdoptionStep>? Steps { get; init; }

    /// <summary>The step, counted from 0; in lines about one.</summary>
    public int? Step { get; init; }

    /// <summary>What went wrong; where something did.</summary>
    public string? Why { get; init; }
}

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
