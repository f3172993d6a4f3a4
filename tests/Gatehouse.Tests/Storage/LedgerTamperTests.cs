using Gatehouse.Core.Ledger;
using Gatehouse.Storage;
using Microsoft.Data.Sqlite;

namespace Gatehouse.Tests.Storage;

public sealed class LedgerTamperTests
{
    [Fact]
    public async Task Every_flipped_bit_of_a_small_ledger_is_found_and_its_leaf_named()
    {
        using var test = await SmallAsync();
        using var connection = Connect(test);
        foreach (var index in new[] { 0, 1, 2 })
        {
            Flip(test, connection, $"SELECT leaf FROM ledger_entry WHERE idx = {index}",
                $"UPDATE ledger_entry SET leaf = $value WHERE idx = {index}", index, withPayloads: false);
            Flip(test, connection, $"SELECT hash FROM ledger_entry WHERE idx = {index}",
                $"UPDATE ledger_entry SET hash = $value WHERE idx = {index}", index, withPayloads: false);
        }

        Flip(test, connection, "SELECT sealed FROM payload WHERE idx = 0",
            "UPDATE payload SET sealed = $value WHERE idx = 0", 0, withPayloads: true);
        Flip(test, connection, "SELECT sealed FROM payload WHERE idx = 1",
            "UPDATE payload SET sealed = $value WHERE idx = 1", 1, withPayloads: true);
        Flip(test, connection, "SELECT CAST(note AS BLOB) FROM checkpoint",
            "UPDATE checkpoint SET note = CAST($value AS TEXT)", -1, withPayloads: false);
        Flip(test, connection, "SELECT frontier FROM checkpoint", "UPDATE checkpoint SET frontier = $value", -1,
            withPayloads: false);
        Assert.True(test.Verify().IsGood);
    }

    [Theory]
    [InlineData("DELETE FROM ledger_entry WHERE idx = 3", 3)]
    [InlineData("DELETE FROM ledger_entry WHERE idx = 0", 0)]
    [InlineData("DELETE FROM ledger_entry WHERE idx >= 8", 8)]
    [InlineData("UPDATE ledger_entry SET idx = 100 WHERE idx = 4", 4)]
    [InlineData("UPDATE ledger_entry SET log = 2 WHERE idx = 5", 5)]
    [InlineData("UPDATE ledger_entry SET leaf = NULL WHERE idx = 6", 6)]
    [InlineData("UPDATE ledger_entry SET leaf = NULL WHERE idx < 2", 0)]
    [InlineData(
        "UPDATE ledger_entry SET idx = CASE idx WHEN 2 THEN -3 WHEN 3 THEN -2 END WHERE idx IN (2, 3); "
        + "UPDATE ledger_entry SET idx = -idx WHERE idx < 0", 2)]
    [InlineData("DELETE FROM payload WHERE idx = 2", 2)]
    [InlineData("UPDATE payload SET expires = expires + 1 WHERE idx = 3", 3)]
    [InlineData("UPDATE payload SET sealed = (SELECT sealed FROM payload WHERE idx = 4) WHERE idx = 6", 6)]
    [InlineData("UPDATE payload SET idx = 900 WHERE idx = 7", 7)]
    [InlineData(
        "INSERT INTO payload SELECT idx * 8 + 5, log, idx, 5, class, expires, sealed FROM payload WHERE idx = 0", -1)]
    [InlineData("UPDATE checkpoint SET size = size - 1", -1)]
    public async Task A_deleted_moved_or_exchanged_row_is_found_and_named(string sql, long index)
    {
        using var test = new TestHome();
        await using (var ledger = test.Open())
        {
            for (var i = 0; i < 5; i++)
                await TestHome.ExchangeAsync(ledger, $"prompt {i}", $"answer {i}");
        }

        test.Execute(sql);
        var report = test.Verify();

        Assert.False(report.IsGood);
        Assert.Equal(index, report.Faults[0].Index);
    }

