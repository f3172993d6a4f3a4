using System.Globalization;
using System.Text.Json;

namespace Gatehouse.Actions;

/// <summary>One act that somebody asks for, and where its answer lines go.</summary>
internal sealed class ActionCall(
    ActionContext context, Actor actor,
    IReadOnlyDictionary<string, string> arguments, Func<ReadOnlyMemory<byte>, Task> writeLine)
{
    /// <summary>Ends when the client is gone.</summary>
    public CancellationToken Stop { get; init; }

    public ActionContext Context => context;

    public Actor Actor => actor;

    public string? Argument(string name) => arguments.GetValueOrDefault(name);

    public bool Flag(string name) => arguments.GetValueOrDefault(name) == "true";

    public string Required(string name)
        => arguments.GetValueOrDefault(name) is { Length: > 0 } value
            ? value
            : throw new ActionException($"The act needs '{name}'.", ExitCodes.Unusable);

    /// <summary>The comma-separated values of an argument; none when it is not given.</summary>
    public string[] List(string name)
        => Argument(name)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    /// <summary>Answers with one line: a JSON object.</summary>
    public Task WriteAsync(Action<Utf8JsonWriter> members) => writeLine(JsonLine.Of(members));
}

/// <summary>
/// An act that is not done. The message says what happened and what to do; the code is the verb's exit code.
/// </summary>
internal sealed class ActionException(string message, int exitCode = ExitCodes.Failed) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}

/// <summary>The last line of an act's answer.</summary>
internal static class ActionLine
{
    public static ReadOnlyMemory<byte> End(int exit, string? error) => JsonLine.Of(json =>
    {
        if (error is not null) json.WriteString("error", error);
        json.WriteNumber("exit", exit);
    });
}

/// <summary>Who does something: the uid that the kernel names at the socket, and its name.</summary>
internal sealed record Actor(int Uid, string Name)
{
    /// <summary>A job's own user, who may have short tokens for that job and nothing else.</summary>
    public bool IsJobUser { get; init; }

    /// <summary>The gate itself.</summary>
    public static Actor Gate { get; } = new(-1, "gatehouse");
}

/// <summary>Exit codes of every verb, as README and docs/cli.md list them.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>
    /// The verb ran and the answer is no: verification failed, a job does not exist, nothing to resume.
    /// </summary>
    public const int Failed = 1;

    /// <summary>The input cannot be used: options, estate file, home.</summary>
    public const int Unusable = 2;

    /// <summary>The verb needs a running gate, or the ledger cannot be written.</summary>
    public const int Unavailable = 4;

    /// <summary>The gate stopped because its ledger can no longer be trusted (EX_SOFTWARE of sysexits.h).</summary>
    public const int LedgerInDoubt = 70;
}

/// <summary>Durations as people write them on the command line: a whole number and s, m, h or d.</summary>
internal static class CommandDuration
{
    /// <summary>A century: what is added to or taken from today stays inside the calendar.</summary>
    private const long LongestSeconds = 36_500L * 86_400;

    public static TimeSpan? TryParse(string text)
    {
        if (text.Length < 2
            || !int.TryParse(
                text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return null;
        }
        var seconds = text[^1] switch
        {
            's' => count,
            'm' => count * 60L,
            'h' => count * 3_600L,
            'd' => count * 86_400L,
            _ => long.MaxValue,
        };
        return seconds <= LongestSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }
}
