using Gatehouse.Core.Ledger;
using Gatehouse.Storage;
using Microsoft.Data.Sqlite;

namespace Gatehouse.Tests.Storage;

/// <summary>A home with three checkpoints, made once.</summary>
public sealed class SignedHome : IAsyncLifetime
{
    private readonly TestHome _home = new();

    internal string Kept { get; private set; } = "";

    internal string OlderHead { get; private set; } = "";

    internal TestHome Copy() => _home.Copy();

    public async ValueTask InitializeAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            OlderHead = Kept;
            await using (var ledger = _home.Open())
            {
                for (var call = 0; call < 5; call++)
                    await TestHome.ExchangeAsync(ledger, $"prompt {i} {call}", $"answer {i} {call}");
                await TestHome.AppendAsync(ledger, TestHome.Act(ledger, "pause"));
            }

            Kept = File.ReadAllText(HeadFile.PathIn(_home.Home));
        }
    }

    public ValueTask DisposeAsync()
    {
        _home.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>
/// What somebody can do to the files of a stopped home without its signing key, and what verification and the next
/// start say of it. Each form was seen to pass in an earlier version, or is one that must go on being found.
/// </summary>
public sealed class LedgerTamperTableTests(SignedHome signed) : IClassFixture<SignedHome>
{
    // 33 entries in three checkpoints of 11.
    private const string CutTail =
        "DELETE FROM ledger_entry WHERE idx >= 22; DELETE FROM checkpoint WHERE size > 22; "
        + "DELETE FROM payload WHERE idx >= 22; DELETE FROM exchange WHERE idx >= 22; DELETE FROM act WHERE idx >= 22";

    private static readonly Dictionary<string, Form> Forms = new()
    {
        ["nothing"] = new(_ => { }, null),
        ["a word in a leaf"] = Sql(
            "UPDATE ledger_entry SET leaf = CAST(replace(CAST(leaf AS TEXT), '\"news\"', '\"mews\"') AS BLOB) "
            + "WHERE idx = 10 OR idx = 11", "does not match its hash", isNoticedAtStart: false),
        ["a leaf deleted"] = Sql("DELETE FROM ledger_entry WHERE idx = 10", "Leaf 10 is missing", false),
        ["two leaves swapped"] = Sql(
            "UPDATE ledger_entry SET idx = -9 WHERE idx = 10; UPDATE ledger_entry SET idx = 10 WHERE idx = 12; "
            + "UPDATE ledger_entry SET idx = 12 WHERE idx = -9", "was written as leaf 12", false),
        ["a leaf before the first"] = Sql(
            "INSERT INTO ledger_entry SELECT -1, 1, hash, leaf FROM ledger_entry WHERE idx = 0",
            "belong to no leaf", false),
        ["a leaf of another log"] = Sql(
            "INSERT INTO ledger_entry SELECT idx + (1 << 56), 2, hash, leaf FROM ledger_entry WHERE idx = 0",
            "belong to no leaf", false),
        ["the first leaf pruned"] = Sql("UPDATE ledger_entry SET leaf = NULL WHERE idx = 0",
            "no purge on record", false),
        ["all leaves pruned"] = Sql("UPDATE ledger_entry SET leaf = NULL", "no purge on record", false),
        ["a payload deleted"] = Sql("DELETE FROM payload WHERE idx = 4", "no purge on record", false),
        ["all payloads deleted"] = Sql("DELETE FROM payload", "no purge on record", false),
        ["a payload overwritten"] = Sql("UPDATE payload SET sealed = zeroblob(length(sealed)) WHERE idx = 4",
            "was changed",
            false),
        ["two payloads swapped"] = Sql(
            "UPDATE payload SET idx = -9 WHERE idx = 2; UPDATE payload SET idx = 2 WHERE idx = 4; "
            + "UPDATE payload SET idx = 4 WHERE idx = -9", "payload", false),
        ["a payload's time of expiry"] = Sql("UPDATE payload SET expires = expires - 86400000 WHERE idx = 4",
            "another class or time of expiry", false),
        ["a payload without a leaf"] = Sql(
            "INSERT INTO payload VALUES (799992, 1, 99999, 1, 1, 1, x'00')", "belong to no leaf", false),
        ["a payload of another kind"] = Sql(
            "INSERT INTO payload SELECT idx * 8 + 5, 1, idx, 5, class, expires, sealed FROM payload WHERE idx = 4",
            "belong to no leaf", false),
        ["a payload of another log"] = Sql(
            "INSERT INTO payload (log, idx, kind, class, expires, sealed) "
            + "SELECT 2, idx, kind, class, expires, sealed FROM payload WHERE idx = 4", "belong to no leaf", false),
        ["the last checkpoint deleted"] = Sql("DELETE FROM checkpoint WHERE size = 33",
            "is not in the database any more"),
        ["all checkpoints deleted"] = Sql("DELETE FROM checkpoint", "is not in the database any more"),
        ["a checkpoint's note"] = Sql("UPDATE checkpoint SET note = 'x' WHERE size = 33", "is not good"),
        ["a checkpoint's frontier"] = Sql("UPDATE checkpoint SET frontier = x'00' WHERE size = 33", "was changed"),
        ["the end cut off"] = Sql("DELETE FROM ledger_entry WHERE idx >= 30", "covers 33 leaves"),
        ["the end cut off with its checkpoint"] = Sql(CutTail, "covers 33 leaves"),
        ["the end cut off with its checkpoint and the head put back"] = new(
            (test, older) =>
            {
                test.Execute(CutTail);
                File.WriteAllText(HeadFile.PathIn(test.Home), older);
            },
            "covers 33 leaves")
        { NeedsKept = true, IsNoticedAtStart = false },
        ["a leaf and its hash"] = new(test => Rewrite(test, 10, 11), "another root") { IsNoticedAtStart = false },
        ["leaves rewritten without the key, checkpoints deleted"] = new(
            test =>
            {
                test.Execute("DELETE FROM checkpoint WHERE size > 11");
                Rewrite(test, 11, 33);
                test.Execute("UPDATE exchange SET job = 'mews' WHERE idx >= 11");
            },
            "another root"),
        ["a job in the table for people"] = Sql("UPDATE exchange SET job = 'innocent'", "ledger rebuild", false),
        ["a job in the table for people that no search finds"] = Sql("UPDATE exchange SET job = CAST(job AS BLOB)",
            "ledger rebuild", false),
        ["a status in the table for people"] = Sql("UPDATE exchange SET status = 500 WHERE idx = 2",
            "ledger rebuild", false),
        ["the table for people emptied"] = Sql("DELETE FROM exchange", "ledger rebuild", false),
        ["a call of nobody in the table for people"] = Sql(
            "INSERT INTO exchange SELECT 1, 'ex_none', started, job, model, dialect, endpoint, identified_by, caller, "
            + "stream, flags, outcome, outcome_idx, status, reason, duration_ms, input_tokens, output_tokens, bytes "
            + "FROM exchange WHERE idx = 0", "ledger rebuild", false),
        ["the list of acts emptied"] = Sql("DELETE FROM act", "ledger rebuild", false),
        ["a time that no clock ran ahead"] = Sql("INSERT INTO clock_span VALUES (20, 0, -999999999)",
            "ledger rebuild", false),
        ["a time in the future that no clock ran ahead"] = Sql("INSERT INTO clock_span VALUES (999, 0, 999999999)",
            "belong to no leaf", false),
        ["how far leaves were pruned"] = Sql("INSERT OR REPLACE INTO ledger_flag VALUES ('leaves_pruned', 30)",
            "were pruned", false),
        ["a view"] = Sql("CREATE VIEW zz AS SELECT 1", "not as Gatehouse made it"),
        ["a trigger"] = Sql(
            "CREATE TRIGGER tr AFTER INSERT ON ledger_entry BEGIN DELETE FROM ledger_entry WHERE idx = new.idx; END",
            "not as Gatehouse made it"),
        ["an index dropped"] = Sql("DROP INDEX payload_due", "not as Gatehouse made it"),
        ["a day key removed"] = new(test => Remove(test, "day-*-inputs.key"), "cannot be opened")
        { IsNoticedAtStart = false },
        ["all day keys removed"] = new(test => Remove(test, "day-*.key"),
            "cannot be opened")
        { IsNoticedAtStart = false },
        ["a day key removed and its payloads overwritten"] = new(
            test =>
            {
                Remove(test, "day-*-inputs.key");
                test.Execute("UPDATE payload SET sealed = x'00' WHERE class = 1");
            },
            "cannot be opened")
        { IsNoticedAtStart = false },
        ["two day keys swapped"] = new(
            test =>
            {
                var (a, b) = (FilesOf(test, "day-*-inputs.key")[0], FilesOf(test, "day-*-outputs.key")[0]);
                File.Move(a, a + ".x");
                File.Move(b, a);
                File.Move(a + ".x", b);
            },
            "is damaged")
        { IsNoticedAtStart = false },
        ["a damaged day key"] = new(test => File.WriteAllText(FilesOf(test, "day-*-inputs.key")[0], "garbage"),
            "is damaged")
        { IsNoticedAtStart = false },
        ["an empty day key"] = new(test => File.WriteAllText(FilesOf(test, "day-*-inputs.key")[0], ""),
            "is damaged")
        { IsNoticedAtStart = false },
        ["the key-encrypting keys removed"] = new(
            test => Directory.Delete(test.Home.KeyEncryptingKeysDirectory, recursive: true), "is not in kek/"),
        ["the signing key removed"] = new(test => Remove(test, "signing.key"), null) { IsNoticedAtStart = true },
        ["the signing key and the ledger removed"] = new(
            test =>
            {
                Remove(test, "signing.key");
                File.Delete(test.Home.LedgerFile);
            },
            "is not there"),
        ["another public key"] = new(
            test => File.WriteAllText(FilesOf(test, "log.vkey")[0],
                new VerifierKey("home/other", new byte[32]) + "\n"), "is damaged"),
        ["the remembered head removed"] = new(test => File.Delete(HeadFile.PathIn(test.Home)), "is missing"),
        ["the remembered head emptied"] = new(test => File.WriteAllText(HeadFile.PathIn(test.Home), ""), "is damaged"),
        ["the remembered head replaced by garbage"] = new(
            test => File.WriteAllBytes(HeadFile.PathIn(test.Home), [0xff, 0, 0xfe, 13, 10]), "is damaged"),
        ["the ledger removed"] = new(test => File.Delete(test.Home.LedgerFile), "is not there"),
        ["the ledger emptied"] = new(test => Truncate(test, 0), "is empty"),
        ["the ledger cut to 1 %"] = new(test => Truncate(test, 0.01), ""),
        ["the ledger cut to 30 %"] = new(test => Truncate(test, 0.3), ""),
        ["the ledger cut to 70 %"] = new(test => Truncate(test, 0.7), ""),
        ["the ledger cut to 95 %"] = new(test => Truncate(test, 0.95), "") { IsNoticedAtStart = null },
    };

    public static TheoryData<string> Names => [.. Forms.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_form_of_tampering_is_found_by_verification_or_by_the_next_start(string name)
    {
        var form = Forms[name];
        using var test = signed.Copy();
        form.Do(test, signed.OlderHead);

        var faults = test.Verify(form.NeedsKept ? signed.Kept : null).Faults;
        if (form.Finding is null)
            Assert.Empty(faults);
        else
            Assert.Contains(faults, fault => fault.What.Contains(form.Finding, StringComparison.Ordinal));
        var starts = await LedgerHeadTests.StartsAsync(test);
        Assert.Equal(!form.IsNoticedAtStart ?? starts, starts);
    }

    [Fact]
    public void Without_its_public_key_a_ledger_is_a_message()
    {
        using var test = signed.Copy();
        Remove(test, "log.vkey");
        Assert.Contains("no public key", Assert.Throws<HomeException>(() => test.Verify()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Random_bytes_in_any_page_of_the_database_are_found()
    {
        using var whole = signed.Copy();
        var bytes = File.ReadAllBytes(whole.Home.LedgerFile);
        for (var at = 0; at < bytes.Length; at += 4096)
        {
            foreach (var (offset, length) in new[] { (0, 512), (2048, 512), (3584, 512) })
            {
                using var test = signed.Copy();
                using (var file = new FileStream(test.Home.LedgerFile, FileMode.Open, FileAccess.Write))
                {
                    file.Position = at + offset;
                    file.Write(Enumerable.Range(0, length).Select(i => (byte)(i * 151 + at + 7)).ToArray());
                }

                var faults = test.Verify().Faults;
                Assert.True(faults.Count > 0 || IsUnused(bytes, at + offset, length), $"Page at {at}, from {offset}.");
            }
        }
    }

    [Fact]
    public async Task A_wal_that_was_removed_after_a_crash_is_found()
    {
        using var test = new TestHome();
        await using var ledger = test.Open();
        await TestHome.ExchangeAsync(ledger);
        await ledger.SignCheckpointAsync(CancellationToken.None);
        using var crash = test.Copy();
        Assert.Empty(crash.Verify().Faults);
        File.Delete(crash.Home.LedgerFile + "-wal");
        File.Delete(crash.Home.LedgerFile + "-shm");

        Assert.NotEmpty(crash.Verify().Faults);
        Assert.False(await LedgerHeadTests.StartsAsync(crash));
    }

    /// <summary>The limit that docs/ledger-format.md names: what no checkpoint covers yet is not proven.</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task An_end_that_is_not_signed_yet_can_be_cut_off_after_a_kill_and_not_one_entry_more(
        int signed, bool isGood)
    {
        using var test = new TestHome();
        await using var ledger = test.Open();
        await TestHome.ExchangeAsync(ledger);
        await ledger.SignCheckpointAsync(CancellationToken.None);
        await TestHome.ExchangeAsync(ledger);
        using var crash = test.Copy();
        var from = 2 - signed;
        Assert.Equal(4, crash.Verify().Leaves);

        foreach (var table in new[] { "ledger_entry", "payload", "exchange", "act" })
            crash.Execute($"DELETE FROM {table} WHERE idx >= {from}");

        Assert.Equal(isGood, crash.Verify().IsGood);
        Assert.Equal(isGood, await LedgerHeadTests.StartsAsync(crash));
    }

    // What lies between the rows of a page, and is nobody's, was zero before: nothing is lost there.
    private static bool IsUnused(byte[] bytes, int from, int length) =>
        !bytes.AsSpan(from, length).ContainsAnyExcept((byte)0);

    private static Form Sql(string sql, string finding, bool isNoticedAtStart = true) =>
        new(test => test.Execute(sql), finding) { IsNoticedAtStart = isNoticedAtStart };

    private static string[] FilesOf(TestHome test, string pattern) =>
        Directory.GetFiles(test.Home.KeysDirectory, pattern);

    private static void Remove(TestHome test, string pattern)
    {
        var files = FilesOf(test, pattern);
        Assert.NotEmpty(files);
        foreach (var file in files)
            File.Delete(file);
    }

    private static void Truncate(TestHome test, double share)
    {
        using var file = new FileStream(test.Home.LedgerFile, FileMode.Open, FileAccess.Write);
        file.SetLength((long)(file.Length * share));
    }

    // Leaf and hash together, as far as somebody without the signing key gets.
    private static void Rewrite(TestHome test, int from, int below)
    {
        using var connection = new SqliteConnection($"Data Source={test.Home.LedgerFile};Pooling=false");
        connection.Open();
        for (var index = from; index < below; index++)
        {
            using var select = connection.CreateCommand();
            select.CommandText = $"SELECT leaf FROM ledger_entry WHERE idx = {index}";
            var leaf = (byte[])select.ExecuteScalar()!;
            var at = leaf.AsSpan().IndexOf("\"job\":\"news\""u8);
            // Where no job is named, the first digit of the nonce: another one than it is.
            var place = at < 0 ? leaf.AsSpan().IndexOf("\"nonce\":\""u8) + 9 : at + 7;
            leaf[place] = (byte)(at >= 0 ? 'm' : leaf[place] == '0' ? '1' : '0');
            using var update = connection.CreateCommand();
            update.CommandText = $"UPDATE ledger_entry SET leaf = $leaf, hash = $hash WHERE idx = {index}";
            update.Parameters.AddWithValue("$leaf", leaf);
            update.Parameters.AddWithValue("$hash", MerkleTree.HashLeaf(leaf).ToArray());
            update.ExecuteNonQuery();
        }
    }

    // Finding: a part of what verification says, or null if it has nothing to say.
    private sealed record Form(Action<TestHome, string> Do, string? Finding)
    {
        public Form(Action<TestHome> action, string? finding)
            : this((test, _) => action(test), finding)
        {
            if (finding is null)
                IsNoticedAtStart = false;
        }

        public bool NeedsKept { get; init; }

        // Null if it depends on what lies where in the file.
        public bool? IsNoticedAtStart { get; init; } = true;
    }
}
