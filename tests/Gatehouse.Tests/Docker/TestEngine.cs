using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Gatehouse.Tests.Binary;

namespace Gatehouse.Tests.Docker;

/// <summary>
/// A Docker engine of the tests' own: its own data root, and its own network namespace, so that its bridges, rules and
/// published ports never touch the machine's. It is gone after the tests, also after a failure.
/// </summary>
public sealed class TestEngine : IAsyncLifetime
{
    private static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(60);

    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"ghd{Environment.ProcessId}");
    private string _root = "";
    private Process? _engine;
    private string? _missing;

    public string SocketPath => Path.Combine(_root, "d.sock");

    public string Space => _name;

    /// <summary>A folder that lies on this machine's disk and is gone with the engine.</summary>
    public string Root => _root;

    public async ValueTask InitializeAsync()
    {
        if (!Environment.IsPrivilegedProcess) _missing = "a Docker engine needs root";
        else if (!File.Exists("/usr/sbin/dockerd")) _missing = "dockerd is not installed (apt-get install docker.io)";
        else if (!File.Exists("/bin/busybox")) _missing = "busybox is not installed (apt-get install busybox-static)";
        else if (!File.Exists("/usr/bin/curl")) _missing = "curl is not installed (apt-get install curl)";
        if (_missing is not null) return;
        _root = Directory.CreateTempSubdirectory("ghd-").FullName;
        try
        {
            await IpAsync("netns", "add", Space);
            await IpAsync("-n", Space, "link", "set", "lo", "up");
            Start();
            await WaitAsync();
            await TestImages.MakeAsync(this);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>Skips a test where no engine can run; under CI a skip is a failure.</summary>
    internal void Need() => Assert.SkipWhen(_missing is not null, _missing ?? "");

    /// <summary>The docker client, as a person uses it.</summary>
    internal async Task<Ended> DockerAsync(params string[] words)
        => (await Child.RunAsync("docker", words, Environment_)).Expect(0);

    internal Task<Ended> TryDockerAsync(params string[] words) => Child.RunAsync("docker", words, Environment_);

    /// <summary>A program in the network of this engine's host.</summary>
    internal Task<Ended> OnHostAsync(string program, params string[] words)
        => Child.RunAsync("nsenter", [$"--net=/run/netns/{Space}", program, .. words], Environment_);

    /// <summary>The same, to be watched or killed on its way.</summary>
    internal Child StartOnHost(string program, params string[] words)
        => Child.Start("nsenter", [$"--net=/run/netns/{Space}", program, .. words], Environment_);

    internal async Task<JsonElement> InspectAsync(string what)
    {
        using var document = JsonDocument.Parse((await DockerAsync("inspect", what)).Output);
        return document.RootElement[0].Clone();
    }

    /// <summary>Everything is removed that a test may have left.</summary>
    internal async Task ClearAsync()
    {
        var containers = (await DockerAsync("ps", "-aq")).Lines;
        if (containers.Count > 0) await DockerAsync(["rm", "-f", "-v", .. containers]);
        await DockerAsync("network", "prune", "-f");
        // A container that was killed while it was being connected can leave an endpoint that keeps its network
        // (Docker 20.10); an engine that starts has none.
        if ((await NetworksAsync()).Count > BuiltInNetworks) await RestartAsync();
    }

    /// <summary>bridge, host, none.</summary>
    private const int BuiltInNetworks = 3;

    private async Task<IReadOnlyList<string>> NetworksAsync() => (await DockerAsync("network", "ls", "-q")).Lines;

    private async Task RestartAsync()
    {
        Signals.Send(_engine!.Id, Signals.Terminate);
        using (var bounded = new CancellationTokenSource(TimeSpan.FromSeconds(30)))
            await _engine.WaitForExitAsync(bounded.Token);
        _engine.Dispose();
        Start();
        await WaitAsync();
        await DockerAsync("network", "prune", "-f");
        Assert.Equal(BuiltInNetworks, (await NetworksAsync()).Count);
    }

    private (string Name, string? Value)[] Environment_ =>
    [
        ("DOCKER_HOST", "unix://" + SocketPath), ("DOCKER_API_VERSION", null),
        ("DOCKER_CONFIG", Path.Combine(_root, "config")),
    ];

    public async ValueTask DisposeAsync()
    {
        if (_engine is not null)
        {
            if (!_engine.HasExited)
            {
                // Running containers hold mounts below the data root.
                var left = (await TryDockerAsync("ps", "-aq")).Lines;
                if (left.Count > 0) await TryDockerAsync(["rm", "-f", "-v", .. left]);
                Signals.Send(_engine.Id, Signals.Terminate);
                using var bounded = new CancellationTokenSource(TimeSpan.FromSeconds(30));
                try
                {
                    await _engine.WaitForExitAsync(bounded.Token);
                }
                catch (OperationCanceledException)
                {
                    _engine.Kill(entireProcessTree: true);
                }
            }
            _engine.Dispose();
            _engine = null;
        }
        await Child.RunAsync("ip", ["netns", "del", Space]);
        // The engine's own namespace file is a mount, which it leaves.
        await Child.RunAsync("umount", ["-l", $"{_root}/exec/netns/default"]);
        if (_root.Length > 0) await Child.RunAsync("rm", ["-rf", "--one-file-system", _root]);
    }

    private void Start()
    {
        var start = new ProcessStartInfo("nsenter")
        {
            RedirectStandardInput = true,
        };
        string[] words =
        [
            // Not `ip netns exec`: it mounts another /sys, without the control groups.
            $"--net=/run/netns/{Space}", "sh", "-c",
            $"exec dockerd --data-root {_root}/data --exec-root {_root}/exec --host unix://{SocketPath} "
            + $"--pidfile {_root}/pid --live-restore=false >{_root}/log 2>&1",
        ];
        foreach (var word in words) start.ArgumentList.Add(word);
        _engine = Process.Start(start)!;
        _engine.StandardInput.Close();
    }

    private async Task WaitAsync()
    {
        var clock = Stopwatch.StartNew();
        while ((await TryDockerAsync("version")).Exit != 0)
        {
            Assert.False(_engine!.HasExited, await File.ReadAllTextAsync(Path.Combine(_root, "log")));
            Assert.True(clock.Elapsed < StartWithin, await File.ReadAllTextAsync(Path.Combine(_root, "log")));
            await Task.Delay(50);
        }
    }

    private static async Task IpAsync(params string[] words) => (await Child.RunAsync("ip", words)).Expect(0);
}
