using System.CommandLine;
using Gatehouse.Core.Estate;
using Gatehouse.Estate;
using Gatehouse.Storage;

namespace Gatehouse.Cli;

/// <summary><c>gatehouse init</c>: writes a commented starter home, and never over an existing one.</summary>
internal static class InitCommand
{
    private const int Refused = 2; // Exit code.

    public static Command Create()
    {
        var name = new Option<string>("--name")
        {
            Description = "Name of the estate",
            HelpName = "NAME",
            DefaultValueFactory = _ => "home",
        };
        var command = new Command("init", """
            Write a starter home: a commented gatehouse.yaml and its schema for editors.

            Examples:
              gatehouse init
              gatehouse init --home /srv/gatehouse --name lab
            """) { HomeOption.Create(), name };
        command.SetAction(result => Run(
            HomeOption.Resolve(result), result.GetValue(name)!,
            result.InvocationConfiguration.Output, result.InvocationConfiguration.Error));
        return command;
    }

    private static int Run(string home, string name, TextWriter output, TextWriter error)
    {
        var path = EstateFile.PathIn(home);
        try
        {
            HomeOwner.Become(home);
            StarterFile.Write(home, name, ListenAddress.DefaultGate, error);
        }
        catch (IOException) when (File.Exists(path))
        {
            error.WriteLine($"error: {path} is already there; edit it, or choose another --home");
            return Refused;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException
                or HomeException)
        {
            error.WriteLine($"error: the home {home} cannot be written: {failure.Message}");
            return Refused;
        }
        output.WriteLine($"Wrote {path}. Edit it, then check it with `gatehouse jobs`.");
        return 0;
    }
}
