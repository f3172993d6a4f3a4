using Gatehouse.Core.Estate;
using Gatehouse.Credentials;
using Gatehouse.Tests.Gate;

namespace Gatehouse.Tests.Credentials;

/// <summary>A vault is asked once for what many calls need, and not again and again when it fails.</summary>
[CollectionDefinition(Alone, DisableParallelization = true)]
[Collection(Alone)]
public sealed class CredentialResolverTests : IDisposable
{
    private const string Alone = "programs in PATH";

    private const UnixFileMode Runnable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _folder = Directory.CreateTempSubdirectory("gatehouse-pass-").FullName;
    private readonly string? _path = Environment.GetEnvironmentVariable("PATH");
    private readonly SteppingTime _time = new();

    /// <summary>Puts a <c>pass</c> first in PATH that tells how often it was started.</summary>
    public CredentialResolverTests()
    {
        var script = Path.Combine(_folder, "pass");
        File.WriteAllText(script,
            $"#!/bin/sh\necho started >> '{_folder}/count'\nsleep 0.3\n"
            + "[ \"$2\" = bad ] && exit 1\necho \"secret of $2\"\n");
        File.SetUnixFileMode(script, Runnable);
        Environment.SetEnvironmentVariable("PATH", $"{_folder}:{_path}");
    }

    private int Started => File.ReadAllLines(Path.Combine(_folder, "count")).Length;

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("PATH", _path);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Calls_in_parallel_start_one_process()
    {
        var resolver = new CredentialResolver(_time);

        var secrets = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(
            () => resolver.ResolveAsync(new CredentialReference.Pass("good"), CancellationToken.None).AsTask())));

        Assert.All(secrets, secret => Assert.Equal("secret of good", secret));
        Assert.Equal(1, Started);
    }

    [Fact]
    public async Task A_failure_is_kept_for_some_seconds_and_then_the_vault_is_asked_again()
    {
        var resolver = new CredentialResolver(_time);

        await FailAsync(resolver);
        await FailAsync(resolver);
        Assert.Equal(1, Started);

        _time.Step(TimeSpan.FromSeconds(30));
        await FailAsync(resolver);
        Assert.Equal(2, Started);
    }

    [Fact]
    public async Task A_call_that_goes_away_does_not_end_the_question_for_the_others()
    {
        var resolver = new CredentialResolver(_time);
        using var gone = new CancellationTokenSource();
        var first = resolver.ResolveAsync(new CredentialReference.Pass("good"), gone.Token).AsTask();
        var second = resolver.ResolveAsync(new CredentialReference.Pass("good"), CancellationToken.None).AsTask();

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal("secret of good", await second);
        Assert.Equal(1, Started);
    }

    private static async Task FailAsync(CredentialResolver resolver) => await Assert.ThrowsAsync<CredentialException>(
        () => resolver.ResolveAsync(new CredentialReference.Pass("bad"), CancellationToken.None).AsTask());
}
