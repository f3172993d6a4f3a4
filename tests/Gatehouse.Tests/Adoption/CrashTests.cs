using Gatehouse.Docker;
using Gatehouse.Tests.Docker;

namespace Gatehouse.Tests.Adoption;

/// <summary>A crash at any point of an adoption or of its undo leaves a journal from which all is restored.</summary>
[Collection(EngineCollection.Name)]
public sealed class CrashTests(TestEngine engine)
{
    [Fact]
    public async Task A_crash_after_any_step_of_adopt_is_undone_completely()
    {
        await using var stack = await AdoptStack.StartSmallAsync(engine);
        var before = await stack.SnapshotAsync();
        var steps = int.MaxValue;
        for (var at = 0; at < steps; at++)
        {
            using var client = await EngineClient.ConnectAsync(stack.Engine, TestContext.Current.CancellationToken);
            var crashing = new CrashingSteps { CrashAfterDo = at };
            var verb = stack.Verb(client, crashing);
            var proposal = await verb.ProposeAsync([], TestContext.Current.CancellationToken);
            steps = proposal.Steps.Length;
            await Assert.ThrowsAsync<CrashException>(
                () => verb.DoAsync(proposal, TestContext.Current.CancellationToken));

            Assert.True(await stack.Verb(client).UndoAsync(TestContext.Current.CancellationToken));

            Assert.Equal(before, await stack.SnapshotAsync());
        }
        await stack.WaitForCallsAsync(AdoptStack.SmallApp, 2);
    }

    [Fact]
    public async Task A_crash_after_any_step_of_undo_is_gone_on_with()
    {
        await using var stack = await AdoptStack.StartSmallAsync(engine);
        var before = await stack.SnapshotAsync();
        using var client = await EngineClient.ConnectAsync(stack.Engine, TestContext.Current.CancellationToken);
        var verb = stack.Verb(client, new CrashingSteps());
        var proposal = await verb.ProposeAsync([], TestContext.Current.CancellationToken);
        Assert.True(await verb.DoAsync(proposal, TestContext.Current.CancellationToken));

        // Each try undoes one step, marks it, undoes the next and crashes before that is marked: so all are undone
        // twice.
        foreach (var _ in proposal.Steps.Skip(1))
        {
            var crashing = new CrashingSteps { CrashAfterUndo = 2 };
            await Assert.ThrowsAsync<CrashException>(
                () => stack.Verb(client, crashing).UndoAsync(TestContext.Current.CancellationToken));
        }
        Assert.True(await stack.Verb(client).UndoAsync(TestContext.Current.CancellationToken));

        Assert.Equal(before, await stack.SnapshotAsync());
        await stack.WaitForCallsAsync(AdoptStack.SmallApp, 2);
    }

    [Fact]
    public async Task A_step_that_fails_takes_everything_back()
    {
        await using var stack = await AdoptStack.StartSmallAsync(engine);
        var before = await stack.SnapshotAsync();
        using var client = await EngineClient.ConnectAsync(stack.Engine, TestContext.Current.CancellationToken);
        var last = (await stack.Verb(client).ProposeAsync([], TestContext.Current.CancellationToken)).Steps.Length - 1;

        var verb = stack.Verb(client, new CrashingSteps { FailAt = last });
        var done = await verb.DoAsync(
            await verb.ProposeAsync([], TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);

        Assert.False(done);
        Assert.Equal(before, await stack.SnapshotAsync());
        Assert.Contains("everything is as it was before", stack.Screen, StringComparison.Ordinal);
        await stack.WaitForCallsAsync(AdoptStack.SmallApp, 2);
    }
}
