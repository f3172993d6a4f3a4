using System.Globalization;
using System.Text;
using Gatehouse.Adoption;
using Gatehouse.Cli;
using Gatehouse.Tests.Binary;

namespace Gatehouse.Tests.Adoption;

/// <summary>
/// A host with an Ollama as a service: its own network namespace, its own folder of units, and a systemctl that does
/// with them what systemd would, as far as an adoption can tell. It too knows files only after a reload.
/// </summary>
internal sealed class HostStage : IAsyncDisposable
{
    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const string Systemctl = """
        #!/bin/sh
        U='{root}/etc/systemd/system'; S='{root}/state'
        verb=$1; shift; now=
        for word; do case $word in --now) now=1;; --quiet) ;; *) unit=$word;; esac; done
        echo "$verb $unit" >>"$S/log"
        alive() { [ -f "$S/$unit.pid" ] && kill -0 "$(cat "$S/$unit.pid")" 2>/dev/null; }
        reload() { rm -rf "$S/loaded"; cp -r "$U" "$S/loaded"; }
        halt() {
          if alive; then
            kill -TERM "$(cat "$S/$unit.pid")"
            for i in $(seq 100); do alive || break; sleep 0.05; done
            if alive; then kill -KILL "$(cat "$S/$unit.pid")"; fi
          fi
          rm -f "$S/$unit.pid"
        }
        start() {
          alive && return
          [ -f "$S/loaded/$unit" ] || { echo "Unit $unit not found." >&2; exit 5; }
          text=$(cat "$S/loaded/$unit" "$S/loaded/$unit.d/"*.conf 2>/dev/null)
          what=$(echo "$text" | sed -n 's/^ExecStart=//p')
          with=$(echo "$text" | sed -n 's/^Environment=//p' | tr -d '"')
          case $text in *CapabilityBoundingSet=CAP_SETUID\ CAP_SETGID*)
            what="setpriv --no-new-privs --inh-caps=-all --bounding-set=-all,+setuid,+setgid $what";;
          esac
          env $with setsid nsenter --net=/run/netns/{space} $what </dev/null >>"$S/$unit.log" 2>&1 &
          echo $! >"$S/$unit.pid"
        }
        case $verb in
          daemon-reload) reload;;
          is-active) alive || exit 3;;
          start) start;;
          stop) halt;;
          restart) halt; start;;
          enable)
            [ -f "$U/$unit" ] || { echo "Unit file $unit does not exist." >&2; exit 1; }
            mkdir -p "$U/multi-user.target.wants"; ln -sf "../$unit" "$U/multi-user.target.wants/$unit"
            if [ -n "$now" ]; then start; fi;;
          disable)
            [ -f "$U/$unit" ] || { echo "Unit file $unit does not exist." >&2; exit 1; }
            rm -f "$U/multi-user.target.wants/$unit"; rmdir "$U/multi-user.target.wants" 2>/dev/null
            if [ -n "$now" ]; then halt; fi;;
          *) echo "What is $verb?" >&2; exit 1;;
        esac
        exit 0
        """;

    private readonly StringWriter _screen = new();
    private readonly PublicCopy _copy;

    private HostStage(string root, PublicCopy copy) => (Root, _copy) = (root, copy);

    public string Root { get; }

    public string Home => Path.Combine(Root, "home");

    public string Units => Path.Combine(Root, "etc", "systemd", "system");

    public string Screen => _screen.ToString();

    private string Space { get; } = string.Create(CultureInfo.InvariantCulture, $"ghh{Environment.ProcessId}");

    private string SystemctlPath => Path.Combine(Root, "bin", "systemctl");

    /// <summary>What a person runs; the gate's service runs the same.</summary>
    private string Program => Environment.GetEnvironmentVariable("GATEHOUSE_TEST_CLI") ?? _copy.Path;

