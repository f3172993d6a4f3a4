using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;

namespace Gatehouse.Tests.Clients;

/// <summary>Packages of npm that tests run, installed once as their lock file says.</summary>
internal static class NodePackages
{
    /// <summary>The agents are a gigabyte of native programs.</summary>
    private static readonly TimeSpan InstallMax = TimeSpan.FromMinutes(8);

    private static readonly ConcurrentDictionary<string, Lazy<Task>> Installed = new();

    /// <summary>Makes sure that the packages of a folder under <c>tests</c> are there.</summary>
    public static Task InstallOnceAsync(string name)
        => Installed.GetOrAdd(name, static wanted => new Lazy<Task>(() => InstallAsync(wanted))).Value;

    private static async Task InstallAsync(string name)
    {
        var folder = Repository.PathOf("tests", name);
        // Agents bring native programs for every platform as optional packages, of which a registry may lack some; npm
        // then takes no lock file of theirs. Their versions are exact in package.json, and so are those of what they
        // bring.
        var lockFile = Path.Combine(folder, "package-lock.json");
        var isLocked = File.Exists(lockFile);
        var wanted = Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(
            isLocked ? lockFile : Path.Combine(folder, "package.json"))));
        var stamp = Path.Combine(folder, "node_modules", ".installed-lock");
        using var only = await LockAsync(Repository.PathOf("artifacts", $"npm-{name}.lock"));
        if (File.Exists(stamp) && await File.ReadAllTextAsync(stamp) == wanted)
            return;
        var start = new ProcessStartInfo("npm")
        {
            ArgumentList = { isLocked ? "ci" : "install", "--no-audit", "--no-fund" },
            WorkingDirectory = folder,
        };
        if (!isLocked) start.ArgumentList.Add("--no-package-lock");
        var (exitCode, output, errors) = await RunProcessAsync(start, InstallMax, CancellationToken.None);
        Assert.True(exitCode == 0, $"npm in tests/{name} ended with {exitCode}.\n{output}\n{errors}");
        await File.WriteAllTextAsync(stamp, wanted);
    }

    // Another test process in the same checkout may be installing: wait for it.
    private static async Task<FileStream> LockAsync(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (clock.Elapsed < InstallMax)
            {
                await Task.Delay(100);
            }
        }
    }

    /// <summary>Runs a process to its end, or kills it and what it started when its time is over.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunProcessAsync(
        ProcessStartInfo start, TimeSpan max, CancellationToken cancel)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bounded.CancelAfter(max);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(bounded.Token);
            var errors = process.StandardError.ReadToEndAsync(bounded.Token);
            await process.WaitForExitAsync(bounded.Token);
            return (process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
