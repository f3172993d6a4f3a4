using System.Diagnostics;
using Gatehouse.Actions;
using Gatehouse.Tests.Gate;

namespace Gatehouse.Tests.ControlRoom;

/// <summary>Ready means that a call could be made and recorded just now, and the page is there to say so.</summary>
public sealed class ReadinessTests
{
    [Fact]
    public async Task A_damaged_key_of_the_day_is_not_ready_and_calls_say_what_is_wrong()
    {
        await using var stage = await GateStage.StartAsync();
        var token = await stage.TokenAsync("all");
        using (var answer = await stage.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("hi"), token))
            Assert.Equal(200, (int)answer.StatusCode);
        var key = Directory.EnumerateFiles(Path.Combine(stage.HomePath, "keys"), "day-*-inputs.key").Single();
        await File.WriteAllTextAsync(key, "x\n", TestContext.Current.CancellationToken);
        await stage.RestartAsync();

        using var ready = await stage.Client.GetAsync(
            new Uri(stage.ControlUrl, "readyz"), TestContext.Current.CancellationToken);
        using var refused = await stage.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("hi"), token);

        Assert.Equal(503, (int)ready.StatusCode);
        Assert.Contains(Path.GetFileName(key), await ready.Content.ReadAsStringAsync(
            TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal((503, "ledger_unavailable"), ((int)refused.StatusCode, RightsStage.ReasonOf(refused)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_removed_key_of_the_day_is_not_replaced_and_calls_go_on_when_it_is_back(bool whileItRuns)
    {
        await using var stage = await GateStage.StartAsync();
        var token = await stage.TokenAsync("all");
        using (var answer = await stage.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("hi"), token))
            Assert.Equal(200, (int)answer.StatusCode);
        var key = Directory.EnumerateFiles(Path.Combine(stage.HomePath, "keys"), "day-*-inputs.key").Single();
        File.Move(key, key + ".away");
        if (!whileItRuns) await stage.RestartAsync();

        using (var refused = await stage.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("hi"), token))
            Assert.Equal((503, "ledger_unavailable"), ((int)refused.StatusCode, RightsStage.ReasonOf(refused)));
        using var ready = await stage.Client.GetAsync(
            new Uri(stage.ControlUrl, "readyz"), TestContext.Current.CancellationToken);
        Assert.Equal(503, (int)ready.StatusCode);
        Assert.Contains(Path.GetFileName(key), await ready.Content.ReadAsStringAsync(
            TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.False(File.Exists(key), "A new key took the place of the one that was removed.");

        File.Move(key + ".away", key);
        using var again = await stage.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("hi"), token);
        Assert.Equal(200, (int)again.StatusCode);
    }

    [Fact]
    public async Task A_room_without_memory_is_not_ready()
    {
        await using var stage = await GateStage.StartAsync();
        var room = stage.Server.Parts.AnswerRoom;
        Assert.Equal("ready", (await stage.ControlAsync("readyz")).Split('\n')[0]);
        Assert.True(room.TryTake(room.BytesMax));

        using var ready = await stage.Client.GetAsync(
            new Uri(stage.ControlUrl, "readyz"), TestContext.Current.CancellationToken);
        room.GiveBack(room.BytesMax);

        Assert.Equal(503, (int)ready.StatusCode);
        Assert.Equal("ready", (await stage.ControlAsync("readyz")).Split('\n')[0]);
    }

    [Fact]
    public async Task Pages_that_were_left_open_do_not_keep_out_the_one_that_is_opened_now()
    {
        await using var stage = await GateStage.StartAsync();
        var pages = new List<RawCaller>();
        for (var i = 0; i < 40; i++)
        {
            pages.Add(await RawCaller.ConnectAsync(stage.Server.ControlAddress));
            await pages[i].SendAsync("GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n");
            await pages[i].ReceiveUntilAsync("event: totals");
        }

        await pages[0].ReceiveUntilAsync("\r\n0\r\n\r\n");
        Assert.Contains("HTTP/1.1 200", pages[39].Received, StringComparison.Ordinal);
        pages.ForEach(page => page.Dispose());
    }

    [Fact]
    public async Task An_estate_file_that_is_a_pipe_or_never_ends_is_a_message_and_not_a_wait()
    {
        await using var stage = await GateStage.StartAsync();
        var file = stage.Server.Home.EstateFile;
        File.Delete(file);
        using (var made = Process.Start("mkfifo", [file])!)
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);

        var pipe = await stage.Server.ReloadAsync(Actor.Gate).WaitAsync(
            TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        File.Delete(file);
        File.CreateSymbolicLink(file, "/dev/zero");
        var zeros = await stage.Server.ReloadAsync(Actor.Gate).WaitAsync(
            TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        Assert.False(pipe.IsLoaded || zeros.IsLoaded);
        Assert.Contains("not an ordinary file", pipe.Lines[0] + zeros.Lines[0], StringComparison.Ordinal);
        Assert.StartsWith("ready\n", await stage.ControlAsync("readyz"), StringComparison.Ordinal);
    }
}
