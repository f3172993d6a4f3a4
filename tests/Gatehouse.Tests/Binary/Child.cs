using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Gatehouse.Tests.Binary;

/// <summary>
/// A process that a test started. It is bounded in time, what it prints is kept, and it ends with the test.
/// </summary>
internal sealed class Child : IAsyncDisposable
{
    /// <summary>A verb takes milliseconds on an idle machine; tests may run beside builds.</summary>
    public static readonly TimeSpan Max = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly Task _reading;

    private Child(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, _output), ReadAsync(process.StandardError, _errors));
    }

    public int Pid => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Output => TextOf(_output);

    public string Errors => TextOf(_errors);

    /// <summary>
    /// Starts a program with a clean environment: nothing of Gatehouse or of a developer's own clients.
    /// </summary>
    public static Child Start(
        string program, IEnumerable<string> arguments, params IReadOnlyList<(string Name, string? Value)> environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var name in start.Environment.Keys.Where(IsPersonal).ToList()) start.Environment.Remove(name);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new Child(process);
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<Ended> RunAsync(
        string program, IEnumerable<string> arguments, params IReadOnlyList<(string Name, string? Value)> environment)
    {
        await using var child = Start(program, arguments, environment);
        return await child.EndAsync();
    }

    /// <summary>Waits until standard error holds the pattern.</summary>
    public async Task<Match> WaitForErrorsAsync(Regex pattern)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var ended = HasExited;
            if (ended) await _reading.WaitAsync(Max);
            if (pattern.Match(Errors) is { Success: true } match) return match;
            Assert.False(ended, $"The process ended with {(ended ? _process.ExitCode : 0)} first.\n{Output}\n{Errors}");
            Assert.True(clock.Elapsed < Max, $"The process did not print {pattern} in {Max}.\n{Output}\n{Errors}");
            await Task.Delay(Look);
        }
    }

    /// <summary>Waits for the end of the process; one that does not end fails the test.</summary>
    public async Task<Ended> EndAsync()
    {
        using var bounded = new CancellationTokenSource(Max);
        try
        {
            await _process.WaitForExitAsync(bounded.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            Assert.Fail($"The process did not end in {Max}.\n{Output}\n{Errors}");
        }
        await _reading.WaitAsync(Max);
        return new Ended(_process.ExitCode, Output, Errors);
    }

    public void Signal(int signal) => Signals.Send(Pid, signal);

    /// <summary>Ends it as a crash would, and waits until the kernel has taken everything back.</summary>
    public async Task KillAsync()
    {
        if (!HasExited) _process.Kill();
        using var bounded = new CancellationTokenSource(Max);
        await _process.WaitForExitAsync(bounded.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private static string TextOf(StringBuilder text)
    {
        lock (text) return text.ToString();
    }

    private static async Task ReadAsync(StreamReader reader, StringBuilder text)
    {
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer) is > 0 and var read)
        {
            lock (text) text.Append(buffer, 0, read);
        }
    }

    private static bool IsPersonal(string name)
        => name.StartsWith("GATEHOUSE_", StringComparison.Ordinal)
            || name.StartsWith("OPENAI_", StringComparison.Ordinal)
            || name.StartsWith("ANTHROPIC_", StringComparison.Ordinal)
            || name.StartsWith("OLLAMA_", StringComparison.Ordinal)
            || name is "JOURNAL_STREAM" or "CI" or "LD_PRELOAD";
}
