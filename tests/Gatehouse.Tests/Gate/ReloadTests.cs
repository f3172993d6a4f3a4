using System.Net;
using System.Net.Sockets;
using Gatehouse.Actions;

namespace Gatehouse.Tests.Gate;

/// <summary>A valid file is the plan of new calls; an invalid one changes nothing and is told.</summary>
public sealed class ReloadTests
{
    [Fact]
    public async Task A_valid_file_is_the_plan_of_new_calls_and_its_changes_are_on_record()
    {
        await using var stage = await GateStage.StartAsync();
        var (all, narrow) = (await stage.TokenAsync("all"), await stage.TokenAsync("narrow"));
        using var running = await stage.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat("[[tokens=200 delay-token=5]]", stream: true), narrow);
        await stage.WriteEstateAsync(GateEstates.Usual.Replace("narrow:", "wide:", StringComparison.Ordinal));

        await Assert.ThrowsAsync<ActionException>(() => stage.TokenAsync("wide"));
        await stage.ActAsync("reload");

        Assert.Equal(HttpStatusCode.OK, await ChatAsync(stage, await stage.TokenAsync("wide")));
        Assert.Equal(HttpStatusCode.OK, await ChatAsync(stage, all));
        Assert.Equal(HttpStatusCode.Unauthorized, await ChatAsync(stage, narrow));
        Assert.False((await WireAnswer.ReadAsync(running)).Broke, "A call in flight lost its plan.");
        var act = Assert.Single(stage.Acts("estate.reload"));
        Assert.Equal("tester", act.Who);
        Assert.Contains("wide", act.Details["diff"], StringComparison.Ordinal);
        Assert.Contains("narrow", act.Details["diff"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_reloads_at_once_the_file_that_was_written_last_stays_in_force()
    {
        await using var stage = await GateStage.StartAsync();
        var path = stage.Server.Home.EstateFile;
        var text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        for (var round = 0; round < 60; round++)
        {
            Write($"first-{round}");
            var first = Task.Run(() => stage.ActAsync("reload"), TestContext.Current.CancellationToken);
            if (round % 2 == 1) await Task.Yield();
            Write($"second-{round}");
            var second = Task.Run(() => stage.ActAsync("reload"), TestContext.Current.CancellationToken);
            await Task.WhenAll(first, second);

            Assert.Equal($"second-{round}", stage.Server.Plans.Plan.Jobs["narrow"].Owner);
        }

        void Write(string owner)
        {
            File.WriteAllText(path + ".new", text.Replace(
                "narrow:\n    owner: tester", $"narrow:\n    owner: {owner}", StringComparison.Ordinal));
            File.Move(path + ".new", path, overwrite: true);
        }
    }

    [Fact]
    public async Task An_invalid_file_leaves_the_old_plan_and_readyz_names_its_problems_until_it_is_mended()
    {
        await using var stage = await GateStage.StartAsync();
        var token = await stage.TokenAsync("narrow");
        await stage.WriteEstateAsync(
            GateEstates.Usual.Replace("owner: tester", "onwer: tester", StringComparison.Ordinal));

        var error = await Assert.ThrowsAsync<ActionException>(() => stage.ActAsync("reload"));

        Assert.Contains("onwer", error.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await ChatAsync(stage, token));
        var ready = await stage.ControlAsync("/readyz");
        Assert.StartsWith("ready", ready, StringComparison.Ordinal);
        Assert.Contains("the old plan is in force", ready, StringComparison.Ordinal);
        Assert.Contains("onwer", ready, StringComparison.Ordinal);
        Assert.Empty(stage.Acts("estate.reload"));

        await stage.WriteEstateAsync(GateEstates.Usual);
        await stage.ActAsync("reload");
        Assert.DoesNotContain("old plan", await stage.ControlAsync("/readyz"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gate: \"127.0.0.1:0\"", "gate: \"127.0.0.1:1\"")]
    [InlineData("control: \"127.0.0.1:0\"", "control: \"127.0.0.1:1\"")]
    [InlineData("name: test", "name: other")]
    [InlineData("node: stage", "node: other")]
    [InlineData("sinks:", "ledger: { bytes-max: 1GiB }\nsinks:")]
    public async Task What_needs_a_restart_is_refused_and_nothing_of_the_file_is_taken(string old, string changed)
    {
        await using var stage = await GateStage.StartAsync();
        await stage.WriteEstateAsync(GateEstates.Usual.Replace(old, changed, StringComparison.Ordinal)
            .Replace("narrow:", "wide:", StringComparison.Ordinal));

        var error = await Assert.ThrowsAsync<ActionException>(() => stage.ActAsync("reload"));

        Assert.Contains("restart", error.Message, StringComparison.Ordinal);
        Assert.True(stage.Server.Plans.Plan.Jobs.ContainsKey("narrow"));
        Assert.Contains("restart", await stage.ControlAsync("/readyz"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Jobs_listeners_follow_the_plan_and_a_stream_on_one_does_not_hold_up_the_reload()
    {
        await using var stage = await GateStage.StartAsync(GateEstates.Rights);
        var socket = Path.Combine(stage.HomePath, "job.sock");
        using var caller = await RawCaller.ConnectAsync(new UnixDomainSocketEndPoint(socket));
        await caller.PostAsync("/api/chat", GateTexts.OllamaChat("[[endless delay-token=10]]"), "ollama");
        await caller.ReceiveUntilAsync("on2 ");
        await stage.WriteEstateAsync(GateEstates.Rights.Replace("job.sock", "moved.sock", StringComparison.Ordinal));

        await stage.ActAsync("reload").WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        Assert.False(File.Exists(socket), "The old socket is still there.");
        await caller.ReceiveToEndAsync();
        using var moved = await RawCaller.ConnectAsync(
            new UnixDomainSocketEndPoint(Path.Combine(stage.HomePath, "moved.sock")));
        await moved.PostAsync("/api/chat", GateTexts.OllamaChat("hello", stream: false), "ollama");
        await moved.ReceiveUntilAsync("HTTP/1.1 200");
    }

    private static async Task<HttpStatusCode> ChatAsync(GateStage stage, string token)
    {
        using var response = await stage.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("hello"), token);
        return response.StatusCode;
    }
}
