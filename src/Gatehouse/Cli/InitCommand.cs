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

/// <summary>Prints what is wrong with an estate, one line each, in the form that editors and CI recognise.</summary>
internal static class EstateProblemText
{
    /// <summary>Writes <c>file:line:col: error: path: message</c> for problems and the same for warnings.</summary>
    public static void Write(EstateReading reading, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(reading);
        ArgumentNullException.ThrowIfNull(output);
        foreach (var problem in reading.Problems)
            output.WriteLine(Line(problem, "error"));
        foreach (var warning in reading.Warnings)
            output.WriteLine(Line(warning, "warning"));
    }

    /// <summary>One line.</summary>
    public static string Line(EstateProblem problem, string kind)
    {
        ArgumentNullException.ThrowIfNull(problem);
        var path = problem.Path.Length == 0 ? "" : $"{problem.Path}: ";
        return FormattableString.Invariant(
            $"{problem.File}:{problem.Line}:{problem.Column}: {kind}: {path}{problem.Sentence}");
    }
}
