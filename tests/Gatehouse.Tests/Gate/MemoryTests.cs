using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Gatehouse.Storage;

namespace Gatehouse.Tests.Gate;

/// <summary>What calls hold in memory, and that one job's calls leave room for the others'.</summary>
public sealed class MemoryTests
{
    private const int Mebibyte = 1 << 20;

    private static readonly string Jobs = HostileEstate.Of(("greedy", ""), ("other", ""));

    private static readonly MemoryShares Small = new(8 * Mebibyte, 8 * Mebibyte, 8 * Mebibyte)
    {
        AnswerWait = TimeSpan.FromMilliseconds(300),
    };

    [Theory]
    [InlineData("gpt-4o-mini")]
    [InlineData("gpt")]
    public async Task A_large_request_takes_no_memory_any_more_once_the_model_has_it(string model)
    {
        await using var stage = await GateStage.StartAsync(Jobs, change: setup => setup with { Memory = Small });
        var token = await stage.TokenAsync("greedy");
        var body = GateTexts.OpenAiChat(
            "[[delay-headers=3000 tokens=2]]" + new string('a', 5 * Mebibyte), model: model);

        // Two together are more than one job may hold: the second passes because the first is forwarded by then.
        var first = stage.PostAsync("/v1/chat/completions", body, token);
        await UntilAsync(() => stage.Model.Calls.Snapshot().Count(call => call.Method == "POST") == 1);
        using var second = await stage.PostAsync("/v1/chat/completions", body, token);
        var isFirstPending = !first.IsCompleted;
        using var other = await first;

        Assert.Equal((200, 200), ((int)other.StatusCode, (int)second.StatusCode));
        Assert.True(isFirstPending || stage.Server.Parts.BodyRoom.Used == 0);
        await UntilAsync(() => stage.Server.Parts.BodyRoom.Used == 0);
    }

    [Fact]
    public async Task A_job_that_holds_large_answers_leaves_room_for_those_of_others_and_is_told_why_it_waits()
    {
        await using var stage = await GateStage.StartAsync(Jobs, change: setup => setup with { Memory = Small });
        var (greedy, other) = (await stage.TokenAsync("greedy"), await stage.TokenAsync("other"));
        var huge = GateTexts.OpenAiChat($"[[huge={5 * Mebibyte}]]");
        using var unread = await RawCaller.ConnectAsync(stage.Server.GateAddress, receiveBufferBytes: 4096);
        await unread.PostAsync("/v1/chat/completions", huge, greedy);
        await UntilAsync(() => stage.Server.Parts.AnswerRoom.Used >= 5 * Mebibyte);

        using var answer = await stage.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat($"[[huge={200 * 1024}]]"), other);
        using var refused = await stage.PostAsync("/v1/chat/completions", huge, greedy);
        var why = await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(200, (int)answer.StatusCode);
        var bytes = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.True(bytes.Length > 200 * 1024);
        Assert.Equal((503, "overloaded"), ((int)refused.StatusCode, RightsStage.ReasonOf(refused)));
        Assert.Contains("Answers to job 'greedy' that it has not taken yet", why, StringComparison.Ordinal);
        Assert.DoesNotContain("larger than", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_larger_than_one_job_may_ever_hold_is_refused_at_once_and_says_so()
    {
        await using var stage = await GateStage.StartAsync(Jobs, change: setup => setup with { Memory = Small });
        var token = await stage.TokenAsync("greedy");

        using var request = await stage.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat(new string('a', 7 * Mebibyte)), token);
        using var answer = await stage.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat($"[[huge={7 * Mebibyte}]]"), token);

