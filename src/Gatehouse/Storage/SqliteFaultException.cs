namespace Gatehouse.Storage;

/// <summary>SQLite answered with an error.</summary>
internal sealed class SqliteFaultException(string message, int code, int errno) : Exception(message)
{
    /// <summary>Extended result code.</summary>
    public int Code { get; } = code;

    /// <summary>The operating system's error number, 0 if none.</summary>
    public int Errno { get; } = errno;
}
