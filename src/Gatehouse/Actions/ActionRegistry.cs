using Gatehouse.Storage;

namespace Gatehouse.Actions;

/// <summary>
/// Every act by name. The server's sockets and the verbs themselves, when no server runs, use the same desk.
/// </summary>
internal static class ActionRegistry
{
    private static readonly Dictionary<string, Func<ActionCall, Task>> Acts = new(StringComparer.Ordinal)
    {
        ["token.issue"] = TokenActions.IssueAsync,
        ["token.list"] = TokenActions.ListAsync,
        ["token.revoke"] = TokenActions.RevokeAsync,
        ["exec"] = ExecAction.RunAsync,
        ["pause"] = PauseActions.PauseAsync,
        ["resume"] = PauseActions.ResumeAsync,
        ["reload"] = ReloadAction.RunAsync,
        ["status"] = StatusAction.RunAsync,
        ["adoption.record"] = AdoptionActions.RecordAsync,
        ["adoption.changed"] = AdoptionActions.ChangedAsync,
        ["next.done"] = NextActions.DoneAsync,
        ["ledger.grep"] = PayloadActions.GrepAsync,
        ["ledger.payload"] = PayloadActions.ShowAsync,
        ["ledger.checkpoint"] = LedgerActions.CheckpointAsync,
        ["ledger.confirm-clock"] = LedgerActions.ConfirmClockAsync,
    };

    /// <summary>What a job's own user may do on the tokens socket, for that job only.</summary>
    private static readonly HashSet<string> OfJobUsers = ["token.issue", "exec"];

    public static Task RunAsync(string name, ActionCall call)
        => Acts.TryGetValue(name, out var act)
            ? act(call)
            : throw new ActionException($"There is no act '{name}'.", ExitCodes.Unusable);

    public static bool IsForJobUsers(string name) => OfJobUsers.Contains(name);
}

/// <summary>Acts on the ledger itself.</summary>
internal static class LedgerActions
{
    /// <summary>Signs what is there now, so that it can be kept elsewhere.</summary>
    public static async Task CheckpointAsync(ActionCall call)
    {
        var result = await call.Context.Ledger.SignCheckpointAsync(call.Stop);
        if (result.Note is not { } note)
        {
            throw new ActionException($"There is no checkpoint: the ledger says {result.Refusal}.",
                ExitCodes.Unavailable);
        }
        await call.WriteAsync(json =>
        {
            json.WriteString("checkpoint", note);
            json.WriteString("key", call.Context.Ledger.Key?.ToString());
        });
    }

    /// <summary>A person says that the clock, which jumped, is right: purging goes on.</summary>
    public static async Task ConfirmClockAsync(ActionCall call)
    {
        await call.Context.RecordAsync(call.Actor, "clock.confirm", []);
        if (await call.Context.Ledger.ConfirmClockAsync() is not LedgerRefusal.None and var refusal)
            throw new ActionException($"Not done: the ledger cannot record it ({refusal}).", ExitCodes.Unavailable);
        await call.WriteAsync(json =>
        {
            json.WriteBoolean("confirmed", true);
            json.WriteString("time", call.Context.Ledger.Now);
        });
    }
}

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

/// <summary>Makes a valid estate file the plan of new calls; an invalid one changes nothing.</summary>
internal static class ReloadAction
{
    public static async Task RunAsync(ActionCall call)
    {
        if (call.Context.Reload is not { } reload)
        {
            throw new ActionException("No gate runs on this home, so there is nothing to reload.",
                ExitCodes.Unavailable);
        }
        var result = await reload(call.Actor);
        if (!result.IsLoaded)
            throw new ActionException("The old plan stays:\n" + string.Join('\n', result.Lines), ExitCodes.Unusable);
        await call.WriteAsync(json =>
        {
            json.WriteBoolean("reloaded", true);
            json.WriteStartArray("changes");
            foreach (var line in result.Lines) json.WriteStringValue(line);
            json.WriteEndArray();
        });
    }
}

/// <summary>What a reload did: the changes by key path, or the problems for which the old plan stays.</summary>
internal sealed record ReloadResult(bool IsLoaded, IReadOnlyList<string> Lines);
