using System.CommandLine;
using System.Text;
using Gatehouse.Core.Estate;

namespace Gatehouse.Cli;

/// <summary><c>gatehouse init</c>: writes a commented starter home, and never over an existing one.</summary>
internal static class InitCommand
{
    private const int Refused = 2; // Exit code.

    private const UnixFileMode OwnerOnlyDirectory =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

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
            var text = StarterEstate.Text(name, LocalZone.Name);
            CloseHome(home, error);
            WriteNew(path, text, FileMode.CreateNew);
            WriteNew(Path.Combine(home, EstateSchema.FileName), EstateSchema.Text(), FileMode.Create);
        }
        catch (IOException) when (File.Exists(path))
        {
            error.WriteLine($"error: {path} is already there; edit it, or choose another --home");
            return Refused;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            error.WriteLine($"error: the home {home} cannot be written: {failure.Message}");
            return Refused;
        }
        output.WriteLine($"Wrote {path}. Edit it, then check it with `gatehouse jobs`.");
        return 0;
    }

    // The ledger and the keys will lie in the home, so nobody else may look. A directory that holds something may be
    // anything, even /etc by mistake: its rights are not touched, only remarked on.
    private static void CloseHome(string home, TextWriter error)
    {
        if (!Directory.Exists(home))
            Directory.CreateDirectory(home, OwnerOnlyDirectory);
        else if (!Directory.EnumerateFileSystemEntries(home).Any())
            File.SetUnixFileMode(home, OwnerOnlyDirectory);
        else if ((File.GetUnixFileMode(home) & ~OwnerOnlyDirectory) != 0)
            error.WriteLine($"warning: others may look into {home}; close it with: chmod 700 {home}");
    }

    private static void WriteNew(string path, string text, FileMode mode)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnlyFile,
        };
        using var file = new FileStream(path, options);
        file.Write(Encoding.UTF8.GetBytes(text));
    }
}
