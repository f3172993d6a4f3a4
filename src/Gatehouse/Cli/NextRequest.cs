using Gatehouse.Adoption;

namespace Gatehouse.Cli;

/// <summary>What was asked of <c>gatehouse next</c>.</summary>
internal sealed record NextRequest(string Home, string? Docker, bool IsDone, FileInfo? Against, bool Json)
{
    /// <summary>Where the journals of adoptions are; tests have their own.</summary>
    public string Journals { get; init; } = JournalFolder.Usual;

    /// <summary>As whom and of which engine things are seen.</summary>
    public string Place => $"{(Environment.IsPrivilegedProcess ? "root" : "user")} "
        + (Docker ?? Environment.GetEnvironmentVariable("DOCKER_HOST") ?? "");
}
