using Gatehouse.Core.Adoption;
using Gatehouse.Docker;
using Gatehouse.Tests.Docker;

namespace Gatehouse.Tests.Adoption;

/// <summary>
/// A crash around any line of the journal, or within a step, leaves a journal from which all is restored. The run is in
/// this process, which alone can stop it at one line; <see cref="KilledTests"/> kills the real program.
/// </summary>
[Collection(EngineCollection.Name)]
public sealed class CrashTests(TestEngine engine)
{
    private const int Seed = 20_417;

    private static bool IsFull => Environment.GetEnvironmentVariable("GATEHOUSE_TEST_FULL") == "yes";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_crash_around_any_line_of_adopt_is_undone_completely()
    {
        await using var stack = await AdoptStack.StartSmallAsync(engine);
        var before = await stack.SnapshotAsync();
        using var client = await EngineClient.ConnectAsync(stack.Engine, Stop);
        var steps = (await stack.Verb(client).ProposeAsync([], Stop)).Steps.Length;
        foreach (var (line, isWritten) in LinesOfAdopt(steps))
        {
            var verb = stack.Verb(client, new CrashingSteps { CrashAtLine = line, IsLineWritten = isWritten });
            var proposal = await verb.ProposeAsync([], Stop);
            await Assert.ThrowsAsync<CrashException>(() => verb.DoAsync(proposal, Stop));

            Assert.True(await stack.Verb(client).UndoAsync(Stop), $"line {line}, {isWritten}: {stack.Screen}");

            Assert.Equal(before, await stack.SnapshotAsync());
        }
        await stack.WaitForCallsAsync(AdoptStack.SmallApp, 2);
    }

    [Fact]
    public async Task A_crash_within_a_step_of_adopt_is_undone_completely()
    {
        await using var stack = await AdoptStack.StartSmallAsync(engine);
        var before = await stack.SnapshotAsync();
        using var client = await EngineClient.ConnectAsync(stack.Engine, Stop);
        var random = new Random(Seed);
        var steps = (await stack.Verb(client).ProposeAsync([], Stop)).Steps;
        for (var at = 0; at < steps.Length; at += IsFull ? 1 : 5)
        {
            // The host's own ports are not tried in this process (CrashingSteps).
            if (steps[at] is VerifyJobStep { Container: null }) continue;
            var cut = new CrashingSteps { CutAt = at, CutAfter = TimeSpan.FromMilliseconds(random.Next(0, 120)) };
            var verb = stack.Verb(client, cut, TimeProvider.System);
            var proposal = await verb.ProposeAsync([], Stop);
            await Assert.ThrowsAsync<CrashException>(() => verb.DoAsync(proposal, Stop));

            var undo = stack.Verb(client, time: TimeProvider.System);
            Assert.True(await undo.UndoAsync(Stop), $"step {at} after {cut.CutAfter}: {stack.Screen}");

            Assert.Equal(before, await stack.SnapshotAsync());
        }
        await stack.WaitForCallsAsync(AdoptStack.SmallApp, 2);
    }

    [Fact]
    public async Task A_crash_around_any_line_of_undo_is_gone_on_with()
    {
        await using var stack = await AdoptStack.StartSmallAsync(engine);
        var before = await stack.SnapshotAsync();
        using var client = await EngineClient.ConnectAsync(stack.Engine, Stop);
        var steps = (await stack.Verb(client).ProposeAsync([], Stop)).Steps.Length;
        var random = new Random(Seed);
        Func<CrashingSteps>[] kinds =
        [
            // Undoes one step, marks it, undoes the next and crashes before that is marked: so all are undone twice.
            static () => new CrashingSteps { CrashAtLine = 1 },
            static () => new CrashingSteps { CrashAtLine = 0, IsLineWritten = true },
            () => new CrashingSteps { CutAt = 1, CutAfter = TimeSpan.FromMilliseconds(random.Next(0, 120)) },
        ];
        foreach (var crashing in IsFull ? kinds : kinds[..1])
        {
            var verb = stack.Verb(client, new CrashingSteps());
            Assert.True(await verb.DoAsync(await verb.ProposeAsync([], Stop), Stop), stack.Screen);
            foreach (var _ in Enumerable.Range(0, steps - 1))
            {
                await Assert.ThrowsAsync<CrashException>(() => stack.Verb(client, crashing()).UndoAsync(Stop));
            }
            // Everything is undone by now or with the next line; then that is said, and the journal not yet put away.
            var last = new CrashingSteps { CrashAtLine = 1 };
            await Assert.ThrowsAsync<CrashException>(() => stack.Verb(client, last).UndoAsync(Stop));
            var said = new CrashingSteps { CrashAtLine = 0, IsLineWritten = true };
            await Assert.ThrowsAsync<CrashException>(() => stack.Verb(client, said).UndoAsync(Stop));
            Assert.True(await stack.Verb(client).UndoAsync(Stop), stack.Screen);

            Assert.Equal(before, await stack.SnapshotAsync());
        }
        await stack.WaitForCallsAsync(AdoptStack.SmallApp, 2);
    }

    [Fact]
    public async Task A_step_that_fails_takes_everything_back()
    {
        await using var stack = await AdoptStack.StartSmallAsync(engine);
        var before = await stack.SnapshotAsync();
        using var client = await EngineClient.ConnectAsync(stack.Engine, Stop);
        var last = (await stack.Verb(client).ProposeAsync([], Stop)).Steps.Length - 1;

        var verb = stack.Verb(client, new CrashingSteps { FailAt = last });
        var done = await verb.DoAsync(await verb.ProposeAsync([], Stop), Stop);

        Assert.False(done);
        Assert.Equal(before, await stack.SnapshotAsync());
        Assert.Contains("Everything is as it was before", stack.Screen, StringComparison.Ordinal);
        await stack.WaitForCallsAsync(AdoptStack.SmallApp, 2);
    }

    /// <summary>
    /// The lines are: the plan; two for each step; the end. What a step did and nothing marks is the hardest, so every
    /// step is met there; all the others when all is asked for. (A line that is written, and the next one that is not:
    /// that is the same moment, but for the plan, the last line, and a line that announces a step.)
    /// </summary>
    private static IEnumerable<(int Line, bool IsWritten)> LinesOfAdopt(int steps)
    {
        var last = 1 + 2 * steps;
        yield return (0, true);
        for (var line = 0; line < last; line++)
        {
            var isDone = line > 0 && line % 2 == 0;
            if (isDone || IsFull) yield return (line, false);
            if (!isDone && line > 0 && IsFull) yield return (line, true);
        }
        yield return (last, false);
        yield return (last, true);
    }
}