    /// <summary>Starts it; the lines are the owner's own drop-in.</summary>
    public static async Task<HostStage> StartAsync(string dropIn = "")
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "making network namespaces needs root");
        var stage = new HostStage(Directory.CreateTempSubdirectory("ghh-").FullName, PublicCopy.OfBinary());
        try
        {
            await stage.MakeAsync(dropIn);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    private async Task MakeAsync(string dropIn)
    {
        File.SetUnixFileMode(Root, Everybody);
        foreach (var folder in new[] { Units, Path.Combine(Root, "bin"), Path.Combine(Root, "state") })
            Directory.CreateDirectory(folder);
        Write(SystemctlPath, Systemctl.Replace("{root}", Root, StringComparison.Ordinal)
            .Replace("{space}", Space, StringComparison.Ordinal));
        Write(Path.Combine(Root, "bin", "ollama"), $"""
            #!/bin/sh
            exec {_copy.Path} scripted-model --listen "$OLLAMA_HOST"
            """);
        Write(Path.Combine(Units, "ollama.service"), $"""
            [Unit]
            Description=Ollama Service

            [Service]
            ExecStart={Root}/bin/ollama serve
            Environment="OLLAMA_HOST=127.0.0.1:11434"
            """);
        if (dropIn.Length > 0)
        {
            Directory.CreateDirectory(Path.Combine(Units, "ollama.service.d"));
            Write(Path.Combine(Units, "ollama.service.d", "override.conf"), dropIn);
        }
        (await Child.RunAsync("ip", ["netns", "add", Space])).Expect(0);
        (await Child.RunAsync("ip", ["-n", Space, "link", "set", "lo", "up"])).Expect(0);
        await SystemctlAsync("daemon-reload");
        await SystemctlAsync("start", "ollama.service");
        await WaitForAsync(
            "http://127.0.0.1:11434/api/tags", static answer => answer.Contains("200 OK", StringComparison.Ordinal));
    }

    /// <summary>The verb as a person runs it, on this host: the units are where they are on every host.</summary>
    public Task<Ended> AdoptAsync(params string[] words)
    {
        const string script = "mount --bind \"$1\" /etc/systemd/system && shift && exec \"$@\"";
        return Child.RunAsync("unshare",
        [
            "--mount", "--propagation", "private", "sh", "-c", script, "sh", Units,
            "nsenter", $"--net=/run/netns/{Space}", Program, "adopt", "--home", Home,
            "--journals", Path.Combine(Root, "journals"), .. words,
        ], ("PATH", $"{Root}/bin:{Environment.GetEnvironmentVariable("PATH")}"),
        ("DOCKER_HOST", $"unix://{Root}/none.sock"));
    }

    /// <summary>The verb in this process, so that faults can be put between it and the host.</summary>
    public AdoptVerb Verb(CrashingSteps? faults = null)
        => new(null, new AdoptScreen(_screen), JournalFolder.Open(Path.Combine(Root, "journals")))
        {
            Home = Home,
            EngineAddress = "none",
            NoEngine = "there is none",
            Host = new HostSystem(Root, SystemctlPath, Program),
            Runner = faults is null ? static real => real : faults.Around,
        };

    public async Task SystemctlAsync(params string[] words) => (await Child.RunAsync(SystemctlPath, words)).Expect(0);

    /// <summary>A call from a program of this host: the whole answer, or what curl said.</summary>
    public async Task<string> CallAsync(string url, params string[] more)
    {
        var ended = await Child.RunAsync(
            "nsenter", [$"--net=/run/netns/{Space}", "curl", "-sS", "-i", "-m", "5", .. more, url]);
        return ended.Output + ended.Errors;
    }

    /// <summary>Calls until the answer is as it should be: a service is back a moment after it was started.</summary>
    public async Task<string> WaitForAsync(string url, Func<string, bool> isRight)
    {
        var answer = "";
        for (var looks = 0; looks < 200; looks++)
        {
            answer = await CallAsync(url);
            if (isRight(answer)) return answer;
            await Task.Delay(50);
        }
        Assert.Fail($"{url} answers:\n{answer}\n{Logs()}");
        return answer;
    }

    /// <summary>Every file, folder and link of the units, with its bytes, mode and what systemd has of it.</summary>
    public string Snapshot()
    {
        var text = new StringBuilder();
        foreach (var folder in new[] { Units, Path.Combine(Root, "state", "loaded") })
        {
            foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal))
            {
                var info = new FileInfo(path);
                text.AppendLine(CultureInfo.InvariantCulture, $"{path} {info.UnixFileMode} {info.LinkTarget}");
                if (info.Exists && info.LinkTarget is null) text.AppendLine(File.ReadAllText(path));
            }
        }
        text.AppendLine(CultureInfo.InvariantCulture, $"estate: {File.Exists(Path.Combine(Home, "gatehouse.yaml"))}");
        return text.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var unit in new[] { "gatehouse.service", "ollama.service" })
        {
            if (File.Exists(SystemctlPath)) await Child.RunAsync(SystemctlPath, ["stop", unit]);
        }
        await Child.RunAsync("ip", ["netns", "del", Space]);
        Directory.Delete(Root, recursive: true);
        _copy.Dispose();
    }

    private string Logs() => string.Join('\n', Directory.EnumerateFiles(Path.Combine(Root, "state"), "*log")
        .Select(static path => $"--- {path}\n{File.ReadAllText(path)}"));

    private static void Write(string path, string text)
    {
        File.WriteAllText(path, text + "\n");
        File.SetUnixFileMode(path, Everybody);
    }
}