    [Fact]
    public async Task A_rewritten_leaf_with_a_matching_hash_still_breaks_the_signed_tree()
    {
        using var test = await SmallAsync();
        using var connection = Connect(test);
        var leaf = Read(connection, "SELECT leaf FROM ledger_entry WHERE idx = 1");
        var at = leaf.AsSpan().IndexOf("\"status\":200"u8);
        leaf[at + 9] = (byte)'4';
        Write(connection, "UPDATE ledger_entry SET leaf = $value WHERE idx = 1", leaf);
        Write(connection, "UPDATE ledger_entry SET hash = $value WHERE idx = 1", MerkleTree.HashLeaf(leaf).ToArray());

        var fault = Assert.Single(test.Verify().Faults);
        Assert.Contains("another root", fault.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_end_cut_off_with_its_checkpoints_is_found_against_a_checkpoint_kept_elsewhere()
    {
        using var test = new TestHome();
        await using var ledger = test.Open();
        await TestHome.ExchangeAsync(ledger);
        var older = (await ledger.SignCheckpointAsync(CancellationToken.None)).Note;
        await TestHome.ExchangeAsync(ledger);
        var kept = (await ledger.SignCheckpointAsync(CancellationToken.None)).Note;
        Assert.True(test.Verify(kept).IsGood);

        test.Execute(
            "DELETE FROM ledger_entry WHERE idx >= 2; DELETE FROM checkpoint WHERE size > 2; "
            + "DELETE FROM payload WHERE idx >= 2; DELETE FROM exchange WHERE idx >= 2");

        Assert.Equal(2, test.Verify(kept).Faults[0].Index);
        File.WriteAllText(HeadFile.PathIn(test.Home), older);
        Assert.True(test.Verify().IsGood);
        Assert.Equal(2, test.Verify(kept).Faults[0].Index);
        await ledger.DisposeAsync();
    }

    [Fact]
    public async Task A_database_rolled_back_to_an_older_copy_is_found_against_a_checkpoint_kept_elsewhere()
    {
        using var test = new TestHome();
        await using (var ledger = test.Open())
            await TestHome.ExchangeAsync(ledger);
        var copy = File.ReadAllBytes(test.Home.LedgerFile);
        var head = File.ReadAllBytes(HeadFile.PathIn(test.Home));
        string kept;
        await using (var ledger = test.Open())
        {
            await TestHome.ExchangeAsync(ledger);
            kept = (await ledger.SignCheckpointAsync(CancellationToken.None)).Note!;
        }

        File.WriteAllBytes(test.Home.LedgerFile, copy);
        File.WriteAllBytes(HeadFile.PathIn(test.Home), head);
        await using (var ledger = test.Open())
        {
            await TestHome.ExchangeAsync(ledger);
            await TestHome.ExchangeAsync(ledger);
        }

        Assert.True(test.Verify().IsGood);
        Assert.Contains("kept elsewhere", Assert.Single(test.Verify(kept).Faults).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkpoint_of_another_key_is_not_accepted()
    {
        using var test = await SmallAsync();
        using var other = await SmallAsync();
        using var reader = LedgerReader.OpenReadOnly(other.Home);

        Assert.Contains("no good signature", Assert.Single(test.Verify(reader.LastCheckpoint()).Faults).What,
            StringComparison.Ordinal);
        Assert.Contains("not a signed note", Assert.Single(test.Verify("nonsense").Faults).What,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entries_after_the_last_checkpoint_are_counted_apart()
    {
        using var test = new TestHome();
        await using var ledger = test.Open();
        await TestHome.ExchangeAsync(ledger);
        await ledger.SignCheckpointAsync(CancellationToken.None);
        await TestHome.ExchangeAsync(ledger);

        var report = test.Verify();
        Assert.Equal((true, 4L, 2L, 2L), (report.IsGood, report.Leaves, report.SignedTo, report.After));
    }

    [Fact]
    public async Task A_damaged_ledger_is_not_opened_for_writing()
    {
        using var test = new TestHome();
        var ledger = test.Open();
        await TestHome.ExchangeAsync(ledger);
        await ledger.DisposeAsync();
        test.Execute("DELETE FROM checkpoint; UPDATE ledger_entry SET leaf = zeroblob(100) WHERE idx = 1");

        Assert.Contains("leaf 1", Assert.Throws<HomeException>(() => test.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leaves_that_changed_on_disk_are_not_signed_and_stop_the_gate()
    {
        using var test = new TestHome();
        await using var ledger = test.Open();
        await TestHome.ExchangeAsync(ledger);
        test.Execute("UPDATE ledger_entry SET leaf = zeroblob(100) WHERE idx = 1");

        var result = await ledger.SignCheckpointAsync(CancellationToken.None);

        Assert.Equal(LedgerRefusal.Stopped, result.Refusal);
        Assert.Null(result.Note);
        Assert.Contains("reads back differently", Assert.Single(test.Fatals).Message, StringComparison.Ordinal);
        Assert.Equal(LedgerRefusal.Stopped, (await TestHome.AppendAsync(ledger, TestHome.Act(ledger, "x"))).Refusal);
    }

    private static async Task<TestHome> SmallAsync()
    {
        var test = new TestHome();
        await using var ledger = test.Open();
        await TestHome.ExchangeAsync(ledger, "p", "a");
        await TestHome.AppendAsync(ledger, TestHome.Act(ledger, "pause"));
        return test;
    }

    private static void Flip(
        TestHome test, SqliteConnection connection, string select, string update, long index, bool withPayloads)
    {
        var bytes = Read(connection, select);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Write(connection, update, bytes);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            var report = test.Verify(withPayloads: withPayloads);
            Assert.False(report.IsGood, $"Bit {bit} of: {select}");
            Assert.Equal(index, report.Faults[0].Index);
        }

        Write(connection, update, bytes);
    }

    private static SqliteConnection Connect(TestHome test)
    {
        var connection = new SqliteConnection($"Data Source={test.Home.LedgerFile};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA synchronous=OFF";
        command.ExecuteNonQuery();
        return connection;
    }

    private static byte[] Read(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (byte[])command.ExecuteScalar()!;
    }

    private static void Write(SqliteConnection connection, string sql, byte[] value)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$value", value);
        command.ExecuteNonQuery();
    }
}
