using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Engine;
using Gatehouse.Discovery;

namespace Gatehouse.Tests.Discovery;

public sealed class LiveScanTests
{
    private const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private const string Head =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

    [Fact]
    public void The_kernels_table_is_read_for_both_families_and_broken_lines_are_passed_over()
    {
        var entries = TcpTable.Read((Head + """
               0: 0100007F:2CAA 00000000:0000 0A 00000000:00000000 00:00000000 00000000   0   0 11 1 0 100 0 0 10 0
               1: 0200A8C0:B001 0A00A8C0:2CAA 01 00000000:00000000 00:00000000 00000000   0   0 12 1 0 20 4 30 10 -1
               2: 0000000000000000FFFF00000200A8C0:B002 0000000000000000FFFF00000A00A8C0:1F90 01 0:0 00:0 0 0 0 13 1
               3: 000080FE00000000FF005450B6AD1DFE:0016 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 14 1
               4: 0100007F:0001 0100007F:0002 06 0:0 00:0 0 0 0 0 1
               5: nonsense
               6: 0100007F:FFFFF 0100007F:0002 01 0:0 00:0 0 0 0 0 1
            """).Split('\n')).ToArray();

        Assert.Equal(
            ["127.0.0.1:11434", "192.168.0.2:45057 > 192.168.0.10:11434", "192.168.0.2:45058 > 192.168.0.10:8080",
                "[fe80::5054:ff:fe1d:adb6]:22"],
            entries.Select(entry => entry.IsListening ? $"{entry.Local}" : $"{entry.Local} > {entry.Remote}"));
        Assert.Equal([11, 12, 13, 14], entries.Select(entry => entry.Inode));
    }

    [Fact]
    public void Connections_are_told_of_their_container_and_processes_of_their_unit()
    {
        using var host = new FakeHost();
        Process(host, 1, "/sbin/init", "0::/init.scope", ("net:[1]", Head));
        Process(host, 40, "/usr/local/bin/ollama\0serve", "0::/system.slice/ollama.service", ("net:[1]", Head
            + " 0: 0100007F:2CAA 00000000:0000 0A 0:0 00:0 0 0 0 77 1\n"));
        Process(host, 50, "node\0server.js", $"0::/system.slice/docker-{Id}.scope", ("net:[2]", Head
            + " 0: 020011AC:B001 010011AC:2CAA 01 0:0 00:0 0 0 0 88 1\n"
            + " 1: 020011AC:B001 010011AC:1538 01 0:0 00:0 0 0 0 89 1\n"));
        File.WriteAllText(host.Root + "/proc/1/net/tcp", File.ReadAllText(host.Root + "/proc/40/net/tcp"));
        Directory.CreateDirectory(host.Root + "/proc/40/fd");
        File.CreateSymbolicLink(host.Root + "/proc/40/fd/3", "socket:[77]");
        var engine = new EngineView(new EngineFacts { Version = "1", Api = ApiVersion.Oldest },
            [new ContainerFacts { Id = Id, Name = "web", Image = "x", Privileges = new PrivilegeFacts() }], []);

        var view = new LiveScan(host.Root + "/proc", engine).Take([]);

        Assert.Equal(new OpenConnection(ObservationIdentity.Container("web"), "web", "172.17.0.1", 11434),
            Assert.Single(view.Connections));
        var ollama = Assert.Single(view.Observations);
        Assert.Equal(("ollama", "unit ollama.service", 11434),
            (ollama.Name, ollama.Identities.Single().ToString(), ollama.ListeningPorts.Single()));
        Assert.Contains(new Evidence(EvidenceKind.OpenPort, "listens", "127.0.0.1:11434"), ollama.Evidence);
    }

    [Fact]
    public async Task A_connection_in_a_real_namespace_is_seen()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "making network namespaces needs root");
        var space = string.Create(CultureInfo.InvariantCulture, $"ghl{Environment.ProcessId}");
        await RunAsync("ip", "netns", "add", space);
        try
        {
            await RunAsync("ip", "-n", space, "link", "set", "lo", "up");
            // One script that listens and calls itself, and tells when both are done.
            const string Script = "import socket,sys\ns=socket.create_server(('127.0.0.1',11434))\n"
                + "c=socket.create_connection(('127.0.0.1',11434))\na=s.accept()\nprint('ready',flush=True)\n"
                + "sys.stdin.read()";
            using var child = System.Diagnostics.Process.Start(
                new ProcessStartInfo("ip", ["netns", "exec", space, "python3", "-c", Script])
                {
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                })!;
            try
            {
                Assert.Equal("ready", await child.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));

                var view = new LiveScan("/proc", null).Take([]);

                Assert.Contains(view.Connections, one => one is { Address: "127.0.0.1", Port: 11434 }
                    && one.Identity.Kind == IdentityKind.Process);
                Assert.True(view.Namespaces >= 2);
            }
            finally
            {
                child.Kill(entireProcessTree: true);
                await child.WaitForExitAsync(CancellationToken.None);
            }
        }
        finally
        {
            await RunAsync("ip", "netns", "del", space);
        }
    }

    [Fact]
    public async Task A_server_on_loopback_is_asked_for_its_models_and_a_silent_one_does_not_hold_it_up()
    {
        using var named = new TcpListener(IPAddress.Loopback, 0);
        named.Start();
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var answering = AnswerAsync(named);
        var watch = Stopwatch.StartNew();

        var observations = await ModelProbe
            .AskAsync([Server(named), Server(silent)], TestContext.Current.CancellationToken);

        Assert.Equal(
            [new Evidence(EvidenceKind.ModelName, "its own list", "qwen3:8b") { Source = EvidenceSource.OwnList }],
            observations[0].Evidence);
        Assert.Empty(observations[1].Evidence);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5));
        Assert.StartsWith("GET /v1/models ", await answering, StringComparison.Ordinal);
    }

    private static Observation Server(TcpListener listener) => new()
    {
        Kind = ObservationKind.Container,
        Place = "container x",
        Name = "x",
        Evidence = [],
        IsRunning = true,
        Software = SoftwareTable.Find("vllm-openai"),
        Ports = [new PortFact(8000, "tcp", "127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port)],
    };

    private static async Task<string> AnswerAsync(TcpListener listener)
    {
        using var socket = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        var bytes = new byte[4096];
        var length = await socket.ReceiveAsync(bytes, TestContext.Current.CancellationToken);
        const string Body = "{\"object\":\"list\",\"data\":[{\"id\":\"qwen3:8b\"},{\"id\":3},{}]}";
        var head = FormattableString.Invariant(
            $"HTTP/1.1 200 OK\r\nContent-Length: {Body.Length}\r\nConnection: close\r\n\r\n");
        await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(head + Body), TestContext.Current.CancellationToken);
        return System.Text.Encoding.ASCII.GetString(bytes, 0, length);
    }

    private static void Process(
        FakeHost host, int id, string command, string group, (string Space, string Sockets) network)
    {
        var folder = $"/proc/{id}";
        host.Put($"{folder}/cmdline", command + "\0").Put($"{folder}/cgroup", group + "\n")
            .Put($"{folder}/status", "Name:\tx\nUid:\t0\t0\t0\t0\n").Put($"{folder}/net/tcp", network.Sockets)
            .Link($"{folder}/ns/net", network.Space);
    }

    private static async Task RunAsync(string program, params string[] words)
    {
        using var child = System.Diagnostics.Process.Start(program, words);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, child.ExitCode);
    }
}
