using System.CommandLine;

namespace Gatehouse.Cli;

/// <summary>Where the container engine listens.</summary>
internal static class DockerOption
{
    private const string Name = "--docker";

    public static Option<string?> Create() => new(Name)
    {
        Description =
            "The engine's socket, or tcp:// on this machine (default: $DOCKER_HOST, else /var/run/docker.sock)",
        HelpName = "SOCKET",
    };

    public static string? Value(ParseResult result) => result.GetValue<string?>(Name);
}
