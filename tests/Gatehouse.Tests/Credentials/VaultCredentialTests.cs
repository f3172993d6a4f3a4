using System.Diagnostics;
using Gatehouse.Core.Estate;
using Gatehouse.Credentials;
using Gatehouse.Tests.Gate;

namespace Gatehouse.Tests.Credentials;

/// <summary>
/// Each kind of vault, real where the machine has it. They share PATH and other variables of the process.
/// </summary>
[Collection("programs in PATH")]
public sealed class VaultCredentialTests : IDisposable
{
    private const string Secret = "sk-vault-0123456789";

    private readonly CredentialStage _stage = new();
    private readonly SteppingTime _time = new();

    public void Dispose() => _stage.Dispose();

    [Fact]
    public async Task Pass_gives_the_first_line_of_an_entry()
    {
        Assert.SkipUnless(CredentialStage.Has("pass") && CredentialStage.Has("gpg"), "pass and gpg are not installed");
        _stage.Set("GNUPGHOME", _stage.PathOf("gpg"));
        _stage.Set("PASSWORD_STORE_DIR", _stage.PathOf("store"));
        await _stage.RunAsync(
            $"""
            mkdir -m 700 "$GNUPGHOME"
            quiet="gpg --batch --quiet --pinentry-mode loopback --passphrase ''"
            eval "$quiet --quick-gen-key 'vault test <vault@test.invalid>' ed25519 default never"
            key=$(gpg --batch --with-colons --list-keys | awk -F: '$1 == "fpr" {"{ print $10; exit }"}')
            eval "$quiet --quick-add-key $key cv25519 encr never"
            pass init "$key"
            printf '{Secret}\nuser: someone\n' | pass insert -m -f ai/model
            """);
        try
        {
            Assert.Equal(Secret, await ResolveAsync(new CredentialReference.Pass("ai/model")));
            var error = await FailAsync(new CredentialReference.Pass("ai/other"));
            Assert.Contains("pass:ai/other", error, StringComparison.Ordinal);
            Assert.Contains("exit code 1", error, StringComparison.Ordinal);
        }
        finally
        {
            await _stage.RunAsync("gpgconf --kill gpg-agent");
        }
    }

