namespace Gatehouse.Core.Ledger;

/// <summary>
/// Until when an entry keeps what: fixed when it is written, so that later settings change nothing in it.
/// </summary>
/// <param name="Logs">The leaf itself.</param>
/// <param name="Inputs">Its payloads of class inputs, if it has any.</param>
/// <param name="Outputs">Its payloads of class outputs, if it has any.</param>
public sealed record KeepUntil(DateTimeOffset Logs, DateTimeOffset? Inputs = null, DateTimeOffset? Outputs = null)
{
    /// <summary>The time for one class; null if the entry has nothing of that class.</summary>
    public DateTimeOffset? For(RetentionClass retention) => retention switch
    {
        RetentionClass.Inputs => Inputs,
        RetentionClass.Outputs => Outputs,
        RetentionClass.Logs => Logs,
        _ => throw new ArgumentOutOfRangeException(nameof(retention), retention, "Not one of the closed set."),
    };
}
