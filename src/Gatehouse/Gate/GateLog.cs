using Microsoft.Extensions.Logging;

namespace Gatehouse.Gate;

/// <summary>
/// Every log line of the gate, in one place, so that it can be read through for secrets: ids, reasons and our own
/// sentences only, never a body, a header or a path.
/// </summary>
internal sealed partial class GateLog(ILogger<GateLog> log)
{
    [LoggerMessage(100, LogLevel.Debug, "{Id} refused: {Reason}: {Message}")]
    public partial void Refused(string id, string reason, string message);

    [LoggerMessage(101, LogLevel.Error, "{Id} failed in the gate")]
    public partial void CallFailed(Exception error, string id);

    [LoggerMessage(102, LogLevel.Warning, "A token of job {Job} ({Token}) was seen in a URL and is revoked")]
    public partial void TokenLeaked(string job, string token);

    [LoggerMessage(103, LogLevel.Warning, "{Id} is not on record: the ledger says {State}")]
    public partial void NotRecorded(string id, string state);

    [LoggerMessage(104, LogLevel.Debug, "The identity of model {Model} is not known: {Why}")]
    public partial void NoIdentity(string model, string why);

    [LoggerMessage(105, LogLevel.Warning, "{Id}: model {Model} gave no answer: {Why}")]
    public partial void UpstreamFailed(string id, string model, string why);

    [LoggerMessage(106, LogLevel.Warning, "{Id} was on record with an end that its caller did not get; corrected")]
    public partial void Corrected(string id);
}
