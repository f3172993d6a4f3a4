using System.Net;
using System.Text.Json;
using Gatehouse.Actions;

namespace Gatehouse.Tests.Binary;

/// <summary>
/// On a full or read-only disk nothing is forwarded, the caller is told so in its dialect, and it passes by itself.
/// </summary>
[Collection(BinaryCollection.Name)]
public sealed class FullDiskTests
{
    [Fact]
    public async Task On_a_full_disk_calls_get_503_and_the_model_none_and_room_mends_it_without_a_restart()
    {
        await using var model = await BinaryModel.StartAsync();
        await using var disk = await SmallDisk.MountAsync();
        using var home = BinaryHome.In(disk.Root, model.Address);
        await using var gate = await home.ServeAsync();
        var token = await home.TokenAsync();
        Assert.Equal(HttpStatusCode.OK, await gate.StatusAsync(token));

        disk.Fill();
        await UntilRefusedAsync(gate, token);
        await model.ClearAsync();
        await AssertRefusedAsync(gate, token, "v1/chat/completions", BinaryGate.Chat("hello"),
            body => body.GetProperty("error").GetProperty("message").GetString());
        await AssertRefusedAsync(gate, token, "v1/chat/completions", BinaryGate.Chat("hello", stream: true),
            body => body.GetProperty("error").GetProperty("message").GetString());
        await AssertRefusedAsync(gate, token, "api/chat",
            """{"model":"llama","messages":[{"role":"user","content":"hello"}]}""",
            body => body.GetProperty("error").GetString());
        await AssertRefusedAsync(gate, token, "v1/messages",
            """{"model":"claude","max_tokens":9,"messages":[{"role":"user","content":"hello"}]}""",
            body => body.GetProperty("error").GetProperty("message").GetString());
        Assert.Empty(await model.BodiesAsync());

        disk.Free();
        await gate.RecoversAsync(token);
        (await home.RunAsync("ledger", "verify", "--payloads")).Expect(0);
        Assert.DoesNotContain("open", (await home.OutcomesAsync()).Values);
    }

    [Fact]
    public async Task Stopping_a_job_works_on_a_full_disk_and_resuming_waits_for_room()
    {
        await using var model = await BinaryModel.StartAsync();
        await using var disk = await SmallDisk.MountAsync();
        using var home = BinaryHome.In(disk.Root, model.Address);
        await using var gate = await home.ServeAsync();
        var token = await home.TokenAsync();
        disk.Fill();
        await UntilRefusedAsync(gate, token);

        // It is in force, and the verb says that it is not on record.
        (await home.RunAsync("pause", "news")).Expect(ExitCodes.Unavailable);
        disk.Free();
        using (var response = await gate.ChatAsync(token, "hello"))
            Assert.Equal("paused", Assert.Single(response.Headers.GetValues("X-Gatehouse-Reason")));

        (await home.RunAsync("resume", "news")).Expect(0);
        await gate.RecoversAsync(token);
    }

    [Fact]
    public async Task A_gate_that_starts_on_a_full_disk_refuses_calls_until_there_is_room()
    {
        await using var model = await BinaryModel.StartAsync();
        await using var disk = await SmallDisk.MountAsync();
        using var home = BinaryHome.In(disk.Root, model.Address);
        var token = await home.TokenAsync();
        await model.ClearAsync();
        disk.Fill();

        await using var gate = await home.ServeAsync();
        await UntilRefusedAsync(gate, token);
        Assert.Contains("cannot be written", gate.Child.Errors, StringComparison.Ordinal);
        await model.ClearAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await gate.StatusAsync(token));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await ReadyAsync(gate));
        Assert.Empty(await model.BodiesAsync());

        disk.Free();
        await gate.RecoversAsync(token);
        Assert.Equal(HttpStatusCode.OK, await ReadyAsync(gate));
        (await home.RunAsync("ledger", "verify", "--payloads")).Expect(0);
        await UntilStartIsRecordedAsync(home);
    }

    /// <summary>The estate of this run is on record, though the disk was full when it began.</summary>
    private static async Task UntilStartIsRecordedAsync(BinaryHome home)
    {
        for (var tries = 0; tries < 50; tries++)
        {
            if ((await home.ActsAsync()).Contains("start")) return;
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
        Assert.Fail("The start is not on record ten seconds after the disk had room.");
    }

    [Fact]
    public async Task A_new_home_on_a_full_disk_is_served_with_refusals_and_works_once_there_is_room()
    {
        await using var model = await BinaryModel.StartAsync();
        await using var disk = await SmallDisk.MountAsync();
        const string ownListener = BinaryEstates.Usual + "    listen: unix:{home}/tagger.sock\n";
        using var home = BinaryHome.In(disk.Root, model.Address, ownListener);
        disk.Fill();

        await using var gate = await home.ServeAsync();
        using var client = OverSocket(home.PathOf("tagger.sock"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(client));
        Assert.Empty(await model.BodiesAsync());

        disk.Free();
        await BinaryGate.EventuallyAsync(() => StatusAsync(client));
        (await home.RunAsync("ledger", "verify", "--payloads")).Expect(0);
    }

    [Fact]
    public async Task On_a_disk_that_is_read_only_at_the_start_nothing_is_forwarded()
    {
        await using var model = await BinaryModel.StartAsync();
        await using var disk = await SmallDisk.MountAsync();
        using var home = BinaryHome.In(disk.Root, model.Address);
        var token = await home.TokenAsync();
        await disk.RemountAsync("ro");

        // Without a place for its socket the gate could not be paused or told anything: it does not run at all.
        var ended = (await home.RunAsync("serve")).Expect(ExitCodes.Unusable);
        Assert.Contains("its disk is read-only", ended.Errors, StringComparison.Ordinal);
        Assert.Empty(await model.BodiesAsync());
        // What is there can still be read and proved.
        (await home.RunAsync("ledger", "verify", "--payloads")).Expect(0);
        Assert.Contains("token.issue", await home.ActsAsync());

        await disk.RemountAsync("rw");
        await using var gate = await home.ServeAsync();
        await gate.RecoversAsync(token);
    }

    /// <summary>
    /// The database may have some room of its own left on a full disk; once refused, calls stay refused.
    /// </summary>
    private static async Task UntilRefusedAsync(BinaryGate gate, string token)
    {
        for (var call = 0; call < 500; call++)
        {
            if (await gate.StatusAsync(token) == HttpStatusCode.ServiceUnavailable) return;
        }
        Assert.Fail("Calls pass on a full disk.");
    }

    private static async Task AssertRefusedAsync(
        BinaryGate gate, string token, string path, string json, Func<JsonElement, string?> message)
    {
        using var response = await gate.PostAsync(path, json, token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Contains("disk", message(body.RootElement), StringComparison.Ordinal);
        Assert.InRange(response.Headers.RetryAfter?.Delta?.TotalSeconds ?? -1, 1, 60);
    }

    private static async Task<HttpStatusCode> ReadyAsync(BinaryGate gate)
    {
        using var response = await gate.Client.GetAsync(new Uri(gate.ControlUrl, "readyz"));
        return response.StatusCode;
    }

    private static HttpClient OverSocket(string path) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (_, stop) =>
        {
            var socket = new System.Net.Sockets.Socket(
                System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream,
                System.Net.Sockets.ProtocolType.Unspecified);
            await socket.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(path), stop);
            return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
        },
    });

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client)
    {
        using var content = new StringContent(BinaryGate.Chat("hello"), System.Text.Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri("http://localhost/v1/chat/completions"), content);
        return response.StatusCode;
    }
}
