namespace Gatehouse.Core.Adoption;

/// <summary>One call that a verification makes.</summary>
/// <param name="Host">The name or address that the app uses.</param>
/// <param name="Port">The port that it uses.</param>
/// <param name="Path">A path that lists models, as <c>/api/tags</c>.</param>
/// <param name="Address">The only address that the name may have; null when the host is an address itself.</param>
public sealed record ProbeCall(string Host, int Port, string Path, string? Address)
{
    /// <summary>Host and port.</summary>
    public string Authority => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