        Assert.Equal((413, "request_too_large"), ((int)request.StatusCode, RightsStage.ReasonOf(request)));
        Assert.Contains("6 MiB", await TextAsync(request), StringComparison.Ordinal);
        Assert.Equal((502, "upstream_answer_unreadable"), ((int)answer.StatusCode, RightsStage.ReasonOf(answer)));
        Assert.Contains("6 MiB", await TextAsync(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_with_escapes_is_not_copied_without_bound()
    {
        await using var stage = await GateStage.StartAsync(Jobs);
        var body = $$"""{"model":"gpt-4o-mini","messages":[],"\u0061{{new string('a', 2 * Mebibyte)}}":1}""";

        using var refused = await stage.PostAsync("/v1/chat/completions", body, await stage.TokenAsync("other"));

        Assert.Equal((400, "malformed_request"), ((int)refused.StatusCode, RightsStage.ReasonOf(refused)));
    }

    [Fact]
    public async Task A_gate_that_ran_out_of_memory_stops_instead_of_going_on_half_broken()
    {
        await using var stage = await GateStage.StartAsync(
            Jobs, append: (ledger, draft, stop) => draft.Entry is Core.Ledger.RequestEntry
                ? throw OutOfMemory() : ledger.AppendAsync(draft, stop));
        using var caller = await RawCaller.ConnectAsync(stage.Server.GateAddress);
        await caller.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat("hi"), await stage.TokenAsync("other"),
            "Connection: close\r\n");
        var answer = await caller.ReceiveToEndAsync();

        Assert.DoesNotContain(" 200 ", answer, StringComparison.Ordinal);
        Assert.Contains("Memory ran out", Assert.Single(stage.Fatals).Message, StringComparison.Ordinal);
    }

    private static Task<string> TextAsync(HttpResponseMessage answer)
        => answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    /// <summary>E_OUTOFMEMORY: what the runtime throws when memory ran out.</summary>
    private static Exception OutOfMemory() => Marshal.GetExceptionForHR(unchecked((int)0x8007000E))!;

    [Fact]
    public async Task An_answer_that_finds_no_room_waits_for_it()
    {
        await using var stage = await GateStage.StartAsync(
            Jobs, change: setup => setup with { Memory = Small with { AnswerWait = TimeSpan.FromSeconds(15) } });
        var greedy = await stage.TokenAsync("greedy");
        var huge = GateTexts.OpenAiChat($"[[huge={5 * Mebibyte}]]");
        var unread = await RawCaller.ConnectAsync(stage.Server.GateAddress, receiveBufferBytes: 4096);
        await unread.PostAsync("/v1/chat/completions", huge, greedy);
        await UntilAsync(() => stage.Server.Parts.AnswerRoom.Used >= 5 * Mebibyte);

        var waiting = stage.PostAsync("/v1/chat/completions", huge, greedy);
        await UntilAsync(() => stage.Model.Calls.Snapshot().Count(call => call.Method == "POST") == 2);
        unread.Dispose();
        using var answer = await waiting;

        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Streams_that_nobody_reads_hold_no_more_than_their_jobs_share()
    {
        await using var stage = await GateStage.StartAsync(Jobs, change: setup => setup with { Memory = Small });
        var (greedy, other) = (await stage.TokenAsync("greedy"), await stage.TokenAsync("other"));
        var callers = new List<RawCaller>();
        for (var i = 0; i < 12; i++)
        {
            callers.Add(await RawCaller.ConnectAsync(stage.Server.GateAddress, receiveBufferBytes: 4096));
            await callers[i].PostAsync(
                "/v1/chat/completions", GateTexts.OpenAiChat($"[[huge={4 * Mebibyte}]]", stream: true), greedy);
        }

        for (var i = 0; i < 5; i++)
        {
            using var answer = await stage.PostAsync(
                "/v1/chat/completions", GateTexts.OpenAiChat("[[tokens=200]]", stream: true), other);
            Assert.EndsWith(
                "data: [DONE]\n\n", await TextAsync(answer), StringComparison.Ordinal);
            Assert.InRange(stage.Server.Parts.AnswerRoom.Used, 0, 8 * Mebibyte);
        }

        callers.ForEach(caller => caller.Dispose());
        await UntilAsync(() => stage.Server.Parts.AnswerRoom.Used == 0);
    }

    [Fact]
    public async Task What_an_upstream_announces_is_not_allocated()
    {
        using var upstream = new TcpListener(IPAddress.Loopback, 0);
        upstream.Start();
        await using var stage = await GateStage.StartAsync(
            Jobs.Replace("{model}", $"http://{upstream.LocalEndpoint}", StringComparison.Ordinal));
        var token = await stage.TokenAsync("greedy");
        using var caller = await RawCaller.ConnectAsync(stage.Server.GateAddress);
        await caller.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("hi"), token);
        using var model = await upstream.AcceptSocketAsync(TestContext.Current.CancellationToken);
        await model.SendAsync(Encoding.ASCII.GetBytes(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 33000000\r\n\r\n{"));
        await UntilAsync(() => stage.Server.Parts.AnswerRoom.Used > 0);

        Assert.InRange(stage.Server.Parts.AnswerRoom.Used, 1, PooledBytes.RentedMax);
    }

    [Theory]
    [InlineData(256, 48, 24)]
    [InlineData(512, 64, 48)]
    [InlineData(8192, 64, 64)]
    public void The_shares_of_a_small_container_fit_into_it(long container, int roomMebibytes, int queueMebibytes)
    {
        // The collector is given three quarters of what the container may have.
        var shares = MemoryShares.Of(container * Mebibyte / 4 * 3);

        Assert.Equal(
            (roomMebibytes, roomMebibytes, queueMebibytes),
            (shares.BodyBytes / Mebibyte, shares.AnswerBytes / Mebibyte, shares.QueueBytes / Mebibyte));
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        for (var tries = 0; !isSo(); tries++)
        {
            Assert.True(tries < 1500, "It did not come to pass in fifteen seconds.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
