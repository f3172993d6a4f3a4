namespace Gatehouse.Storage;

/// <summary>A home that cannot be used as it is. The message says what happened, where, and what to do.</summary>
internal sealed class HomeException : Exception
{
    public HomeException(string message)
        : base(message)
    {
    }

    public HomeException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
