using System.Diagnostics;
using Gatehouse.Tests.Binary;

namespace Gatehouse.Tests.Image;

/// <summary>A Docker engine of the test's own, with its own data and no firewall rules; gone after the test.</summary>
internal sealed class OwnEngine : IAsyncDisposable
{
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(30);

    private readonly string _root;
    private readonly Process _engine;

    private OwnEngine(string root, Process engine) => (_root, _engine) = (root, engine);

    private string Socket => $"unix://{_root}/d.sock";

    /// <summary>Starts the engine, or skips the test where there is none to start.</summary>
    public static async Task<OwnEngine> StartAsync()
    {
        Assert.SkipUnless(
            Environment.IsPrivilegedProcess && File.Exists("/usr/sbin/dockerd"), "an engine needs root and docker.io");
        var root = Directory.CreateTempSubdirectory("gatehouse-engine-").FullName;
        var start = new ProcessStartInfo("/usr/sbin/dockerd");
        foreach (var word in new[]
        {
            "--data-root", root + "/data", "--exec-root", root + "/exec", "-H", $"unix://{root}/d.sock",
            "--pidfile", root + "/pid", "--bridge", "none", "--iptables=false", "--log-level", "fatal",
        })
        {
            start.ArgumentList.Add(word);
        }
        var engine = new OwnEngine(root, Process.Start(start)!);
        try
        {
            var clock = Stopwatch.StartNew();
            while ((await engine.RunAsync("version")).Exit != 0)
            {
                Assert.True(clock.Elapsed < StartMax && !engine._engine.HasExited, "The engine did not start.");
                await Task.Delay(200);
            }
            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs the docker command against this engine.</summary>
    public Task<Ended> RunAsync(params string[] words) => Child.RunAsync("docker", ["-H", Socket, .. words]);

    public async Task<string> DoAsync(params string[] words) => (await RunAsync(words)).Expect(0).Output.Trim();

    public async ValueTask DisposeAsync()
    {
        foreach (var container in (await RunAsync("ps", "-aq")).Lines) await RunAsync("rm", "-fv", container);
        foreach (var network in (await RunAsync("network", "ls", "-q", "--filter", "type=custom")).Lines)
            await RunAsync("network", "rm", network);
        Signals.Send(_engine.Id, 15);
        await _engine.WaitForExitAsync();
        _engine.Dispose();
        // The engine leaves a mount of its own behind, such as that of its network namespaces.
        await Child.RunAsync("umount", ["-R", "-q", _root + "/data", _root + "/exec/netns/default"]);
        await Child.RunAsync("rm", ["-rf", _root]);
    }
}
