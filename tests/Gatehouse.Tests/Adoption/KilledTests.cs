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
        var points = PointsOfAdopt(killed.Steps);
        if (!IsFull) points = [.. Enumerable.Range(0, 6).Select(at => points[at * (points.Count - 1) / 5])];
        var (notBegun, halfDone, notMarked) = (new HashSet<int>(), new HashSet<int>(), new HashSet<int>());

        foreach (var point in points)
        {
            var lines = await killed.KillAdoptAsync(point);

            // The plan is written under another name first, so the first opening is before there is a journal.
            Assert.Equal(point.Moment == KillMoment.BeforeLine ? point.Opening : point.Opening + 1, lines.Count);
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

        var steps = Enumerable.Range(0, killed.Steps.Count).ToArray();
        if (IsFull) Assert.All([notBegun, halfDone, notMarked], met => Assert.Equal(steps, met.Order()));
        else Assert.All([notBegun, halfDone, notMarked], Assert.NotEmpty);
    }

    [Fact]
    public async Task Undo_goes_on_after_undo_was_killed_at_every_step()
    {
        await using var killed = await KilledAdoption.StartAsync(engine);
        var met = new HashSet<int>();
        await killed.AdoptAsync();

        // Each marks one step, undoes the next, and dies before that is marked: so all are undone twice.
        for (var opening = FirstOfUndo; met.Count < killed.Steps.Count; opening = FirstOfUndo + 1)
        {
            var lines = await killed.KillUndoAsync(new KillPoint(opening, KillMoment.BeforeLine));
            Assert.True(met.Add(LastStanding(lines)), "The same step again.");
        }
        Assert.Equal(Enumerable.Range(0, killed.Steps.Count), met.Order());
        await killed.RestoreAsync("every step was undone twice");
        await killed.CallsGoOnAsync();
    }

    [Fact]
    public async Task Undo_goes_on_after_undo_was_killed_in_the_middle_of_steps()
    {
        await using var killed = await KilledAdoption.StartAsync(engine);
        var random = new Random(Seed);
        var met = new HashSet<int>();
        for (var round = 0; round < (IsFull ? 10 : 1); round++)
        {
            await killed.AdoptAsync();
            for (var left = killed.Steps.Count - 1; left > 0;)
            {
                // After one step is marked, somewhere in the next, which may take long or be over already.
                var delay = TimeSpan.FromMilliseconds(random.Next(0, 60));
                left = LastStanding(await killed.KillUndoAsync(new KillPoint(FirstOfUndo, KillMoment.Later, delay)));
                met.Add(left);
            }
            await killed.RestoreAsync($"round {round}");
        }
        Assert.Equal(Enumerable.Range(0, killed.Steps.Count - 1), met.Order());
        await killed.CallsGoOnAsync();
    }

    /// <summary>
    /// Before and after the plan's line, each step's two lines and the last line; and within each step.
    /// </summary>
    private static List<KillPoint> PointsOfAdopt(IReadOnlyList<TimeSpan> steps)
    {
        var random = new Random(Seed);
        var points = new List<KillPoint> { new(0, KillMoment.BeforeLine), new(0, KillMoment.AfterLine) };
        for (var step = 0; step < steps.Count; step++)
        {
            var begun = 1 + 2 * step;
            points.Add(new KillPoint(begun, KillMoment.BeforeLine));
            points.Add(new KillPoint(begun, KillMoment.AfterLine));
            points.Add(new KillPoint(begun, KillMoment.Later, steps[step] * random.NextDouble()));
            points.Add(new KillPoint(begun + 1, KillMoment.BeforeLine));
            points.Add(new KillPoint(begun + 1, KillMoment.AfterLine));
        }
        points.Add(new KillPoint(1 + 2 * steps.Count, KillMoment.BeforeLine));
        points.Add(new KillPoint(1 + 2 * steps.Count, KillMoment.AfterLine));
        return points;
    }

    private static int LastStanding(IReadOnlyList<JournalLine> lines) => lines
        .Where(static line => line.Event == JournalEvent.Begun).Select(static line => line.Step!.Value)
        .Except(lines.Where(static line => line.Event == JournalEvent.Undone).Select(static line => line.Step!.Value))
        .Max();
}
