namespace Gatehouse.Discovery;

/// <summary>A user of the host, from <c>/etc/passwd</c>.</summary>
/// <param name="Name">The user's name.</param>
/// <param name="Home">The user's home.</param>
internal sealed record HostUser(string Name, string Home)
{
    private const int UsersMax = 1_000; // Of one host; those of a directory service are not in the file.

    // Homes that many users of the system share and that hold nothing of their own.
    private static readonly string[] NoHomes =
        ["/", "/bin", "/dev", "/nonexistent", "/proc", "/usr/sbin", "/sbin", "/run"];

    /// <summary>The users with a home, each home once.</summary>
    public static IReadOnlyList<HostUser> All(HostFiles files)
    {
        var users = new List<HostUser>();
        foreach (var line in (files.Read("/etc/passwd") ?? "").Split('\n').Take(UsersMax))
        {
            var fields = line.Split(':');
            if (fields.Length < 6 || fields[0].Length == 0 || !fields[5].StartsWith('/'))
                continue;
            var home = fields[5].TrimEnd('/');
            if (home.Length > 0 && !NoHomes.Contains(home) && users.All(user => user.Home != home))
                users.Add(new HostUser(fields[0], home));
        }
        return users;
    }
}
