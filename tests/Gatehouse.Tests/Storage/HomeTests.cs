using Gatehouse.Storage;

namespace Gatehouse.Tests.Storage;

public sealed class HomeTests
{
    [Fact]
    public void A_new_home_and_all_in_it_belong_to_its_owner_alone()
    {
        using var parent = new TestHome();
        var home = HomeDirectory.OpenOrCreate(Path.Combine(parent.Path, "a", "home"));
        using var held = HomeLock.TryTake(home, "serve", out _);

        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        foreach (var path in new[] { home.Path, home.KeysDirectory, home.KeyEncryptingKeysDirectory, home.LockFile })
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(path) & others);
    }

    [Fact]
    public async Task The_ledger_and_every_key_belong_to_their_owner_alone()
    {
        using var test = new TestHome();
        await using (var ledger = test.Open())
            await TestHome.ExchangeAsync(ledger);

        var files = Directory.EnumerateFiles(test.Path, "*", SearchOption.AllDirectories).ToList();
        Assert.Contains(files, file => file.EndsWith("signing.key", StringComparison.Ordinal));
        foreach (var file in files)
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public void A_second_lock_is_refused_and_names_the_holder()
    {
        using var test = new TestHome();
        using (var first = HomeLock.TryTake(test.Home, "serve", out var nobody))
        {
            Assert.NotNull(first);
            Assert.Equal("", nobody);
            Assert.Null(HomeLock.TryTake(test.Home, "token issue", out var holder));
            Assert.Equal($"serve (process {Environment.ProcessId})", holder);
        }

        using var again = HomeLock.TryTake(test.Home, "serve", out _);
        Assert.NotNull(again);
    }

    [Fact]
    public void The_lock_holds_when_its_file_is_removed()
    {
        using var test = new TestHome();
        using (HomeLock.TryTake(test.Home, "serve", out _))
        {
            File.Delete(test.Home.LockFile);
            Assert.Null(HomeLock.TryTake(test.Home, "serve", out var holder));
            Assert.Equal("another process", holder);
            Assert.Null(HomeLock.TryTake(HomeDirectory.OpenExisting(test.Path + "/../" + Path.GetFileName(test.Path)),
                "serve", out _));
        }

        using var again = HomeLock.TryTake(test.Home, "serve", out _);
        Assert.NotNull(again);
    }

    [Fact]
    public void A_home_that_others_may_look_into_is_warned_about()
    {
        using var test = new TestHome();
        File.SetUnixFileMode(test.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead);

        Assert.Contains(HomeDirectory.OpenExisting(test.Path).Warnings, warning =>
            warning.Contains("chmod 700", StringComparison.Ordinal));
        File.SetUnixFileMode(test.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public void A_home_that_is_not_there_is_an_error_that_says_how_to_make_one()
    {
        var error = Assert.Throws<HomeException>(() => HomeDirectory.OpenExisting("/nowhere/at/all"));

        Assert.Contains("gatehouse init", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_home_written_by_a_newer_binary_is_refused()
    {
        using var test = new TestHome();
        await using (var ledger = test.Open())
            await TestHome.ExchangeAsync(ledger);
        test.Execute("PRAGMA user_version=9999");

        Assert.Contains("newer Gatehouse", Assert.Throws<HomeException>(() => test.Open()).Message,
            StringComparison.Ordinal);
        Assert.Throws<HomeException>(() => LedgerReader.OpenReadOnly(test.Home));
    }

    [Fact]
    public async Task A_home_written_by_an_older_binary_goes_on()
    {
        using var test = new TestHome();
        await using (var ledger = test.Open())
            await TestHome.ExchangeAsync(ledger);
        // Version 5 had leaves under a key of log and index.
        test.Execute("CREATE TABLE old (log INTEGER NOT NULL, idx INTEGER NOT NULL, hash BLOB NOT NULL, leaf BLOB, "
            + "PRIMARY KEY (log, idx)); INSERT INTO old SELECT log, idx, hash, leaf FROM ledger_entry; "
            + "DROP TABLE ledger_entry; ALTER TABLE old RENAME TO ledger_entry; PRAGMA user_version=5");

        await using (var ledger = test.Open())
            await TestHome.ExchangeAsync(ledger);

        var report = test.Verify();
        Assert.Empty(report.Faults);
        Assert.Equal(4, report.Leaves);
    }

    [Fact]
    public async Task A_home_of_another_log_is_refused()
    {
        using var test = new TestHome();
        await using (var ledger = test.Open())
            await TestHome.ExchangeAsync(ledger);
        test.Settings = test.Settings with { Origin = "home/other" };

        Assert.Contains("belongs to the log home/node", Assert.Throws<HomeException>(() => test.Open()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ledger_without_its_keys_is_not_given_new_ones()
    {
        using var test = new TestHome();
        await using (var ledger = test.Open())
            await TestHome.ExchangeAsync(ledger);
        File.Delete(Path.Combine(test.Home.KeysDirectory, "signing.key"));

        Assert.Contains("Restore keys/", Assert.Throws<HomeException>(() => test.Open()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_without_the_key_encrypting_keys_opens_no_payload()
    {
        using var test = new TestHome();
        await using (var ledger = test.Open())
            await TestHome.ExchangeAsync(ledger, "a secret prompt");
        Directory.Delete(test.Home.KeyEncryptingKeysDirectory, recursive: true);

        using var reader = LedgerReader.OpenReadOnly(test.Home);
        var payloads = reader.ReadPayloads(reader.ReadNewest(1)[0], LedgerKeys.Open(test.Home));
        Assert.All(payloads, payload => Assert.Null(payload.Bytes));
        Assert.NotEmpty(payloads);
        Assert.Equal(2, test.Verify().Payloads!.Unreadable);
        foreach (var file in Directory.EnumerateFiles(test.Path, "*", SearchOption.AllDirectories))
        {
            Assert.DoesNotContain("a secret prompt", File.ReadAllText(file, System.Text.Encoding.Latin1),
                StringComparison.Ordinal);
        }
    }
}
