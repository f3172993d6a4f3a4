using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Gatehouse.Actions;

namespace Gatehouse.Tests.Binary;

/// <summary>What somebody with the files and without the key can do to a ledger, and that it shows.</summary>
[Collection(BinaryCollection.Name)]
public sealed class TamperTests(StoppedHome stopped) : IClassFixture<StoppedHome>
{
    [Fact]
    public async Task An_untouched_copy_is_good_and_agrees_with_the_checkpoint_kept_elsewhere()
    {
        using var copy = stopped.Copy();
        var verified = (await copy.VerifyAsync("--payloads", "--against", stopped.Kept)).Expect(0);
        Assert.Contains($"{stopped.Leaves} entries verified", verified.Output, StringComparison.Ordinal);
        Assert.Contains($"Signed to {stopped.Leaves}, 0 entries after.", verified.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flipped_bit_in_any_leaf_is_named_by_its_index()
    {
        for (var index = 0L; index < stopped.Leaves; index++)
        {
            using var copy = stopped.Copy();
            var leaf = copy.Read<byte[]>("SELECT leaf FROM ledger_entry WHERE idx = $i", ("$i", index));
            leaf[leaf.Length / 2] ^= 1;
            Assert.Equal(
                1, copy.Execute("UPDATE ledger_entry SET leaf = $l WHERE idx = $i", ("$l", leaf), ("$i", index)));
            Assert.Equal(index, await FirstBadAsync(copy));
        }
    }

    [Fact]
    public async Task Any_deleted_leaf_is_named_by_its_index()
    {
        for (var index = 0L; index < stopped.Leaves; index++)
        {
            using var copy = stopped.Copy();
            Assert.Equal(1, copy.Execute("DELETE FROM ledger_entry WHERE idx = $i", ("$i", index)));
            Assert.Equal(index, await FirstBadAsync(copy));
        }
    }

    [Fact]
    public async Task A_leaf_that_was_changed_together_with_its_hash_shows_in_the_signed_tree()
    {
        var index = stopped.Leaves / 2;
        using var copy = stopped.Copy();
        var leaf = copy.Read<byte[]>("SELECT leaf FROM ledger_entry WHERE idx = $i", ("$i", index));
        // The job's name inside the leaf, by another of the same length: still a canonical leaf.
        var changed = Encoding.UTF8.GetBytes(
            Encoding.UTF8.GetString(leaf).Replace("\"news\"", "\"mews\"", StringComparison.Ordinal));
        if (leaf.AsSpan().SequenceEqual(changed)) changed[leaf.AsSpan().IndexOf("\"id\":\""u8) + 12] ^= 1;
        var hash = SHA256.HashData([0, .. changed]);
        copy.Execute("UPDATE ledger_entry SET leaf = $l, hash = $h WHERE idx = $i", ("$l", changed), ("$h", hash),
            ("$i", index));

        Assert.InRange(await FirstBadAsync(copy), 0, index);
    }

    [Fact]
    public async Task Two_leaves_that_changed_places_show()
    {
        var index = stopped.Leaves / 2;
        using var copy = stopped.Copy();
        foreach (var (from, to) in new[] { (index, -1L), (index + 1, index), (-1L, index + 1) })
        {
            Assert.Equal(
                1, copy.Execute("UPDATE ledger_entry SET idx = $to WHERE idx = $from", ("$to", to), ("$from", from)));
        }

        Assert.InRange(await FirstBadAsync(copy), 0, index + 1);
    }

    [Fact]
    public async Task A_cut_off_end_shows_by_the_checkpoints_beside_it_or_by_the_one_kept_elsewhere()
    {
        var cut = stopped.Leaves - 3;
        using var copy = stopped.Copy();
        copy.Execute("DELETE FROM ledger_entry WHERE idx >= $i", ("$i", cut));
        Assert.Equal(cut, await FirstBadAsync(copy));

        copy.Execute("DELETE FROM checkpoint WHERE size > $i", ("$i", cut));
        var remembered = (await copy.VerifyAsync()).Expect(ExitCodes.Failed);
        Assert.Contains("remembered in keys/ledger.head", remembered.Output, StringComparison.Ordinal);
        var shown = (await copy.VerifyAsync("--against", stopped.Kept)).Expect(ExitCodes.Failed);
        Assert.Contains($"WRONG at entry {cut}: A checkpoint", shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_older_copy_in_the_place_of_the_database_shows_by_the_head_remembered_or_kept_elsewhere()
    {
        using var copy = stopped.Copy();
        File.Copy(stopped.Earlier.LedgerFile, copy.LedgerFile, overwrite: true);
        (await copy.VerifyAsync()).Expect(ExitCodes.Failed);
        var refused = (await Child.RunAsync(GateBinary.Path, ["serve", "--home", copy.HomePath]))
            .Expect(ExitCodes.Unusable);
        Assert.Contains("accept-loss --why", refused.Errors, StringComparison.Ordinal);

        const string head = "keys/ledger.head";
        File.Copy(Path.Combine(stopped.Earlier.HomePath, head), Path.Combine(copy.HomePath, head), overwrite: true);

        (await copy.VerifyAsync("--payloads")).Expect(0);
        var shown = (await copy.VerifyAsync("--against", stopped.Kept)).Expect(ExitCodes.Failed);
        Assert.Contains("or the database is an older copy", shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_ledger_in_the_place_of_this_one_shows_by_the_checkpoint_kept_elsewhere()
    {
        using var other = BinaryHome.Create("http://127.0.0.1:9");
        await other.TokenAsync();

        (await other.RunAsync("ledger", "verify")).Expect(0);
        (await other.RunAsync("ledger", "verify", "--against", stopped.Kept)).Expect(ExitCodes.Failed);
    }

    [Fact]
    public async Task A_changed_payload_shows_when_payloads_are_verified()
    {
        using var copy = stopped.Copy();
        var payload = copy.Read<byte[]>("SELECT sealed FROM payload ORDER BY idx LIMIT 1");
        var index = copy.Read<long>("SELECT idx FROM payload ORDER BY idx LIMIT 1");
        payload[^1] ^= 1;
        copy.Execute("UPDATE payload SET sealed = $s WHERE idx = $i", ("$s", payload), ("$i", index));

        (await copy.VerifyAsync()).Expect(0);
        Assert.Equal(index, await FirstBadAsync(copy, "--payloads"));
    }

    [Fact]
    public async Task A_removed_payload_shows_when_payloads_are_verified()
    {
        using var copy = stopped.Copy();
        var index = copy.Read<long>("SELECT max(idx) FROM payload");
        copy.Execute("DELETE FROM payload WHERE idx = $i", ("$i", index));

        Assert.Equal(index, await FirstBadAsync(copy, "--payloads"));
    }

    [Fact]
    public async Task A_gate_does_not_start_on_a_ledger_whose_end_was_cut_off()
    {
        using var copy = stopped.Copy();
        copy.Execute("DELETE FROM ledger_entry WHERE idx = $i", ("$i", stopped.Leaves - 1));

        var refused = (await Child.RunAsync(GateBinary.Path, ["serve", "--home", copy.HomePath]))
            .Expect(ExitCodes.Unusable);

        Assert.Contains("The ledger is damaged", refused.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(700)]
    [InlineData(9_000)]
    public async Task A_damaged_or_empty_database_is_a_message_whatever_verb_reads_it(int length)
    {
        using var copy = stopped.Copy();
        using (var file = new FileStream(copy.LedgerFile, FileMode.Open))
            file.SetLength(length);

        string[][] verbs =
        [
            ["ledger", "verify"], ["ledger", "show"], ["ledger", "stats"], ["ledger", "grep", "call"],
            ["ledger", "payload", "ex_x"], ["ledger", "checkpoint"], ["ledger", "rebuild"], ["token", "list"],
            ["pause", "news"], ["serve"],
        ];
        foreach (var verb in verbs)
        {
            var ended = await Child.RunAsync(GateBinary.Path, [.. verb, "--home", copy.HomePath]);
            Assert.True(ended.Exit is ExitCodes.Failed or ExitCodes.Unusable, string.Join(' ', verb) + ended.Errors);
            Assert.DoesNotContain("   at ", ended.Errors, StringComparison.Ordinal);
            Assert.NotEmpty(ended.Errors + ended.Output);
        }
    }

    [Fact]
    public async Task A_lost_ledger_is_served_again_only_after_somebody_put_the_loss_on_record()
    {
        using var copy = stopped.Copy();
        File.Delete(copy.LedgerFile);
        (await Child.RunAsync(GateBinary.Path, ["serve", "--home", copy.HomePath])).Expect(ExitCodes.Unusable);
        (await Child.RunAsync(GateBinary.Path, ["token", "list", "--home", copy.HomePath])).Expect(ExitCodes.Unusable);
        (await Child.RunAsync(GateBinary.Path, ["ledger", "accept-loss", "--why", " ", "--home", copy.HomePath]))
            .Expect(ExitCodes.Unusable);

        string[] accept = ["ledger", "accept-loss", "--why", "the disk died", "--home", copy.HomePath];
        Assert.Contains($"{stopped.Leaves} entries", (await Child.RunAsync(GateBinary.Path, accept)).Expect(0).Output,
            StringComparison.Ordinal);

        (await Child.RunAsync(GateBinary.Path, accept)).Expect(ExitCodes.Failed);
        (await copy.VerifyAsync("--payloads")).Expect(0);
        (await copy.VerifyAsync("--against", stopped.Kept)).Expect(ExitCodes.Failed);
        var shown = (await Child.RunAsync(GateBinary.Path, ["ledger", "show", "--home", copy.HomePath])).Expect(0);
        Assert.Contains("why=the disk died", shown.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rename")]
    [InlineData("fsync")]
    [InlineData("pwrite64")]
    [InlineData("unlink")]
    public async Task A_kill_at_any_write_of_a_verb_leaves_a_ledger_that_verifies_and_opens(string call)
    {
        Strace.SkipUnlessUsable();
        var killed = 0;
        for (var when = 1; when <= 12; when++)
        {
            using var copy = stopped.Copy();
            var ended = await Child.RunAsync("/usr/bin/strace",
            [
                "-f", "-qq", "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:signal=KILL:when={when}",
                GateBinary.Path, "token", "issue", "--job", "news", "--home", copy.HomePath,
            ]);
            killed += ended.Exit == 0 ? 0 : 1;
            (await copy.VerifyAsync("--payloads")).Expect(0);
            (await Child.RunAsync(GateBinary.Path, ["token", "list", "--home", copy.HomePath])).Expect(0);
            (await copy.VerifyAsync("--payloads")).Expect(0);
            if (ended.Exit == 0) break;
        }
        Assert.True(killed > 0, $"Nothing was killed at {call}.");
    }

    [Fact]
    public async Task Openssl_verifies_the_signature_of_a_checkpoint()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/openssl"), "openssl is missing (./test installs it)");
        using var copy = stopped.Copy();
        var note = await File.ReadAllTextAsync(stopped.Kept, TestContext.Current.CancellationToken);
        var key =
            (await File.ReadAllTextAsync(
            Path.Combine(copy.HomePath, "keys", "log.vkey"), TestContext.Current.CancellationToken)).Trim();
        // C2SP signed-note: the text ends before an empty line; a key is an algorithm byte, then 32 bytes of Ed25519.
        var end = note.IndexOf("\n\n", StringComparison.Ordinal) + 1;
        var signature = Convert.FromBase64String(note[(end + 1)..].TrimEnd('\n').Split(' ')[^1])[4..];
        var publicKey = Convert.FromBase64String(key.Split('+', 3)[2]);
        var (message, signed, der) =
            (Path.Combine(copy.HomePath, "m"), Path.Combine(copy.HomePath, "s"), Path.Combine(copy.HomePath, "k"));
        await File.WriteAllBytesAsync(signed, signature, TestContext.Current.CancellationToken);
        // RFC 8410: the fixed start of an Ed25519 SubjectPublicKeyInfo.
        await File.WriteAllBytesAsync(der, [.. Convert.FromHexString("302a300506032b6570032100"), .. publicKey[1..]],
            TestContext.Current.CancellationToken);

        foreach (var (text, exit) in new[] { (note[..end], 0),
            (note[..end].Replace("test/", "tost/", StringComparison.Ordinal), 1) })
        {
            await File.WriteAllTextAsync(message, text, TestContext.Current.CancellationToken);
            (await Child.RunAsync("/usr/bin/openssl",
                ["pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", der, "-in", message, "-sigfile",
                    signed])).Expect(exit);
        }
    }

    /// <summary>The index that the verb names first, for people and as JSON alike.</summary>
    private static async Task<long> FirstBadAsync(LedgerCopy copy, params string[] more)
    {
        var shown = (await copy.VerifyAsync(more)).Expect(ExitCodes.Failed);
        using var json =
            JsonDocument.Parse((await copy.VerifyAsync([.. more, "--json"])).Expect(ExitCodes.Failed).Output);
        var index = json.RootElement.GetProperty("faults")[0].GetProperty("index").GetInt64();
        Assert.False(json.RootElement.GetProperty("good").GetBoolean());
        Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"WRONG at entry {index}: "), shown.Output,
            StringComparison.Ordinal);
        return index;
    }
}
