using System.CommandLine;

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
