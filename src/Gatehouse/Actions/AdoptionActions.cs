namespace Gatehouse.Actions;

/// <summary>How the installation differs from what was adopted, as far as the gate was told.</summary>
internal sealed class AdoptionNotice
{
    /// <summary>Sentences; empty when nothing is known to differ.</summary>
    public IReadOnlyList<string> Changes { get; set; } = [];
}

/// <summary>
/// Puts on record that the installation was adopted, or that this was undone: the acts themselves are root's.
/// </summary>
internal static class AdoptionActions
{
    private static readonly string[] Kinds = ["adopt", "adopt.fix", "adopt.undo"];

    /// <summary>Room for the names of a hundred jobs; a leaf has 65,535 bytes.</summary>
    private const int TextMax = 8_000;

    private const int SentenceMax = 500; // Characters.

    private const int ChangesMax = 40; // Sentences that are kept; more say nothing new.

    /// <summary>
    /// What somebody who sees the engine tells the gate, which does not: how the installation differs from what was
    /// adopted.
    /// The page shows it; it is on record once when it begins, and once when it is over.
    /// </summary>
    public static async Task ChangedAsync(ActionCall call)
    {
        if (call.Context.Adoption is not { } notice)
            throw new ActionException("No gate runs on this home.", ExitCodes.Unavailable);
        string[] changes = [.. (call.Argument("changes") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static one => one.Length <= SentenceMax ? one : one[..SentenceMax]).Take(ChangesMax)];
        var isNew = !changes.SequenceEqual(notice.Changes, StringComparer.Ordinal);
        if (isNew)
        {
            var text = string.Join(' ', changes);
            // In force even when the ledger cannot write: it is what people have to see.
            notice.Changes = changes;
            await call.Context.RecordAsync(call.Actor, changes.Length > 0 ? "adoption.changed" : "adoption.restored",
                new(StringComparer.Ordinal) { ["changes"] = text.Length <= TextMax ? text : text[..TextMax] });
        }
        await call.WriteAsync(json => json.WriteBoolean("recorded", isNew));
    }

    public static async Task RecordAsync(ActionCall call)
    {
        var kind = call.Required("what");
        if (!Kinds.Contains(kind)) throw new ActionException($"There is no such act of adoption: '{kind}'.");
        var details = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["adoption"] = call.Required("adoption"),
        };
        foreach (var name in new[] { "jobs", "models" })
        {
            if (call.Argument(name) is { Length: > 0 } value)
                details[name] = value.Length <= TextMax ? value : value[..TextMax];
        }
        await call.Context.RecordAsync(call.Actor, kind, details);
        await call.WriteAsync(json => json.WriteBoolean("recorded", true));
    }
}
