namespace Gatehouse.Actions;

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
