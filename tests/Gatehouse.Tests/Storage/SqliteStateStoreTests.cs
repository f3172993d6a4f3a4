using Gatehouse.Storage;

namespace Gatehouse.Tests.Storage;

/// <summary>The store of a home's state on SQLite keeps the contract, and what only a home can promise.</summary>
public sealed class SqliteStateStoreTests : StateStoreContract, IDisposable
{
    private readonly TestHome _test = new();
    private CommitPoint? _failAt;

    public SqliteStateStoreTests() => _test.Settings = _test.Settings with
    {
        AtCommit = point =>
        {
            if (_failAt != point)
                return;
            _failAt = null;
            throw new SqliteFaultException("injected", SQLitePCL.raw.SQLITE_FULL, 0);
        },
    };

    private protected override int Stops
    {
        get { lock (_test.Fatals) return _test.Fatals.Count; }
    }

    private protected override IStateStore Open() => _test.Open();

    private protected override void FailNextCommit(bool isStored) =>
        _failAt = isStored ? CommitPoint.After : CommitPoint.Before;

    [Fact]
    public async Task State_beside_a_writer_that_was_fenced_off_leaves_a_ledger_that_verifies()
    {
        await using (var old = _test.Open())
        {
            await AppendAsync(old, Pause("before"));
            await using var now = _test.Open();
            await AppendAsync(old, Pause("never"));
            Assert.NotEqual(LedgerRefusal.None, (await old.SignCheckpointAsync(CancellationToken.None)).Refusal);
            await AppendAsync(now, Pause("after"));
        }

        await using (var again = _test.Open())
            await AppendAsync(again, new StateChange.ResumeJob("before"));
        Assert.Empty(_test.Verify().Faults);
    }

    [Fact]
    public async Task A_lease_that_was_taken_back_by_hand_fences_the_writer_off_too()
    {
        await using var store = _test.Open();
        await AppendAsync(store, Pause("before"));
        _test.Execute("UPDATE lease SET epoch = epoch - 1");

        Assert.Equal(LedgerRefusal.Fenced, (await AppendAsync(store, Pause("never"))).Refusal);
        var fatal = Assert.Single(_test.Fatals);
        Assert.Contains(_test.Path, fatal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void State_of_a_home_whose_ledger_was_never_made_is_empty()
    {
        Assert.Empty(StateReader.Tokens(_test.Home, DateTimeOffset.UnixEpoch));
        File.WriteAllBytes(_test.Home.LedgerFile, []);
        Assert.Empty(StateReader.Pauses(_test.Home));
        using (var connection = StoreConnection.OpenBeside(_test.Home.LedgerFile))
            StoreConnection.Execute(connection, "CREATE TABLE other (name TEXT)");
        Assert.Empty(StateReader.Usage(_test.Home, ["2026-05"]));
        Assert.Empty(StateReader.Tokens(_test.Home, DateTimeOffset.UnixEpoch));
    }

    public void Dispose() => _test.Dispose();
}
