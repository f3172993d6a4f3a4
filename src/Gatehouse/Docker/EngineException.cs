namespace Gatehouse.Docker;

/// <summary>The engine cannot be reached, or refused; the message says what happened and what to do.</summary>
internal sealed class EngineException(string message, int status = 0, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>The HTTP status of the refusal; 0 when there was no answer.</summary>
    public int Status { get; } = status;

    public bool IsNotFound => Status == 404;
}
