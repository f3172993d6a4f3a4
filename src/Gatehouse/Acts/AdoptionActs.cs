namespace Gatehouse.Acts;

/// <summary>
/// Puts on record that the house was adopted, or that this was undone: the acts themselves are root's.
/// </summary>
internal static class AdoptionActs
{
    private static readonly string[] Kinds = ["adopt", "adopt.undo"];

    /// <summary>Room for the names of a hundred jobs; a leaf has 65,535 bytes.</summary>
    private const int TextMax = 8_000;

    public static async Task RecordAsync(ActCall call)
    {
        var kind = call.Required("what");
        if (!Kinds.Contains(kind)) throw new ActException($"There is no such act of adoption: '{kind}'.");
        var details = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["adoption"] = call.Required("adoption"),
        };
        foreach (var name in new[] { "jobs", "models" })
        {
            if (call.Argument(name) is { Length: > 0 } value)
                details[name] = value.Length <= TextMax ? value : value[..TextMax];
        }
        await call.House.RecordAsync(call.Actor, kind, details);
        await call.WriteAsync(json => json.WriteBoolean("recorded", true));
    }
}
