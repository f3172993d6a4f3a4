using Gatehouse.Storage;

namespace Gatehouse.Acts;

/// <summary>Acts on the ledger itself.</summary>
internal static class LedgerActs
{
    /// <summary>Signs what is there now, so that it can be kept elsewhere.</summary>
    public static async Task CheckpointAsync(ActCall call)
    {
        var result = await call.House.Ledger.SignCheckpointAsync(call.Stop);
        if (result.Note is not { } note)
            throw new ActException($"There is no checkpoint: the ledger says {result.Refusal}.", ExitCodes.Unavailable);
        await call.WriteAsync(json =>
        {
            json.WriteString("checkpoint", note);
            json.WriteString("key", call.House.Ledger.Key?.ToString());
        });
    }

    /// <summary>A person says that the clock, which jumped, is right: purging goes on.</summary>
    public static async Task ConfirmClockAsync(ActCall call)
    {
        await call.House.RecordAsync(call.Actor, "clock.confirm", []);
        if (await call.House.Ledger.ConfirmClockAsync() is not LedgerRefusal.None and var refusal)
            throw new ActException($"Not done: the ledger cannot record it ({refusal}).", ExitCodes.Unavailable);
        await call.WriteAsync(json =>
        {
            json.WriteBoolean("confirmed", true);
            json.WriteString("time", call.House.Ledger.Now);
        });
    }
}
