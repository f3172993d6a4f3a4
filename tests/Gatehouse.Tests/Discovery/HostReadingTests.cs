using System.Diagnostics;
using System.Runtime.InteropServices;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Estate;
using Gatehouse.Discovery;

namespace Gatehouse.Tests.Discovery;

/// <summary>A host's files are found where they lie, and what cannot be read is said and passed over.</summary>
public sealed class HostReadingTests : IDisposable
{
    private readonly FakeHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Every_kind_of_file_is_found_where_it_lies()
    {
        _host.Put("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nbob:x:1000:1000::/srv/homes/bob:/bin/bash\n")
            .Put("/etc/crontab", Samples.SystemCrontab)
            .Put("/srv/news/morning.sh", Samples.MorningScript)
            .Put("/etc/cron.daily/digest", "#!/bin/sh\nllm -m gpt-4o hi\n")
            .Put("/var/spool/cron/crontabs/bob", "0 5 * * * aichat hi\n")
            .Put("/etc/systemd/system/mailer.service", Samples.Service)
            .Put("/usr/lib/systemd/system/mailer.timer", Samples.Timer)
            .Put("/etc/default/mailer", Samples.EnvironmentFile)
            .Put("/srv/mail/sum.py", Samples.PythonScript)
            .Put("/srv/homes/bob/.config/systemd/user/chat.service", "[Service]\nExecStart=/usr/bin/ollama serve\n")
            .Put("/srv/homes/bob/.node-red/flows.json", Samples.NodeRed)
            .Put("/volumes/n8n/backup.json", Samples.N8n)
            .Put("/opt/hooks/hooks.json", Samples.Hooks)
            .Put("/opt/house/automations.yaml", Samples.Automations)
            .Put("/opt/house/configuration.yaml", Samples.Configuration)
            .Put("/opt/house/.storage/core.config_entries", Samples.ConfigEntries);

        var reading = _host.Look("/volumes");
        var names = reading.Observations.Select(observation => $"{observation.Kind} {observation.Name}").ToArray();

        foreach (var expected in (string[])["CronLine morning", "CronLine digest", "CronLine aichat", "Unit mailer",
            "Unit chat", "Flow Door bell", "Flow Morning digest", "Webhook open", "Automation Evening summary",
            "Automation Local model"])
        {
            Assert.Contains(expected, names);
        }
        Assert.Equal("bob", Assert.Single(reading.Observations, observation => observation.Name == "chat").User);
        Assert.Equal("30 6 * * MON-FRI",
            Assert.Single(reading.Observations, observation => observation.Name == "mailer").Cron);
        Assert.Equal(2, reading.Units.Count);
        Assert.Equal("/etc/crontab", Assert.Single(reading.Skipped).Path);
    }

    [Fact]
    public void Broken_files_are_said_and_stop_nothing()
    {
        _host.Put("/srv/a/flows.json", "[{\"type\":\"tab\",\"wires\":[")
            .Put("/srv/b/automations.yaml", "- a: [\n- b: }")
            .Put("/srv/c/flows.json", Samples.NodeRed)
            .Put("/etc/cron.d/news.sh", "* * * * * root llm hi\n")
            .Put("/srv/d/flows_big.json", new string(' ', HostFiles.FileBytesMax + 1));

        var reading = _host.Look();
        Assert.Contains(reading.Observations, observation => observation.Name == "Door bell");
        Assert.DoesNotContain(reading.Observations, observation => observation.Kind == ObservationKind.CronLine);
        Assert.Equal(
            ["/etc/cron.d/news.sh is not run by Debian's cron, for its name", "/srv/a/flows.json is not JSON at line 1",
                "/srv/b/automations.yaml is not YAML at line 2", "/srv/d/flows_big.json is larger than 8192 KiB"],
            reading.Skipped.Select(one => $"{one.Path} {one.Why}").Order());
    }

    [Fact]
    public void Links_stay_below_the_root_and_loops_end()
    {
        _host.Put("/data/real.json", Samples.N8n)
            .Link("/srv/linked.json", "/data/real.json")
            .Link("/srv/loop.json", "/srv/loop.json")
            .Link("/srv/round", "/srv")
            .Link("/srv/etc.json", "/etc/passwd");

        var reading = _host.Look();
        Assert.Equal("/srv/linked.json workflow Morning digest", Assert.Single(reading.Observations).Place);
        Assert.Equal(
            "is a link that leads to itself", _host.Files.Read("/srv/loop.json") ?? _host.Files.Skipped[^1].Why);
        Assert.Null(_host.Files.Read("/srv/etc.json"));
    }

    [Fact]
    public void A_pipe_is_not_waited_for()
    {
        _host.Put("/etc/crontab", "0 1 * * * root /srv/pipe.sh && llm hi\n").Put("/srv/x", "");
        using (var made = Process.Start("mkfifo", [$"{_host.Root}/srv/pipe.sh", $"{_host.Root}/srv/flows.json"]))
            made.WaitForExit();

        var reading = _host.Look();
        Assert.Equal(TriggerKind.Cron, Assert.Single(reading.Observations).Trigger);
        Assert.Equal("is no regular file", Assert.Single(reading.Skipped).Why);
    }

    [Fact]
    public void A_file_that_this_user_may_not_read_is_said()
    {
        _host.Put("/var/spool/cron/crontabs/bob", "0 5 * * * aichat hi\n");
        File.SetUnixFileMode($"{_host.Root}/var/spool/cron/crontabs/bob", UnixFileMode.None);
        File.SetUnixFileMode(_host.Root, (UnixFileMode)0x1ED); // 0755: everybody finds the way to the file.

        Assert.Equal("may not be read by this user", Assert.Single(AsNobody(() => _host.Look()).Skipped).Why);
    }

    /// <summary>
    /// Root may read every file; so a thread of its own looks at files as nobody does (setfsuid(2) is per thread).
    /// </summary>
    private static T AsNobody<T>(Func<T> look)
    {
        const int nobody = 65534;
        var result = default(T);
        var thread = new Thread(() =>
        {
            if (Environment.IsPrivilegedProcess) _ = SetFileUser(nobody);
            result = look();
        });
        thread.Start();
        Assert.True(thread.Join(TimeSpan.FromSeconds(30)));
        return result!;
    }

    [DllImport("libc", EntryPoint = "setfsuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetFileUser(int uid);

    [Fact]
    public void A_masked_unit_is_no_unit()
    {
        _host.Put("/usr/lib/systemd/system/ollama.service", "[Service]\nExecStart=/usr/bin/ollama serve\n");
        Assert.Single(_host.Look().Observations);
        _host.Link("/etc/systemd/system/ollama.service", "/dev/null");
        Assert.Empty(_host.Look().Observations);
        Assert.Empty(_host.Look().Skipped);
    }

    [Fact]
    public void A_host_with_many_files_is_read_in_little_time()
    {
        for (var at = 0; at < 300; at++)
        {
            _host.Put($"/etc/systemd/system/unit{at}.service", Samples.Service)
                .Put($"/srv/flows/{at}/flows.json", Samples.NodeRed)
                    .Put($"/etc/cron.d/table{at}", Samples.SystemCrontab);
        }
        _host.Put("/srv/news/morning.sh", Samples.MorningScript).Put("/srv/mail/sum.py", Samples.PythonScript);

        var watch = Stopwatch.StartNew();
        Assert.True(_host.Look().Observations.Length > 1_000);
        // About half a second on two cores; the promise for a whole discovery is three.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(3), $"took {watch.Elapsed}");
    }
}
