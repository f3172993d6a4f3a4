namespace Gatehouse.Acts;

/// <summary>
/// Every act by name. The server's sockets and the verbs themselves, when no server runs, use the same desk.
/// </summary>
internal static class ActDesk
{
    private static readonly Dictionary<string, Func<ActCall, Task>> Acts = new(StringComparer.Ordinal)
    {
        ["token.issue"] = TokenActs.IssueAsync,
        ["token.list"] = TokenActs.ListAsync,
        ["token.revoke"] = TokenActs.RevokeAsync,
        ["exec"] = ExecAct.RunAsync,
        ["pause"] = PauseActs.PauseAsync,
        ["resume"] = PauseActs.ResumeAsync,
        ["reload"] = ReloadAct.RunAsync,
        ["adoption.record"] = AdoptionActs.RecordAsync,
        ["adoption.changed"] = AdoptionActs.ChangedAsync,
        ["next.done"] = NextActs.DoneAsync,
        ["ledger.grep"] = PayloadActs.GrepAsync,
        ["ledger.payload"] = PayloadActs.ShowAsync,
        ["ledger.checkpoint"] = LedgerActs.CheckpointAsync,
        ["ledger.confirm-clock"] = LedgerActs.ConfirmClockAsync,
    };

    /// <summary>What a job's own user may do on the tokens socket, for that job only.</summary>
    private static readonly HashSet<string> OfJobUsers = ["token.issue", "exec"];

    public static Task RunAsync(string name, ActCall call)
        => Acts.TryGetValue(name, out var act)
            ? act(call)
            : throw new ActException($"There is no act '{name}'.", ExitCodes.Unusable);

    public static bool IsForJobUsers(string name) => OfJobUsers.Contains(name);
}
