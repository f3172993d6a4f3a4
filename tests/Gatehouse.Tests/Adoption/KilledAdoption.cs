using Gatehouse.Cli;
using Gatehouse.Core.Adoption;
using Gatehouse.Listening;
using Gatehouse.Tests.Binary;
using Gatehouse.Tests.Docker;

namespace Gatehouse.Tests.Adoption;

/// <summary>
/// A small stack whose adoptions and undos, by the native binary, die by SIGKILL at chosen points. The gate's image is
/// not in the engine, so that loading it is a step too.
/// </summary>
internal sealed class KilledAdoption : IAsyncDisposable
{
    private const string Kept = "kept-for-the-next-test:1";
    private const string Started = "*.journal";

    private readonly TestEngine _engine;
    private readonly AdoptStack _stack;
    private JournalWatch? _watch;
    private string _before = "";

    private KilledAdoption(TestEngine engine, AdoptStack stack) => (_engine, _stack) = (engine, stack);

    public static async Task<KilledAdoption> StartAsync(TestEngine engine)
    {
        var made = new KilledAdoption(engine, await AdoptStack.StartSmallAsync(engine));
        try
        {
            await made.PrepareAsync();
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    private async Task PrepareAsync()
    {
        await _engine.DockerAsync("tag", GateImage.Name, Kept);
        await _engine.DockerAsync("rmi", GateImage.Name);
        Directory.CreateDirectory(
            _stack.Journals, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _watch = JournalWatch.Open(_stack.Journals);
        _before = await _stack.SnapshotAsync();
    }

    /// <summary>Adopts without a kill; how many steps that took.</summary>
    public async Task<int> AdoptAsync()
    {
        (await _stack.AdoptAsync("--yes")).Expect(0);
        return Journal()[0].Steps!.Value.Length;
    }

    /// <summary>How long each step takes when nobody kills; everything is as before then.</summary>
    public async Task<IReadOnlyList<TimeSpan>> MeasureAsync()
    {
        await AdoptAsync();
        var lines = Journal();
        await RestoreAsync("nobody killed it");
        var steps = lines[0].Steps!.Value;
        Assert.Contains(steps, static step => step is LoadImageStep);
        return [.. steps.Select((_, at) => At(lines, JournalEvent.Done, at) - At(lines, JournalEvent.Begun, at))];
    }

    /// <summary>Runs an adoption until it is killed; the journal's lines as the kill left them.</summary>
    public Task<IReadOnlyList<JournalLine>> KillAdoptAsync(KillPoint point) => KillAsync(point, "--yes");

    public Task<IReadOnlyList<JournalLine>> KillUndoAsync(KillPoint point) => KillAsync(point, "--undo");

    /// <summary>Undoes without a kill, and looks that everything is as it was.</summary>
    public async Task RestoreAsync(string after)
    {
        var undone = await _stack.UndoAsync();
        Assert.True(undone.Exit == 0, $"{after}\n{undone.Output}\n{undone.Errors}");
        var now = await _stack.SnapshotAsync();
        if (_before != now) Assert.Fail($"{after}:\n{undone.Output}\n{Difference(_before, now)}");
        Assert.Empty(Directory.EnumerateFiles(_stack.Journals, Started));
        Assert.Empty(LeftInHome());
    }

    public Task CallsGoOnAsync() => _stack.WaitForCallsAsync(AdoptStack.SmallApp, 2);

    public async ValueTask DisposeAsync()
    {
        _watch?.Dispose();
        await _stack.DisposeAsync();
        if ((await _engine.TryDockerAsync("image", "inspect", Kept)).Exit != 0) return;
        await _engine.DockerAsync("tag", Kept, GateImage.Name);
        await _engine.DockerAsync("rmi", Kept);
    }

    private async Task<IReadOnlyList<JournalLine>> KillAsync(KillPoint point, string word)
    {
        var ended = await _watch!.KillAsync(() => _stack.StartAdopt(word), point);
        Assert.True(
            ended.Exit == 128 + Signals.Kill, $"{point}: exit code {ended.Exit}\n{ended.Output}\n{ended.Errors}");
        return Journal();
    }

    /// <summary>The lines of the one adoption that stands or was cut off; none where there is no such.</summary>
    private IReadOnlyList<JournalLine> Journal()
        => Directory.GetFiles(_stack.Journals, Started) is [var only] ? JournalJson.Read(File.ReadAllText(only)) : [];

    private static DateTimeOffset At(IReadOnlyList<JournalLine> lines, JournalEvent happened, int step)
        => lines.Single(line => line.Event == happened && line.Step == step).At;

    /// <summary>
    /// What an adoption wrote into the home or handed to the gate; its record stays there and is root's.
    /// </summary>
    private IEnumerable<string> LeftInHome()
    {
        if (!Directory.Exists(_stack.Home)) return [];
        return Directory.EnumerateFileSystemEntries(_stack.Home, "*", SearchOption.AllDirectories)
            .Append(_stack.Home)
            .Where(path => SocketFile.OwnerOf(path) != 0
                || Path.GetFileName(path).Contains("gatehouse", StringComparison.Ordinal));
    }

    private static string Difference(string before, string now)
    {
        var (old, fresh) = (before.Split('\n'), now.Split('\n'));
        return string.Join('\n', old.Except(fresh).Select(static line => "- " + line)
            .Concat(fresh.Except(old).Select(static line => "+ " + line)));
    }
}
