using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Gatehouse.Actions;
using Gatehouse.Docker;

namespace Gatehouse.Cli;

/// <summary>Where the home lies: the option, else the environment, else a place by user.</summary>
internal static class HomeOption
{
    private const string Name = "--home";
    private const string Variable = "GATEHOUSE_HOME";

    public static Option<string?> Create()
    {
        var option = new Option<string?>(Name)
        {
            Description = $"The home directory (default: ${Variable}, else /var/lib/gatehouse for root"
                + " and ~/.local/share/gatehouse for others)",
            HelpName = "DIR",
        };
        // `--home "$DIR"` with DIR unset must not work on another home than the one that was meant.
        option.Validators.Add(static result =>
        {
            if (result is { Implicit: false, Tokens: [{ Value: var path }] } && string.IsNullOrWhiteSpace(path))
                result.AddError("--home is empty. Name the directory, or leave the option out.");
        });
        return option;
    }

    /// <summary>The home as an absolute path; it need not exist.</summary>
    public static string Resolve(ParseResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var chosen = result.GetValue<string?>(Name);
        if (string.IsNullOrEmpty(chosen))
            chosen = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(chosen))
            chosen = Usual;
        return Path.GetFullPath(chosen);
    }

    /// <summary>What a shown command needs to find this home again: nothing where it is found by itself.</summary>
    public static string Shown(string home) => home == Usual ? "" : $" {Name} {home}";

    private static string Usual => Environment.IsPrivilegedProcess ? "/var/lib/gatehouse" : OfUser();

    private static string OfUser() => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share", "gatehouse");
}

/// <summary>Data as lines of JSON instead of text for people.</summary>
internal static class JsonOption
{
    private const string Name = "--json";

    public static Option<bool> Create() => new(Name) { Description = "Print JSON, one object a line" };

    public static bool IsSet(ParseResult result) => result.GetValue<bool>(Name);

    /// <summary>Prints each line of an answer: as it is with the option, else as the text for people.</summary>
    public static Action<JsonElement> Printer(ParseResult result, Func<JsonElement, string> text) => line =>
    {
        if (IsSet(result)) JsonLines.Write(Console.Out, line);
        else Console.Out.WriteLine(text(line));
    };
}

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

/// <summary>From when on: a duration back from now, or a time.</summary>
internal static class SinceOption
{
    private const string Name = "--since";

    public static Option<string> Create()
    {
        var option = new Option<string>(Name)
        {
            Description = "From when on: 15m, 1h, 7d, or a time such as 2026-11-23T07:00Z",
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } text && Parse(text, DateTimeOffset.UnixEpoch) is null)
                result.AddError($"'{text}' is neither a duration such as 1h nor a time such as 2026-11-23T07:00Z.");
        });
        return option;
    }

    public static DateTimeOffset? Value(ParseResult result, DateTimeOffset now)
        => result.GetValue<string>(Name) is { } text ? Parse(text, now) : null;

    private static DateTimeOffset? Parse(string text, DateTimeOffset now)
    {
        if (CommandDuration.TryParse(text) is { } ago)
        {
            return ago < TimeSpan.FromDays(36_000)
                ? now.Subtract(now == DateTimeOffset.UnixEpoch ? TimeSpan.Zero : ago) : null;
        }
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time : null;
    }
}
