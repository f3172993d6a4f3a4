using Gatehouse.Cli;
using Gatehouse.Tests.Docker;

namespace Gatehouse.Tests.NextSteps;

/// <summary>From the first step to its end, on a real engine.</summary>
[Collection(EngineCollection.Name)]
public sealed class NextEngineTests(TestEngine engine) : VerbOnEngine(engine)
{
    private readonly TestEngine _engine = engine;

    [Fact]
    public async Task The_one_with_the_engines_socket_is_first_and_done_when_it_has_it_no_more()
    {
        await _engine.DockerAsync(
            "run", "-d", "--name", "open-webui", "-v", "/var/run:/host:ro", TestImages.OpenWebUi, "sleep", "1000");

        var first = await RunAsync();
        var early = await RunAsync("--done");
        await _engine.DockerAsync("rm", "-f", "open-webui");
        await _engine.DockerAsync("run", "-d", "--name", "open-webui", TestImages.OpenWebUi, "sleep", "1000");
        var late = await RunAsync("--done");

        Assert.Equal(0, first.Code);
        Assert.StartsWith("Next: container open-webui: It commands the container engine.", first.Output,
            StringComparison.Ordinal);
        Assert.Equal(1, early.Code);
        Assert.StartsWith("Not done yet: container open-webui", early.Output, StringComparison.Ordinal);
        Assert.Equal(0, late.Code);
        Assert.StartsWith("Done: container open-webui: It commands the container engine. Not on record: no gate",
            string.Join(' ', late.Output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)),
            StringComparison.Ordinal);
        Assert.Contains("\nNext: ", late.Output, StringComparison.Ordinal);
        Assert.StartsWith("Next: Write an estate.", (await SettledAsync()).Output, StringComparison.Ordinal);
        Assert.All(late.Output.Split('\n'), static line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public async Task What_another_engine_does_not_show_is_not_done()
    {
        await _engine.DockerAsync(
            "run", "-d", "--name", "open-webui", "-v", "/var/run:/host:ro", TestImages.OpenWebUi, "sleep", "1000");
        await RunAsync();
        var state =
            await File.ReadAllTextAsync(Path.Combine(Home, "next.json"), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(Home, "next.json"),
            state.Replace(_engine.SocketPath, "/elsewhere.sock", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
        await _engine.DockerAsync("rm", "-f", "open-webui");

        var ended = await RunAsync("--done");

        Assert.Equal(4, ended.Code);
        Assert.Contains("cannot be checked now", ended.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_that_no_adoption_can_take_is_to_be_declared()
    {
        await File.WriteAllTextAsync(Path.Combine(Home, "gatehouse.yaml"), """
            estate: 1
            models: { m: { provider: ollama, url: "http://192.0.2.7:11434" } }
            jobs:
              calm: { owner: o, model: m, trigger: manual, source: prompt, sink: none }
            """, TestContext.Current.CancellationToken);
        await _engine.DockerAsync("run", "-d", "--name", "open-webui", "-e",
            "OLLAMA_BASE_URL=http://192.0.2.7:11434", TestImages.OpenWebUi, "sleep", "1000");

        var (code, output, errors) = await SettledAsync();

        Assert.True(code == 0, errors);
        Assert.StartsWith("Next: Declare container open-webui.", output, StringComparison.Ordinal);
        Assert.Contains("gatehouse discover --write --home ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("gatehouse adopt", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("[]")]
    [InlineData("{\"key\":7")]
    [InlineData("{\"key\":7,\"checkpoint-seen\":\"soon\"}")]
    public async Task Without_a_step_that_was_shown_there_is_nothing_to_be_done(string? state)
    {
        if (state is not null)
        {
            await File.WriteAllTextAsync(
                Path.Combine(Home, "next.json"), state, TestContext.Current.CancellationToken);
        }

        var ended = await RunAsync("--done");

        Assert.Equal(1, ended.Code);
        Assert.Contains("No step was shown yet", ended.Errors, StringComparison.Ordinal);
    }

    /// <summary>
    /// A model client that runs on this machine for a moment is a step of its own, and is gone by the next look.
    /// </summary>
    private async Task<(int Code, string Output, string Errors)> SettledAsync()
    {
        var run = await RunAsync();
        for (var looks = 0; looks < 50 && run.Output.StartsWith("Next: process ", StringComparison.Ordinal); looks++)
            run = await RunAsync();
        return run;
    }

    private Task<(int Code, string Output, string Errors)> RunAsync(params string[] words)
        => RunVerbAsync(NextCommand.Create(), words);
}
