using System.Diagnostics;
using System.Net.Sockets;
using Gatehouse.Server;
using Gatehouse.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gatehouse.Tests.Gate;

/// <summary>A job's own listener cannot hold up the server, and no other user can put its socket elsewhere.</summary>
public sealed class HostileListenerTests
{
    private const UnixFileMode Everybody = (UnixFileMode)0b111_111_111;

    /// <summary>The grace is two seconds; a loaded machine gets slack.</summary>
    private static readonly TimeSpan ReloadMax = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_reload_that_moves_a_listener_cuts_an_endless_stream_on_it()
    {
        var estate = HostileEstate.Of(("own", "listen: \"unix:{home}/a.sock\""));
        await using var stage = await GateStage.StartAsync(estate);
        using var caller = await PostAsync(Path.Combine(stage.HomePath, "a.sock"), "[[endless delay-token=20]]", true);
        await caller.ReceiveUntilAsync("on2 ");
        await stage.WriteEstateAsync(estate.Replace("a.sock", "b.sock", StringComparison.Ordinal));
        var clock = Stopwatch.StartNew();

        await stage.ActAsync("reload");

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, ReloadMax);
        GateDialect.Of("openai").HasNoEnd(await caller.ReceiveToEndAsync());
        Assert.NotEqual("completed", (await stage.EndedAsync(stage.Exchanges()[^1].Id)).Outcome);
        using var next = await PostAsync(Path.Combine(stage.HomePath, "b.sock"), "[[tokens=1]]", false);
        Assert.Contains(" 200 ", await next.ReceiveUntilAsync("\r\n\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Everybody, false)]
    [InlineData(Everybody | UnixFileMode.StickyBit, true)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, true)]
    public async Task A_socket_is_opened_only_in_a_folder_where_others_cannot_swap_it(UnixFileMode mode, bool opens)
    {
        var folder = Directory.CreateTempSubdirectory("gatehouse-sock-").FullName;
        try
        {
            File.SetUnixFileMode(folder, mode);
            var logs = new LogCapture();
            await using var stage = await GateStage.StartAsync(
                HostileEstate.Of(("own", $"listen: \"unix:{folder}/job.sock\"")), logs: logs);

            Assert.Equal(opens, stage.Server.Listeners.AddressOf("own") is not null);
            Assert.Equal(opens, File.Exists(Path.Combine(folder, "job.sock")));
            Assert.Equal(!opens, logs.Lines.Any(line => line.StartsWith("Warning", StringComparison.Ordinal)
                && line.Contains("own", StringComparison.Ordinal) && line.Contains(folder, StringComparison.Ordinal)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_file_or_link_where_a_socket_should_be_is_left_alone()
    {
        var folder = Directory.CreateTempSubdirectory("gatehouse-sock-").FullName;
        try
        {
            var (file, link) = (Path.Combine(folder, "precious.db"), Path.Combine(folder, "link"));
            await File.WriteAllTextAsync(file, "precious", TestContext.Current.CancellationToken);
            File.CreateSymbolicLink(link, file);
            var logs = new LogCapture();
            await using (var stage = await GateStage.StartAsync(
                HostileEstate.Of(("own", $"listen: \"unix:{file}\""), ("too", $"listen: \"unix:{link}\"")), logs: logs))
            {
                Assert.Null(stage.Server.Listeners.AddressOf("own"));
                Assert.Null(stage.Server.Listeners.AddressOf("too"));
            }

            Assert.Equal("precious", await File.ReadAllTextAsync(link, TestContext.Current.CancellationToken));
            Assert.Contains(logs.Lines, line => line.Contains("is no socket", StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_start_waits_for_a_verb_that_holds_the_home_and_not_for_another_server()
    {
        await using var stage = await GateStage.StartAsync();
        var setup = new ServerSetup(stage.Server.Home, NullLoggerFactory.Instance, TimeProvider.System)
        { OnFatal = static fatal => throw new InvalidOperationException(fatal.Message) };

        var second = await Assert.ThrowsAsync<HomeException>(
            () => GatehouseServer.StartAsync(setup, TestContext.Current.CancellationToken));
        Assert.Contains("is held by serve (process", second.Message, StringComparison.Ordinal);
        using (var still = await stage.SendAsync(HttpMethod.Get, "/v1/models", null, await stage.TokenAsync("all")))
            Assert.True(still.IsSuccessStatusCode);

        var released = Task.CompletedTask;
        await stage.RestartAsync(whileDown: () =>
        {
            var verb = HomeLock.TryTake(stage.Server.Home, "token issue", out _)!;
            released = Task.Delay(300).ContinueWith(_ => verb.Dispose(), TaskScheduler.Default);
        });
        Assert.True(released.IsCompleted, "The server did not wait.");
    }

    private static async Task<RawCaller> PostAsync(string socket, string prompt, bool stream)
    {
        var caller = await RawCaller.ConnectAsync(new UnixDomainSocketEndPoint(socket));
        var body = GateTexts.OpenAiChat(prompt, stream);
        await caller.SendAsync(
            $"POST /v1/chat/completions HTTP/1.1\r\nHost: gate\r\nContent-Type: application/json\r\n"
            + $"Content-Length: {body.Length}\r\n\r\n{body}");
        return caller;
    }
}
