using System.Text.Json;

namespace Gatehouse.Tests.Binary;

/// <summary>A home in a folder of its own that is gone after the test, and the verbs run on it.</summary>
internal sealed class BinaryHome : IDisposable
{
    private readonly bool _isOwnFolder;

    private BinaryHome(string path, bool isOwnFolder) => (HomePath, _isOwnFolder) = (path, isOwnFolder);

    public string HomePath { get; }

    public string LedgerFile => PathOf("ledger.db");

    public static BinaryHome Create(string modelAddress, string estate = BinaryEstates.Usual)
    {
        var home = new BinaryHome(Directory.CreateTempSubdirectory("gatehouse-binary-").FullName, isOwnFolder: true);
        home.WriteEstate(modelAddress, estate);
        return home;
    }

    /// <summary>A home in a folder that somebody else makes and removes, such as a mounted disk.</summary>
    public static BinaryHome In(string path, string modelAddress, string estate = BinaryEstates.Usual)
    {
        var home = new BinaryHome(path, isOwnFolder: false);
        home.WriteEstate(modelAddress, estate);
        return home;
    }

    public string PathOf(string name) => Path.Combine(HomePath, name);

    public void WriteEstate(string modelAddress, string estate)
        => File.WriteAllText(PathOf("gatehouse.yaml"), estate
            .Replace("{model}", modelAddress, StringComparison.Ordinal)
            .Replace("{home}", HomePath, StringComparison.Ordinal));

    /// <summary>Runs a verb on this home to its end.</summary>
    public Task<Ended> RunAsync(params string[] words) => Child.RunAsync(GateBinary.Path, WithHome(words));

    /// <summary>Starts a verb on this home.</summary>
    public Child Start(IReadOnlyList<string> words, params IReadOnlyList<(string Name, string? Value)> environment)
        => Child.Start(GateBinary.Path, WithHome(words), environment);

    public Task<BinaryGate> ServeAsync() => BinaryGate.StartAsync(this, Start(["serve"]));

    /// <summary>A fresh token of a job: the last line of standard output, alone.</summary>
    public async Task<string> TokenAsync(string job = "news", params string[] more)
        => (await RunAsync(["token", "issue", "--job", job, .. more])).Expect(0).LastLine;

    /// <summary>Everything that <c>ledger show --json</c> prints.</summary>
    public async Task<IReadOnlyList<JsonElement>> ShowAsync(params string[] more)
        => Parse(await RunAsync(["ledger", "show", "--json", .. more]));

    /// <summary>The exchanges on record by id, with their outcome.</summary>
    public async Task<IReadOnlyDictionary<string, string>> OutcomesAsync()
        => (await ShowAsync()).Where(line => line.GetProperty("kind").GetString() == "exchange")
            .ToDictionary(
                line => line.GetProperty("id").GetString()!, line => line.GetProperty("outcome").GetString()!);

    /// <summary>The names of the acts on record, in order.</summary>
    public async Task<IReadOnlyList<string>> ActsAsync()
        => [.. (await ShowAsync()).Where(line => line.GetProperty("kind").GetString() == "act")
            .Select(line => line.GetProperty("act").GetString()!)];

    public static IReadOnlyList<JsonElement> Parse(Ended ended) =>
    [
        .. ended.Expect(0).Lines.Select(line =>
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.Clone();
        }),
    ];

    public void Dispose()
    {
        if (_isOwnFolder) Directory.Delete(HomePath, recursive: true);
    }

    // Options stand before "--": what follows it belongs to the command that exec runs.
    private List<string> WithHome(IReadOnlyList<string> words)
    {
        var all = words.ToList();
        var end = all.IndexOf("--");
        all.InsertRange(end < 0 ? all.Count : end, ["--home", HomePath]);
        return all;
    }
}