    [Fact]
    public async Task A_program_that_is_not_installed_is_named()
    {
        _stage.Set("PATH", _stage.Folder);

        Assert.Contains(
            "pass is not installed", await FailAsync(new CredentialReference.Pass("x")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_hangs_is_ended_with_its_children()
    {
        _stage.Put("pass", $"sleep 600 & echo $! $$ > '{_stage.PathOf("pids")}'; wait");
        var clock = Stopwatch.StartNew();

        var error = await FailAsync(new CredentialReference.Pass("x"), TimeSpan.FromSeconds(1));

        Assert.InRange(clock.Elapsed.TotalSeconds, 0.9, 8);
        Assert.Contains("is a passphrase asked for?", error, StringComparison.Ordinal);
        var pids = (await File.ReadAllTextAsync(_stage.PathOf("pids"), Stop))
            .Split(' ', StringSplitOptions.TrimEntries);
        foreach (var pid in pids)
            await GoneAsync(int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData($"echo {Secret}; echo {Secret} >&2; exit 3", "exit code 3")]
    [InlineData($"yes {Secret}", "printed")]
    [InlineData($"yes {Secret} | tr -d '\\n' | head -c 20000", "printed")]
    [InlineData("exit 0", "is empty")]
    [InlineData("echo; echo second", "is empty")]
    [InlineData($"printf '{Secret}\\tx\\n'", "control characters")]
    public async Task What_a_failing_program_printed_is_in_no_message(string script, string why)
    {
        _stage.Put("pass", script);

        var error = await FailAsync(new CredentialReference.Pass("ai/model"));

        Assert.Contains(why, error, StringComparison.Ordinal);
        Assert.Contains("pass:ai/model", error, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Secret)]
    [InlineData(Secret + "\n")]
    [InlineData(Secret + "\r\nsecond\r\n")]
    public async Task A_file_gives_its_first_line(string text)
    {
        await File.WriteAllTextAsync(_stage.PathOf("key"), text, Stop);

        Assert.Equal(Secret, await ResolveAsync(new CredentialReference.File(_stage.PathOf("key"))));
    }

    [Fact]
    public async Task A_file_that_gives_no_secret_is_named_without_what_is_in_it()
    {
        await File.WriteAllTextAsync(_stage.PathOf("empty"), "\n" + Secret, Stop);
        await File.WriteAllTextAsync(_stage.PathOf("large"), Secret + new string('x', 20_000), Stop);

        foreach (var (name, why) in new[]
        {
            ("empty", "is empty"), ("large", "over"), ("none", "cannot be read"), (".", "cannot be read"),
        })
        {
            var error = await FailAsync(new CredentialReference.File(_stage.PathOf(name)));
            Assert.Contains(why, error, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_changed_secret_is_seen_after_a_minute_or_after_a_reload()
    {
        var (key, resolver) = (_stage.PathOf("key"), new CredentialResolver(_time));
        var reference = new CredentialReference.File(key);
        await File.WriteAllTextAsync(key, "first", Stop);
        Assert.Equal("first", await resolver.ResolveAsync(reference, Stop));
        await File.WriteAllTextAsync(key, "second", Stop);
        Assert.Equal("first", await resolver.ResolveAsync(reference, Stop));

        _time.Step(TimeSpan.FromSeconds(61));
        Assert.Equal("second", await resolver.ResolveAsync(reference, Stop));
        await File.WriteAllTextAsync(key, "third", Stop);
        resolver.Forget();
        Assert.Equal("third", await resolver.ResolveAsync(reference, Stop));
    }

    [Fact]
    public async Task A_variable_gives_its_value_and_is_named_when_it_is_not_set()
    {
        _stage.Set("GATEHOUSE_TEST_KEY", Secret);

        Assert.Equal(Secret, await ResolveAsync(new CredentialReference.Env("GATEHOUSE_TEST_KEY")));
        Assert.Contains(
            "env:GATEHOUSE_TEST_NONE", await FailAsync(new CredentialReference.Env("GATEHOUSE_TEST_NONE")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_unit_reads_what_systemd_put_into_its_credentials_folder()
    {
        _stage.Set("CREDENTIALS_DIRECTORY", _stage.Folder);
        await File.WriteAllTextAsync(_stage.PathOf("anthropic"), Secret + "\n", Stop);

        Assert.Equal(Secret, await ResolveAsync(new CredentialReference.Systemd("anthropic")));
        Assert.Contains(
            "LoadCredentialEncrypted=gatehouse-test-none",
            await FailAsync(new CredentialReference.Systemd("gatehouse-test-none")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outside_of_a_unit_systemd_creds_opens_the_machines_store()
    {
        Assert.SkipUnless(
            Environment.IsPrivilegedProcess && CredentialStage.Has("systemd-creds"), "systemd-creds needs root");
        const string store = "/etc/credstore.encrypted", host = "/var/lib/systemd/credential.secret";
        var name = $"gatehouse-test-{Guid.NewGuid():N}";
        var (hadStore, hadHost) = (Directory.Exists(store), File.Exists(host));
        _stage.Set("CREDENTIALS_DIRECTORY", null);
        try
        {
            await _stage.RunAsync(
                $"mkdir -p -m 700 {store}; printf '{Secret}\\n' | "
                + $"systemd-creds encrypt --with-key=host --name={name} - {store}/{name}");
            Assert.Equal(Secret, await ResolveAsync(new CredentialReference.Systemd(name)));
        }
        finally
        {
            File.Delete(Path.Combine(store, name));
            if (!hadStore)
                Directory.Delete(store);
            if (!hadHost)
                File.Delete(host);
        }
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private async Task<string> ResolveAsync(CredentialReference reference) =>
        await new CredentialResolver(_time).ResolveAsync(reference, Stop);

    private async Task<string> FailAsync(CredentialReference reference, TimeSpan? timeout = null)
    {
        var resolver = new CredentialResolver(_time) { ToolTimeout = timeout ?? TimeSpan.FromSeconds(10) };
        return (await Assert.ThrowsAsync<CredentialException>(
            () => resolver.ResolveAsync(reference, Stop).AsTask())).Message;
    }

    private static async Task GoneAsync(int pid)
    {
        for (var tries = 0; tries < 200 && IsRunning(pid); tries++)
            await Task.Delay(25, Stop);
        Assert.False(IsRunning(pid), $"The process {pid} still runs.");
    }

    /// <summary>A process that has ended may lie there until its parent asks for it.</summary>
    private static bool IsRunning(int pid)
    {
        try
        {
            return !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
