using Gatehouse.Core.Adoption;
using Gatehouse.Tests.Docker;

namespace Gatehouse.Tests.Adoption;

/// <summary>
/// The native binary dies by SIGKILL around the lines of its journal and in the middle of its steps, while the engine
/// goes on with what it was asked for. Whatever it was at, <c>adopt --undo</c> restores.
/// </summary>
[Collection(EngineCollection.Name)]
public sealed class KilledTests(TestEngine engine)
{
    private const int Seed = 20_417;

    /// <summary>An undo reads its journal before it adds to it.</summary>
    private const int FirstOfUndo = 2;

    private static bool IsFull => Environment.GetEnvironmentVariable("GATEHOUSE_TEST_FULL") == "yes";

    [Fact]
    public async Task Undo_restores_all_after_adopt_was_killed()
    {
        await using var killed = await KilledAdoption.StartAsync(engine);
        var durations = await killed.MeasureAsync();
        var points = PointsOfAdopt(durations);
        var (notBegun, halfDone, notMarked) = (new HashSet<int>(), new HashSet<int>(), new HashSet<int>());

        foreach (var point in points)
        {
            var lines = await killed.KillAdoptAsync(point);

            // The plan is written under another name first: at its opening there is no journal.
            var isWritten = point.Moment != KillMoment.BeforeLine && point.Opening > 0;
            Assert.Equal(point.Opening + (isWritten ? 1 : 0), lines.Count);
            var met = point.Moment switch
            {
                KillMoment.BeforeLine => notMarked,
                KillMoment.AfterLine => notBegun,
                _ => halfDone,
            };
            if (lines is [.., { Event: JournalEvent.Begun, Step: { } step }]) met.Add(step);
            await killed.RestoreAsync($"{point}, after {(lines.Count > 0 ? lines[^1] : "nothing")}");
        }
        await killed.CallsGoOnAsync();

        var steps = Enumerable.Range(0, durations.Count).ToArray();
        if (IsFull) Assert.All([notBegun, halfDone, notMarked], met => Assert.Equal(steps, met.Order()));
        else Assert.All([notBegun, halfDone, notMarked], Assert.NotEmpty);
    }

    [Fact]
    public async Task Undo_goes_on_after_undo_was_killed_at_every_step()
    {
        await using var killed = await KilledAdoption.StartAsync(engine);
        var random = new Random(Seed);
        for (var round = 0; round < (IsFull ? 10 : 1); round++)
        {
            await KillAroundLinesAsync(killed, await killed.AdoptAsync());
            await killed.RestoreAsync($"round {round}, every step undone twice");
            await KillInTheMiddleAsync(killed, await killed.AdoptAsync(), random);
            await killed.RestoreAsync($"round {round}, in the middle of steps");
        }
        await killed.CallsGoOnAsync();
    }

    /// <summary>
    /// Each undo marks one step, undoes the next, and dies before that is marked: so all are undone twice.
    /// </summary>
    private static async Task KillAroundLinesAsync(KilledAdoption killed, int steps)
    {
        var met = new HashSet<int>();
        for (var opening = FirstOfUndo; met.Count < steps; opening = FirstOfUndo + 1)
        {
            var lines = await killed.KillUndoAsync(new KillPoint(opening, KillMoment.BeforeLine));
            Assert.True(met.Add(LastStanding(lines)), "The same step again.");
        }
        Assert.Equal(Enumerable.Range(0, steps), met.Order());
        // All is undone and not said so; then it is said, and the journal is not yet put away.
        Assert.Equal(
            -1, LastStanding(await killed.KillUndoAsync(new KillPoint(FirstOfUndo + 1, KillMoment.BeforeLine))));
        var last = await killed.KillUndoAsync(new KillPoint(FirstOfUndo, KillMoment.AfterLine));
        Assert.Equal(JournalEvent.Restored, last[^1].Event);
    }

    /// <summary>Each undo marks one step and dies in the next, which may take long or be over already.</summary>
    private static async Task KillInTheMiddleAsync(KilledAdoption killed, int steps, Random random)
    {
        var met = new HashSet<int>();
        for (var left = steps - 1; left > 0; met.Add(left))
        {
            var delay = TimeSpan.FromMilliseconds(random.Next(0, 60));
            left = LastStanding(await killed.KillUndoAsync(new KillPoint(FirstOfUndo, KillMoment.Later, delay)));
        }
        Assert.Equal(Enumerable.Range(0, steps - 1), met.Order());
    }

    /// <summary>
    /// Around each step's two lines and within the step, and around the first and the last line; unless all are wanted,
    /// five steps far apart.
    /// </summary>
    private static List<KillPoint> PointsOfAdopt(IReadOnlyList<TimeSpan> durations)
    {
        var random = new Random(Seed);
        var steps = durations.Select((duration, step) => PointsOfStep(step, duration, random)).ToArray();
        if (!IsFull)
            return [.. Enumerable.Range(0, 5).Select(at => steps[at * (steps.Length - 1) / 4][1 + at % 3])];
        var last = 1 + 2 * steps.Length;
        return
        [
            new KillPoint(0, KillMoment.BeforeLine), new KillPoint(0, KillMoment.AfterLine),
            .. steps.SelectMany(static points => points),
            new KillPoint(last, KillMoment.BeforeLine), new KillPoint(last, KillMoment.AfterLine),
        ];
    }

    private static KillPoint[] PointsOfStep(int step, TimeSpan duration, Random random)
    {
        var begun = 1 + 2 * step;
        return
        [
            new KillPoint(begun, KillMoment.BeforeLine), new KillPoint(begun, KillMoment.AfterLine),
            new KillPoint(begun, KillMoment.Later, duration * random.NextDouble()),
            new KillPoint(begun + 1, KillMoment.BeforeLine), new KillPoint(begun + 1, KillMoment.AfterLine),
            new KillPoint(begun, KillMoment.Later, duration * random.NextDouble()),
        ];
    }

    /// <summary>The step that was begun last and is not marked as undone; -1 where there is none.</summary>
    private static int LastStanding(IReadOnlyList<JournalLine> lines) => lines
        .Where(static line => line.Event == JournalEvent.Begun).Select(static line => line.Step!.Value)
        .Except(lines.Where(static line => line.Event == JournalEvent.Undone).Select(static line => line.Step!.Value))
        .DefaultIfEmpty(-1).Max();
}
