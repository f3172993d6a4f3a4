using System.CommandLine;
using Gatehouse.Docker;

namespace Gatehouse.Cli;

/// <summary>Where the Docker engine listens: the option, else the environment, else the usual sockets.</summary>
internal static class EngineOption
{
    private const string Name = "--docker";

    public static Option<string?> Create() => new(Name)
    {
        Description =
            "The engine's socket, or tcp:// on this machine "
            + "(default: $DOCKER_HOST, else /var/run/docker.sock, else a rootless engine's)",
        HelpName = "SOCKET",
    };

    /// <summary>The address as it was given; null when the option is not there.</summary>
    public static string? Value(ParseResult result) => result.GetValue<string?>(Name);

    /// <exception cref="EngineException">The address is none that can be spoken to.</exception>
    public static EngineAddress Find(ParseResult result) => EngineAddress.Find(Value(result));

    /// <exception cref="EngineException">No engine answers there.</exception>
    public static Task<EngineClient> ConnectAsync(ParseResult result, CancellationToken stop)
        => EngineClient.ConnectAsync(Find(result), stop);

    /// <summary>
    /// Connects where there is an engine; else says why not. An engine that was named on the command line has to be
    /// there.
    /// </summary>
    /// <exception cref="EngineException">No engine answers where one was named.</exception>
    public static async Task<(EngineClient? Engine, string? Missing)> TryConnectAsync(
        ParseResult result, CancellationToken stop)
    {
        try
        {
            return (await ConnectAsync(result, stop), null);
        }
        catch (EngineException error) when (Value(result) is null)
        {
            return (null, error.Message);
        }
    }
}
