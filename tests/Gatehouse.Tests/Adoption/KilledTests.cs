using Gatehouse.Cli;
using Gatehouse.Core.Adoption;
using Gatehouse.Linux;
using Gatehouse.Tests.Docker;

namespace Gatehouse.Tests.Adoption;

/// <summary>
/// The native binary dies by SIGKILL at random times while it adopts and undoes, and the engine goes on with what it
/// was asked for. Whatever it was at, <c>adopt --undo</c> restores. (Chosen lines of the journal are met in
/// <see cref="CrashTests"/>.)
/// </summary>
[Collection(EngineCollection.Name)]
public sealed class KilledTests(TestEngine engine)
{
    private const int Seed = 20_417;

    private const int KillsOfOneUndo = 3;

    private static bool IsFull => Environment.GetEnvironmentVariable("GATEHOUSE_TEST_FULL") == "yes";

    [Fact]
    public async Task Undo_restores_all_after_adopt_was_killed_at_any_time()
    {
        await using var killed = await KilledAdoption.StartAsync(engine);
        await killed.AdoptAsync();
        var lines = killed.Journal();
        Assert.Contains(lines[0].Steps!.Value, static step => step is LoadImageStep);
        await killed.RestoreAsync("nobody killed it");
        var random = new Random(Seed);
        var rounds = IsFull ? 25 : 4;
        var lengths = new List<int>();

        for (var round = 0; round < rounds; round++)
        {
            // A machine may be busy: so not after a time from the start, but from a line.
            var (line, after) = (random.Next(0, lines.Count), TimeSpan.FromMilliseconds(random.Next(0, 60)));
            var left = await killed.KillAdoptAsync(line, after);
            lengths.Add(left.Count);
            await killed.RestoreAsync(
                $"round {round}: killed {after} after {line} lines, at {(left.Count > 0 ? left[^1] : "nothing")}");
        }
        await killed.CallsGoOnAsync();

        TestContext.Current.SendDiagnosticMessage(
            $"{rounds} kills of adopt: {string.Join(' ', lengths)} of {lines.Count} lines");
        Assert.Contains(lengths, length => length > 1 && length < lines.Count);
    }

    [Fact]
    public async Task Undo_goes_on_after_undo_was_killed_at_any_time()
    {
        await using var killed = await KilledAdoption.StartAsync(engine);
        var random = new Random(Seed);
        var isCut = false;

        for (var round = 0; round < (IsFull ? 10 : 2); round++)
        {
            await killed.AdoptAsync();
            for (var kill = 0; kill < KillsOfOneUndo; kill++)
            {
                var left = await killed.KillUndoAsync(
                    random.Next(0, 8), TimeSpan.FromMilliseconds(random.Next(0, 60)));
                isCut |= left.Any(static line => line.Event == JournalEvent.Undone);
            }
            await killed.RestoreAsync($"round {round}");
        }
        await killed.CallsGoOnAsync();

        Assert.True(isCut, "No kill came while steps were being undone.");
    }

    /// <summary>
    /// A small stack whose adoptions and undos, by the native binary, are killed. The gate's image is not in the
    /// engine, so that loading it is a step too.
    /// </summary>
    private sealed class KilledAdoption : IAsyncDisposable
    {
        private const string Kept = "kept-for-the-next-test:1";
        private const string Started = "*.journal";

        private readonly TestEngine _engine;
        private readonly AdoptStack _stack;
        private string _before = "";

        private KilledAdoption(TestEngine engine, AdoptStack stack) => (_engine, _stack) = (engine, stack);

        public static async Task<KilledAdoption> StartAsync(TestEngine engine)
        {
            var made = new KilledAdoption(engine, await AdoptStack.StartSmallAsync(engine));
            try
            {
                await engine.DockerAsync("tag", GateImage.Name, Kept);
                await engine.DockerAsync("rmi", GateImage.Name);
                made._before = await made._stack.SnapshotAsync();
                return made;
            }
            catch
            {
                await made.DisposeAsync();
                throw;
            }
        }

        public async Task AdoptAsync() => (await _stack.AdoptAsync("--yes")).Expect(0);

        /// <summary>
        /// Kills an adoption a while after so many lines are in its journal; the lines as the kill left them.
        /// </summary>
        public Task<IReadOnlyList<JournalLine>> KillAdoptAsync(int lines, TimeSpan after)
            => KillAsync("--yes", lines, after);

        /// <summary>The same for an undo, by the lines that it adds.</summary>
        public Task<IReadOnlyList<JournalLine>> KillUndoAsync(int more, TimeSpan after)
            => KillAsync("--undo", Journal().Count + more, after);

        private async Task<IReadOnlyList<JournalLine>> KillAsync(string word, int lines, TimeSpan after)
        {
            await using var child = _stack.StartAdopt("", word);
            for (var looks = 0; looks < 12_000 && !child.HasExited && Journal().Count < lines; looks++)
                await Task.Delay(5);
            await Task.Delay(after);
            await child.KillAsync();
            return Journal();
        }

        /// <summary>Undoes without a kill, and looks that everything is as it was.</summary>
        public async Task RestoreAsync(string after)
        {
            var undone = await _stack.UndoAsync();
            Assert.True(undone.Exit == 0, $"{after}\n{undone.Output}\n{undone.Errors}");
            var now = await _stack.SnapshotAsync();
            if (_before != now) Assert.Fail($"{after}:\n{undone.Output}\n{Difference(_before, now)}");
            Assert.False(HasJournal());
            Assert.Empty(LeftInHome());
        }

        public Task CallsGoOnAsync() => _stack.WaitForCallsAsync(AdoptStack.SmallApp, 2);

        /// <summary>The lines of the one adoption that stands or was cut off; none where there is no such.</summary>
        public IReadOnlyList<JournalLine> Journal()
        {
            try
            {
                return HasJournal()
                    ? JournalJson.Read(File.ReadAllText(Directory.GetFiles(_stack.Journals, Started)[0])) : [];
            }
            catch (Exception error) when (error is IOException or IndexOutOfRangeException)
            {
                // It was put away just now.
                return [];
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _stack.DisposeAsync();
            if ((await _engine.TryDockerAsync("image", "inspect", Kept)).Exit != 0) return;
            await _engine.DockerAsync("tag", Kept, GateImage.Name);
            await _engine.DockerAsync("rmi", Kept);
        }

        private bool HasJournal()
            => Directory.Exists(_stack.Journals) && Directory.EnumerateFiles(_stack.Journals, Started).Any();

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
}
