using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Gatehouse.Tests.Clients;

/// <summary>Runs the scripts in <c>tests/clients</c>, bounded in time, and installs what they need once.</summary>
internal static class ClientRun
{
    /// <summary>A whole plan of one client takes two seconds on two idle cores; tests may run beside builds.</summary>
    private static readonly TimeSpan RunMax = TimeSpan.FromSeconds(90);

    private static readonly string Folder = Repository.PathOf("tests", "clients");

    /// <summary>
    /// Runs the steps in one process, in order; the outcomes come in the same order. <c>NAME:previous</c> runs the
    /// client's previous major.
    /// </summary>
    public static async Task<IReadOnlyList<ClientOutcome>> RunAsync(
        string client, ClientTarget target, IReadOnlyList<ClientStep> steps, CancellationToken cancel)
    {
        await NodePackages.InstallOnceAsync("clients");
        var (script, release) = client.Split(':') is [var name, var other] ? (name, other) : (client, "newest");
        var start = new ProcessStartInfo("node") { ArgumentList = { $"{script}.mjs" } };
        // A developer's own keys and proxies must not reach the clients.
        foreach (var personal in start.Environment.Keys.Where(IsPersonal).ToList())
            start.Environment.Remove(personal);
        start.Environment["RELEASE"] = release;
        start.Environment["GATE_URL"] = target.BaseUrl;
        start.Environment["TOKEN"] = target.Token;
        start.Environment["PLAN"] = new JsonArray([.. steps.Select(step => step.ToJson())]).ToJsonString();
        start.WorkingDirectory = Folder;
        var (exitCode, output, errors) = await NodePackages.RunProcessAsync(start, RunMax, cancel);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(
            exitCode == 0 && lines.Length == steps.Count,
            $"{client}.mjs ended with {exitCode} after {lines.Length} of {steps.Count} steps.\n{output}\n{errors}");
        return [.. lines.Select(ClientOutcome.Parse)];
    }

    private static bool IsPersonal(string name) =>
        name.StartsWith("OPENAI_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("ANTHROPIC_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("OLLAMA_", StringComparison.OrdinalIgnoreCase)
        || name is "NODE_OPTIONS" or "HTTP_PROXY" or "HTTPS_PROXY" or "ALL_PROXY";
}
