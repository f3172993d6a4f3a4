using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Gatehouse.Tests.Clients;

/// <summary>Runs the scripts in <c>tests/clients</c>, bounded in time, and installs what they need once.</summary>
internal static class ClientRun
{
    /// <summary>A whole plan of one client takes two seconds on two idle cores; tests may run beside builds.</summary>
    private static readonly TimeSpan RunMax = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan InstallMax = TimeSpan.FromMinutes(5);

    private static readonly string Folder = Repository.PathOf("tests", "clients");

    private static readonly Lazy<Task> Installed = new(InstallAsync);

    /// <summary>Makes sure that the clients' packages are in <c>tests/clients</c>.</summary>
    public static Task InstallOnceAsync() => Installed.Value;

    /// <summary>Runs the steps in one process, in order; the outcomes come in the same order.</summary>
    public static async Task<IReadOnlyList<ClientOutcome>> RunAsync(
        string client, ClientTarget target, IReadOnlyList<ClientStep> steps, CancellationToken cancel)
    {
        await Installed.Value;
        var start = new ProcessStartInfo("node") { ArgumentList = { $"{client}.mjs" } };
        start.Environment["GATE_URL"] = target.BaseUrl;
        start.Environment["TOKEN"] = target.Token;
        start.Environment["PLAN"] = new JsonArray([.. steps.Select(step => step.ToJson())]).ToJsonString();
        var (exitCode, output, errors) = await RunProcessAsync(start, RunMax, cancel);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(
            exitCode == 0 && lines.Length == steps.Count,
            $"{client}.mjs ended with {exitCode} after {lines.Length} of {steps.Count} steps.\n{output}\n{errors}");
        return [.. lines.Select(ClientOutcome.Parse)];
    }

    private static async Task InstallAsync()
    {
        var wanted = Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(
            Path.Combine(Folder, "package-lock.json"))));
        var stamp = Path.Combine(Folder, "node_modules", ".installed-lock");
        using var only = await LockAsync(Repository.PathOf("artifacts", "npm-clients.lock"));
        if (File.Exists(stamp) && await File.ReadAllTextAsync(stamp) == wanted)
            return;
        var start = new ProcessStartInfo("npm") { ArgumentList = { "ci", "--no-audit", "--no-fund" } };
        var (exitCode, output, errors) = await RunProcessAsync(start, InstallMax, CancellationToken.None);
        Assert.True(exitCode == 0, $"npm ci in tests/clients ended with {exitCode}.\n{output}\n{errors}");
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

    private static async Task<(int ExitCode, string Output, string Errors)> RunProcessAsync(
        ProcessStartInfo start, TimeSpan max, CancellationToken cancel)
    {
        start.WorkingDirectory = Folder;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        // A developer's own keys and proxies must not reach the clients.
        foreach (var name in start.Environment.Keys.Where(IsPersonal).ToList())
            start.Environment.Remove(name);
        using var process = Process.Start(start)!;
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

    private static bool IsPersonal(string name) =>
        name.StartsWith("OPENAI_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("ANTHROPIC_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("OLLAMA_", StringComparison.OrdinalIgnoreCase)
        || name is "NODE_OPTIONS" or "HTTP_PROXY" or "HTTPS_PROXY" or "ALL_PROXY";
}
