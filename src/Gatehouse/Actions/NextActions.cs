namespace Gatehouse.Actions;

/// <summary>Steps that a person took: what was mended is on record beside what happened.</summary>
internal static class NextActions
{
    private const int TextMax = 300; // Characters: a title is a sentence.

    /// <summary>A step was checked and is done.</summary>
    public static async Task DoneAsync(ActionCall call)
    {
        var details = new Dictionary<string, string>
        {
            ["step"] = Bounded(call.Required("step")),
            ["title"] = Bounded(call.Argument("title") ?? ""),
        };
        await call.Context.RecordAsync(call.Actor, "next.done", details);
        await call.WriteAsync(json => json.WriteString("done", details["step"]));
    }

    private static string Bounded(string text) => text.Length <= TextMax ? text : text[..TextMax];
}
