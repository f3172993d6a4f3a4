using Gatehouse.Storage;

namespace Gatehouse.Actions;

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
