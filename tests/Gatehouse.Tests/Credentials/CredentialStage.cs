using System.Diagnostics;

namespace Gatehouse.Tests.Credentials;

/// <summary>A folder with vault programs and the variables that lead to it; all of it is undone at the end.</summary>
internal sealed class CredentialStage : IDisposable
{
    private const UnixFileMode Runnable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly Dictionary<string, string?> _before = [];

    public string Folder { get; } = Directory.CreateTempSubdirectory("gh-vault-").FullName;

    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Sets a variable of this process until the end of the test.</summary>
    public void Set(string name, string? value)
    {
        _before.TryAdd(name, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
    }

    /// <summary>Puts a program first in PATH.</summary>
    public void Put(string program, string script)
    {
        var bin = Directory.CreateDirectory(PathOf("bin")).FullName;
        File.WriteAllText(Path.Combine(bin, program), $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(Path.Combine(bin, program), Runnable);
        Set("PATH", $"{bin}:{Environment.GetEnvironmentVariable("PATH")}");
    }

    /// <summary>Runs a shell script and expects it to succeed.</summary>
    public async Task RunAsync(string script)
    {
        using var process = Process.Start(new ProcessStartInfo("sh", ["-euc", script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
        })!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, $"{script}\n{await output}\n{await errors}");
    }

    public static bool Has(string program) => Environment.GetEnvironmentVariable("PATH")!.Split(':')
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    public void Dispose()
    {
        foreach (var (name, value) in _before)
            Environment.SetEnvironmentVariable(name, value);
        Directory.Delete(Folder, recursive: true);
    }
}
