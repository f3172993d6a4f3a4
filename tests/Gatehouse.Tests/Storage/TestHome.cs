using System.Text;
using Gatehouse.Core.Ledger;
using Gatehouse.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.Storage;

/// <summary>A home for one test, with the few things that tests do to a ledger.</summary>
internal sealed class TestHome : IDisposable
{
    public static readonly CallFacts Call = new()
    {
        Job = "news",
        IdentifiedBy = "token",
        Caller = "127.0.0.1",
        Dialect = "openai",
        Endpoint = "chat",
        Model = "llama",
    };

    private readonly bool _isOwn;

    public TestHome(string? path = null)
    {
        _isOwn = path is null;
        Path = path ?? Directory.CreateTempSubdirectory("gatehouse-test-").FullName;
        if (_isOwn)
            File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Home = HomeDirectory.OpenOrCreate(Path);
    }

    public string Path { get; }

    public HomeDirectory Home { get; }

    public List<LedgerFatal> Fatals { get; } = [];

    public LedgerSettings Settings { get; set; } = new() { Origin = "home/node", IsClockSynchronised = () => false };

    public SqliteLedger Open(TimeProvider? time = null) =>
        SqliteLedger.Open(Home, Settings, time ?? TimeProvider.System, fatal =>
        {
            lock (Fatals)
                Fatals.Add(fatal);
        });

    public VerifyReport Verify(string? against = null, bool withPayloads = true) =>
        LedgerVerifier.Verify(Home, against, withPayloads, CancellationToken.None);

    /// <summary>A copy of all files, as a crash of this moment would leave them.</summary>
    public TestHome Copy()
    {
        for (var left = 10; ; left--)
        {
            var copy = new TestHome { Settings = Settings with { AtCommit = null, AtStep = null } };
            try
            {
                CopyTo(copy.Path);
                return copy;
            }
            catch (IOException) when (left > 0) // A ledger at work removes and renames files: look again.
            {
                copy.Dispose();
            }
        }
    }

    private void CopyTo(string target)
    {
        foreach (var file in Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)))
        {
            File.Copy(file, System.IO.Path.Combine(target, System.IO.Path.GetRelativePath(Path, file)));
        }
    }

    public void Execute(string sql, params (string Name, object Value)[] parameters)
    {
        using var connection = new SqliteConnection($"Data Source={Home.LedgerFile};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        command.ExecuteNonQuery();
    }

    public static LedgerDraft Request(string id, string? payload = null) => new()
    {
        Entry = new RequestEntry { Id = id, Call = Call },
        Payloads = payload is null
            ? []
            :
            [
                new PayloadPart(PayloadKind.Received, RetentionClass.Inputs, Encoding.UTF8.GetBytes(payload)),
                new PayloadPart(PayloadKind.Forwarded, RetentionClass.Inputs, Encoding.UTF8.GetBytes(payload)),
            ],
    };

    public static LedgerDraft Outcome(SqliteLedger ledger, string of, string? payload = null) => new()
    {
        Entry = new OutcomeEntry
        {
            Id = ledger.NewId(EntryId.Outcome),
            Of = of,
            Outcome = ExchangeOutcome.Completed,
            Status =
                200,
            OutputTokens = 5,
        },
        Payloads = payload is null
            ? []
            : [new PayloadPart(PayloadKind.Delivered, RetentionClass.Outputs, Encoding.UTF8.GetBytes(payload))],
    };

    public static LedgerDraft Act(SqliteLedger ledger, string act) =>
        new() { Entry = new ActEntry { Id = ledger.NewId(EntryId.Act), Act = act, Uid = 0, Who = "root" } };

    /// <summary>Appends a request and its outcome and answers the exchange's id.</summary>
    public static async Task<string> ExchangeAsync(SqliteLedger ledger, string? payload = "prompt", string? answer =
        "answer")
    {
        var id = ledger.NewId(EntryId.Exchange);
        Assert.Equal(LedgerRefusal.None, (await AppendAsync(ledger, Request(id, payload))).Refusal);
        Assert.Equal(LedgerRefusal.None, (await AppendAsync(ledger, Outcome(ledger, id, answer))).Refusal);
        return id;
    }

    /// <summary>
    /// Signs while the false clock goes on: the ledger may have signed by itself a moment ago, and then waits.
    /// </summary>
    public static async Task<string> SignAsync(SqliteLedger ledger, FakeTimeProvider time)
    {
        var signing = ledger.SignCheckpointAsync(CancellationToken.None).AsTask();
        while (!signing.IsCompleted)
        {
            await Task.WhenAny(signing, Task.Delay(10));
            time.Advance(TimeSpan.FromMilliseconds(500));
        }

        return (await signing).Note!;
    }

    public static async Task<AppendResult> AppendAsync(SqliteLedger ledger, LedgerDraft draft) =>
        await ledger.AppendAsync(draft, CancellationToken.None);

    public void Dispose()
    {
        if (_isOwn)
            Directory.Delete(Path, recursive: true);
    }
}
