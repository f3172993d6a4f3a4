using Gatehouse.Core.Systemd;
using Gatehouse.Inspection;

namespace Gatehouse.Tests.Inspection;

/// <summary>What is read of this very host.</summary>
public sealed class HostScanTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("ghu-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Systemd_calls_an_open_unit_more_exposed_than_a_closed_one()
    {
        Assert.SkipWhen(!File.Exists("/usr/bin/systemd-analyze"), "systemd-analyze is not installed");
        var stop = TestContext.Current.CancellationToken;

        var open =
            await ExposureScan.ReadAsync(Unit("User=news\nEnvironment=A_TOKEN=planted\nExecStart=/nowhere/x"), stop);
        var closed = await ExposureScan.ReadAsync(
            Unit("DynamicUser=yes\nPrivateNetwork=yes\nCapabilityBoundingSet=\nSystemCallFilter=@system-service\n"
                + "ProtectSystem=strict\nProtectHome=yes\nPrivateDevices=yes\nRestrictAddressFamilies=AF_UNIX"), stop);

        Assert.InRange(open!.Tenths, 80, 100);
        Assert.InRange(closed!.Tenths, 0, open.Tenths - 30);
        Assert.NotEmpty(open.Open);
    }

    [Fact]
    public void Services_are_read_with_their_drop_ins_and_masked_ones_are_not_there()
    {
        var system = Directory.CreateDirectory(Path.Combine(_root, "etc/systemd/system")).FullName;
        var dropIns = Directory.CreateDirectory(Path.Combine(system, "news.service.d")).FullName;
        File.WriteAllText(Path.Combine(system, "news.service"), "[Service]\nUser=root\n");
        File.WriteAllText(Path.Combine(dropIns, "10.conf"), "[Service]\nUser=news\n");
        File.CreateSymbolicLink(Path.Combine(system, "masked.service"), "/dev/null");
        File.CreateSymbolicLink(Path.Combine(system, "loop.service"), Path.Combine(system, "loop.service"));
        File.CreateSymbolicLink(Path.Combine(system, "loop.service.d"), system);

        var unit = Assert.Single(UnitScan.Services(_root, null));

        Assert.Equal(("news.service", "news"), (unit.Name, unit.Get("Service", "User")));
    }

    [Fact]
    public async Task The_hosts_own_namespace_and_ports_are_known()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Any, 0);
        listener.Start();

        var host = await HostScan.ReadAsync([Environment.ProcessId, -1, 0], TestContext.Current.CancellationToken);

        Assert.Contains(((System.Net.IPEndPoint)listener.LocalEndpoint).Port, host.OpenPorts);
        Assert.StartsWith("net:[", host.NetworkNamespaces[Environment.ProcessId], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tool_that_is_missing_fails_or_never_ends_says_nothing()
    {
        var stop = TestContext.Current.CancellationToken;

        Assert.Equal("hello\n", await ToolRun.AskAsync("echo", ["hello"], stop));
        Assert.Null(await ToolRun.AskAsync("gatehouse-no-such-tool", [], stop));
        Assert.Null(await ToolRun.AskAsync("false", [], stop));
        Assert.Null(await ToolRun.AskAsync("yes", [], stop));
    }

    private static UnitFacts Unit(string lines)
        => UnitReader.Read("news.service", new UnitFile("/etc/systemd/system/news.service", $"[Service]\n{lines}\n"));
}
