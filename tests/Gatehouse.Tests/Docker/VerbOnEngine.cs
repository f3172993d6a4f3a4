using System.CommandLine;

namespace Gatehouse.Tests.Docker;

/// <summary>
/// A verb of the program with a home of its own and the tests' engine, for tests that look at what it says. Home and
/// containers are gone after each test.
/// </summary>
public abstract class VerbOnEngine(TestEngine engine) : IAsyncLifetime
{
    /// <summary>An empty home.</summary>
    protected string Home { get; } = Directory.CreateTempSubdirectory("ghv-").FullName;

    public ValueTask InitializeAsync()
    {
        engine.Need();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Directory.Delete(Home, recursive: true);
        if (engine.SocketPath.StartsWith('/')) await engine.ClearAsync();
    }

    /// <summary>Runs the verb on the tests' engine.</summary>
    protected async Task<(int Code, string Output, string Errors)> RunVerbAsync(Command verb, params string[] words)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var root = new RootCommand { verb };
        string[] all = [verb.Name, .. words, "--docker", engine.SocketPath, "--home", Home];
        var code = await root.Parse(all).InvokeAsync(
            new InvocationConfiguration { Output = output, Error = errors }, TestContext.Current.CancellationToken);
        return (code, output.ToString(), errors.ToString());
    }
}
