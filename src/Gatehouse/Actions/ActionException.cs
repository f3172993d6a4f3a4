namespace Gatehouse.Actions;

/// <summary>
/// An act that is not done. The message says what happened and what to do; the code is the verb's exit code.
/// </summary>
internal sealed class ActionException(string message, int exitCode = ExitCodes.Failed) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
