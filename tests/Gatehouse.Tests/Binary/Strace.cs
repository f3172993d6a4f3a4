using System.Text.RegularExpressions;

namespace Gatehouse.Tests.Binary;

/// <summary>
/// strace(1), attached to a running gate: it writes down system calls, or makes some of them fail. Attached, because a
/// tracer that is killed lets its own child live on.
/// </summary>
internal sealed partial class Strace : IAsyncDisposable
{
    private const string Program = "/usr/bin/strace";

    private readonly Child _child;
    private readonly string _file;

    private Strace(Child child, string file) => (_child, _file) = (child, file);

    /// <summary>
    /// Skips the test where strace is missing or may not attach; under CI a skipped test counts as failed.
    /// </summary>
    public static void SkipUnlessUsable()
    {
        Assert.SkipUnless(File.Exists(Program), "strace is missing (./test installs it)");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "attaching to a process needs root");
    }

    /// <summary>Attaches to all threads of a process and returns once that has happened.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="home">Where the trace is written.</param>
    /// <param name="expressions">Values of -e.</param>
    public static async Task<Strace> AttachAsync(int pid, BinaryHome home, params string[] expressions)
    {
        var file = home.PathOf($"trace-{Guid.NewGuid():N}");
        string[] options = ["-f", "-yy", "-s", "3000", "-o", file, "-p", $"{pid}"];
        var child =
            Child.Start(Program, [.. options, .. expressions.SelectMany(expression => new[] { "-e", expression })]);
        try
        {
            await child.WaitForErrorsAsync(Attached());
            return new Strace(child, file);
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    /// <summary>Detaches; the process goes on as if nothing had been.</summary>
    public async Task DetachAsync()
    {
        if (!_child.HasExited) _child.Signal(Signals.Interrupt);
        await _child.EndAsync();
    }

    /// <summary>The system calls seen, in the order in which they began. Detach first.</summary>
    public IReadOnlyList<TracedCall> Calls() => TracedCall.Parse(File.ReadAllLines(_file));

    public ValueTask DisposeAsync() => _child.DisposeAsync();

    [GeneratedRegex(@"Process \d+ attached")]
    private static partial Regex Attached();
}
