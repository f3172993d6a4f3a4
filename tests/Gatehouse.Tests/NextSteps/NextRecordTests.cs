using System.CommandLine;
using System.Text.Json;
using Gatehouse.Cli;
using Gatehouse.NextSteps;
using Gatehouse.Tests.Gate;

namespace Gatehouse.Tests.NextSteps;

/// <summary>Steps beside a running gate: what was done is on record, and a kept checkpoint is compared.</summary>
public sealed class NextRecordTests : IAsyncLifetime
{
    private readonly string _elsewhere = Directory.CreateTempSubdirectory("ghe-").FullName;
    private GateStage _stage = null!;

    public async ValueTask InitializeAsync() => _stage = await GateStage.StartAsync(GateEstates.Rights);

    public async ValueTask DisposeAsync()
    {
        await _stage.DisposeAsync();
        Directory.Delete(_elsewhere, recursive: true);
    }

    [Fact]
    public async Task A_step_that_is_done_is_on_record_once()
    {
        await RememberAsync("limits a-job-that-is-gone");

        var (code, output, _) = await RunAsync("--done");
        var open = JsonDocument.Parse(await File.ReadAllTextAsync(StatePath, TestContext.Current.CancellationToken));

        Assert.Equal(0, code);
        Assert.StartsWith("Done: A title. On record.", output, StringComparison.Ordinal);
        var act = Assert.Single(_stage.Acts("next.done"));
        Assert.Equal("limits a-job-that-is-gone", act.Details["step"]);
        // The next one is remembered in its place.
        Assert.NotEqual("limits a-job-that-is-gone", open.RootElement.GetProperty("key").GetString());
    }

    [Fact]
    public async Task A_kept_checkpoint_closes_its_step_and_anything_else_does_not()
    {
        var kept = Path.Combine(_elsewhere, "kept");
        var note = (await _stage.ActAsync("ledger.checkpoint"))[0].GetProperty("checkpoint").GetString()!;
        await File.WriteAllTextAsync(kept, note, TestContext.Current.CancellationToken);
        var inside = Path.Combine(_stage.HomePath, "kept");
        await File.WriteAllTextAsync(inside, note, TestContext.Current.CancellationToken);
        var forged = Path.Combine(_elsewhere, "forged");
        await File.WriteAllTextAsync(
            forged, WithAnotherRoot(note), TestContext.Current.CancellationToken);
        await RememberAsync("checkpoint");

        Assert.Contains("Name the checkpoint", (await RunAsync("--done")).Errors, StringComparison.Ordinal);
        Assert.Contains("keep it on another machine", (await RunAsync("--done", "--against", inside)).Errors,
            StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("--done", "--against", forged)).Code);
        Assert.Equal(1, (await RunAsync("--done", "--against", Path.Combine(_elsewhere, "none"))).Code);
        Assert.Empty(_stage.Acts("next.done"));

        var (code, _, errors) = await RunAsync("--done", "--against", kept);

        Assert.True(code == 0, errors);
        Assert.Equal("checkpoint", Assert.Single(_stage.Acts("next.done")).Details["step"]);
        Assert.Contains(
            "checkpoint-seen", await File.ReadAllTextAsync(StatePath, TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_shown_before_there_was_a_home_can_be_done_in_it()
    {
        var home = Path.Combine(_elsewhere, "home");
        var before = NextState.PathFor(home);

        Assert.True(new NextState("estate missing", "Write an estate.", null, null).TryWrite(home));
        try
        {
            Assert.False(Directory.Exists(home));
            await new RootCommand { InitCommand.Create() }.Parse(["init", "--home", home]).InvokeAsync(
                new InvocationConfiguration { Output = TextWriter.Null, Error = TextWriter.Null },
                TestContext.Current.CancellationToken);
            var (code, output, errors) = await RunAtAsync(home, "--done");

            Assert.True(code == 0, errors);
            Assert.StartsWith("Done: Write an estate.", output, StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(home, "next.json")));
            Assert.False(File.Exists(before));
        }
        finally
        {
            File.Delete(before);
        }
    }

    /// <summary>The third line of a checkpoint is the root hash, in base64.</summary>
    private static string WithAnotherRoot(string note)
    {
        var lines = note.Split('\n');
        lines[2] = (lines[2][0] == 'A' ? 'B' : 'A') + lines[2][1..];
        return string.Join('\n', lines);
    }

    private string StatePath => Path.Combine(_stage.HomePath, "next.json");

    private Task RememberAsync(string key) => File.WriteAllTextAsync(
        StatePath, $$"""{"v":1,"key":"{{key}}","title":"A title."}""", TestContext.Current.CancellationToken);

    private Task<(int Code, string Output, string Errors)> RunAsync(params string[] words)
        => RunAtAsync(_stage.HomePath, words);

    private static async Task<(int Code, string Output, string Errors)> RunAtAsync(string home, params string[] words)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var root = new RootCommand { NextCommand.Create() };
        var code = await root.Parse(["next", .. words, "--home", home]).InvokeAsync(
            new InvocationConfiguration { Output = output, Error = errors }, TestContext.Current.CancellationToken);
        return (code, output.ToString(), errors.ToString());
    }
}
