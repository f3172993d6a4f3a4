using Gatehouse.Adoption;
using Gatehouse.Tests.Binary;
using Gatehouse.Tests.Docker;

namespace Gatehouse.Tests.Adoption;

/// <summary>Two runs at once, and a person who stops one: neither leaves a host that nobody can undo.</summary>
[Collection(EngineCollection.Name)]
public sealed class StoppedTests(TestEngine engine)
{
    [Theory]
    [InlineData("--undo")]
    [InlineData("--yes")]
    [InlineData("--dry-run")]
    public async Task A_second_run_says_who_is_at_work_and_changes_nothing(string word)
    {
        await using var stack = await AdoptStack.StartSmallAsync(engine);
        var before = await stack.SnapshotAsync();
        using (JournalFolder.Open(stack.Journals).Hold("adopt"))
        {
            var second = await stack.AdoptAsync(word);

            Assert.Equal(2, second.Exit);
            Assert.Contains($"`gatehouse adopt` (process {Environment.ProcessId}", second.Errors,
                StringComparison.Ordinal);
            Assert.DoesNotContain("cut off", second.Errors, StringComparison.Ordinal);
            // Removing the file that names the holder lets nobody in.
            foreach (var file in Directory.GetFiles(stack.Journals)) File.Delete(file);
            Assert.Equal(2, (await stack.AdoptAsync(word)).Exit);
        }
        Assert.Equal(before, await stack.SnapshotAsync());
        Assert.Contains("nothing to undo", (await stack.UndoAsync()).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Undo_beside_a_running_adopt_leaves_it_whole()
    {
        await using var stack = await AdoptStack.StartSmallAsync(engine);
        var before = await stack.SnapshotAsync();
        await using var adopt = stack.StartAdopt("", "--yes");
        await WaitForLinesAsync(stack, adopt, 4);

        var undo = await stack.UndoAsync();
        var adopted = await adopt.EndAsync();

        adopted.Expect(0);
        if (undo.Exit == 2)
        {
            Assert.Contains($"(process {adopt.Pid}", undo.Errors, StringComparison.Ordinal);
            await stack.WaitForCallsAsync(AdoptStack.SmallApp, 2);
            (await stack.UndoAsync()).Expect(0);
        }
        else
        {
            undo.Expect(0);
        }
        Assert.Equal(before, await stack.SnapshotAsync());
        await stack.WaitForCallsAsync(AdoptStack.SmallApp, 2);
    }

    [Theory]
    [InlineData(Signals.Interrupt)]
    [InlineData(Signals.Terminate)]
    [InlineData(Signals.Hangup)]
    public async Task A_signal_during_adopt_undoes_what_was_begun(int signal)
    {
        await using var stack = await AdoptStack.StartSmallAsync(engine);
        var before = await stack.SnapshotAsync();
        // The terminal is gone with its user: nothing can be written any more.
        var isGone = signal == Signals.Hangup;
        await using var adopt = stack.StartAdopt(isGone ? "/dev/full" : "", "--yes");
        await WaitForLinesAsync(stack, adopt, 6);

        adopt.Signal(signal);
        if (isGone) adopt.Signal(signal);
        var ended = await adopt.EndAsync();

        Assert.Equal(1, ended.Exit);
        if (!isGone) Assert.Contains("Everything is as it was before", ended.Output, StringComparison.Ordinal);
        Assert.Equal(before, await stack.SnapshotAsync());
        Assert.Contains("nothing to undo", (await stack.UndoAsync()).Expect(0).Output, StringComparison.Ordinal);
        await stack.WaitForCallsAsync(AdoptStack.SmallApp, 2);
    }

    [Fact]
    public async Task Who_stops_the_undoing_too_is_told_the_command_that_goes_on()
    {
        await using var stack = await AdoptStack.StartSmallAsync(engine);
        var before = await stack.SnapshotAsync();
        await using var adopt = stack.StartAdopt("", "--yes");
        await WaitForLinesAsync(stack, adopt, 6);

        adopt.Signal(Signals.Interrupt);
        // Undoing waits five seconds for what the engine may still be at.
        await Task.Delay(TimeSpan.FromSeconds(1.5), TestContext.Current.CancellationToken);
        adopt.Signal(Signals.Interrupt);
        var ended = await adopt.EndAsync();

        Assert.Equal(1, ended.Exit);
        Assert.Contains("gatehouse adopt --undo", ended.Output, StringComparison.Ordinal);
        (await stack.UndoAsync()).Expect(0);
        Assert.Equal(before, await stack.SnapshotAsync());
    }

    private static async Task WaitForLinesAsync(AdoptStack stack, Child adopt, int lines)
    {
        for (var looks = 0; looks < 6_000; looks++)
        {
            Assert.False(adopt.HasExited, $"It ended first.\n{adopt.Output}\n{adopt.Errors}");
            if (Directory.Exists(stack.Journals)
                && Directory.GetFiles(stack.Journals, "*.journal") is [var journal]
                && File.ReadAllLines(journal).Length >= lines)
            {
                return;
            }
            await Task.Delay(5);
        }
        Assert.Fail($"The journal has not {lines} lines.\n{adopt.Output}\n{adopt.Errors}");
    }
}
