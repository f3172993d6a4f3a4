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
