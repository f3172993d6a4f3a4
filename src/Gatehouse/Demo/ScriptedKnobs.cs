using System.Globalization;

namespace Gatehouse.Demo;

/// <summary>
/// How the scripted model behaves in one call. Asked for by an <c>x-scripted</c> header or by a block in the prompt,
/// <c>[[delay-first=50 tokens=3 cut-after=2]]</c>, so that a test can reach it through any gateway.
/// </summary>
internal sealed record ScriptedKnobs
{
    private const int DelayMsMax = 600_000;
    private const int CountMax = 1_000_000;
    private const int HugeBytesMax = 64 * 1024 * 1024;

    public static ScriptedKnobs None { get; } = new();

    public int DelayHeadersMs { get; init; }

    public int DelayFirstMs { get; init; }

    public int DelayTokenMs { get; init; }

    /// <summary>Words to say instead of the scripted text; null leaves the text alone.</summary>
    public int? Tokens { get; init; }

    /// <summary>Bytes of text to say, in pieces of 4 KiB.</summary>
    public int? HugeBytes { get; init; }

    /// <summary>Content frames after which the socket is aborted; half-way through the body if not streamed.</summary>
    public int? CutAfter { get; init; }

    /// <summary>Content frames after which the answer ends cleanly, too early; half of a body otherwise.</summary>
    public int? EndAfter { get; init; }

    /// <summary>Content frames after which the dialect's in-band error is sent and the answer ends.</summary>
    public int? ErrorAfter { get; init; }

    /// <summary>Content frames after which one frame is not JSON.</summary>
    public int? GarbageAfter { get; init; }

    /// <summary>Leaves out the frame that says why generation ended (and all that follow).</summary>
    public bool NoFinish { get; init; }

    /// <summary>Leaves out the last frame only (<c>[DONE]</c>, <c>message_stop</c>).</summary>
    public bool NoDone { get; init; }

    /// <summary>Answers with this status and the dialect's error body instead of an answer.</summary>
    public int? Status { get; init; }

    public int? RetryAfterSeconds { get; init; }

    public bool Endless { get; init; }

    /// <summary>Sends the headers and then nothing, until the caller goes.</summary>
    public bool Silent { get; init; }

    /// <summary>Says the received request (method, path, headers, body) as JSON text.</summary>
    public bool Echo { get; init; }

    public bool Tool { get; init; }

    public bool Think { get; init; }

    public bool Refuse { get; init; }

    public bool Gzip { get; init; }

    /// <summary>Puts comments or pings between the frames.</summary>
    public bool Pings { get; init; }

    /// <summary>Ends SSE lines by CR LF.</summary>
    public bool Crlf { get; init; }

    /// <summary>Writes frames in pieces of this many bytes, each flushed.</summary>
    public int? SplitBytes { get; init; }

    /// <summary>Extra response headers, <c>header=Name:Value</c>, repeatable.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Reads knobs over a basis. An unknown word is an error, so that a typing mistake fails a test.</summary>
    /// <exception cref="FormatException">A word is unknown or its value is out of range.</exception>
    public static ScriptedKnobs Parse(string text, ScriptedKnobs basis)
    {
        var knobs = basis;
        foreach (var word in text.Split([' ', ',', ';'], StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            knobs = equals < 0 ? knobs.WithFlag(word) : knobs.WithValue(word[..equals], word[(equals + 1)..]);
        }

        return knobs;
    }

    /// <summary>Splits a prompt into the text around its first knob block and the block itself.</summary>
    public static (string Text, string Knobs) Split(string prompt)
    {
        var start = prompt.IndexOf("[[", StringComparison.Ordinal);
        var end = start < 0 ? -1 : prompt.IndexOf("]]", start, StringComparison.Ordinal);
        return end < 0
            ? (prompt, "")
            : (string.Concat(prompt.AsSpan(0, start), prompt.AsSpan(end + 2)).Trim(), prompt[(start + 2)..end]);
    }

    private ScriptedKnobs WithFlag(string name) => name switch
    {
        "no-finish" => this with { NoFinish = true },
        "no-done" => this with { NoDone = true },
        "endless" => this with { Endless = true },
        "silent" => this with { Silent = true },
        "echo" => this with { Echo = true },
        "tool" => this with { Tool = true },
        "think" => this with { Think = true },
        "refuse" => this with { Refuse = true },
        "gzip" => this with { Gzip = true },
        "pings" => this with { Pings = true },
        "crlf" => this with { Crlf = true },
        _ => throw new FormatException($"The scripted model knows no knob '{name}'."),
    };

    private ScriptedKnobs WithValue(string name, string value) => name switch
    {
        "delay-headers" => this with { DelayHeadersMs = Number(name, value, DelayMsMax) },
        "delay-first" => this with { DelayFirstMs = Number(name, value, DelayMsMax) },
        "delay-token" => this with { DelayTokenMs = Number(name, value, DelayMsMax) },
        "tokens" => this with { Tokens = Number(name, value, CountMax) },
        "huge" => this with { HugeBytes = Number(name, value, HugeBytesMax) },
        "cut-after" => this with { CutAfter = Number(name, value, CountMax) },
        "end-after" => this with { EndAfter = Number(name, value, CountMax) },
        "error-after" => this with { ErrorAfter = Number(name, value, CountMax) },
        "garbage-after" => this with { GarbageAfter = Number(name, value, CountMax) },
        "status" => this with { Status = Number(name, value, 599) },
        "retry-after" => this with { RetryAfterSeconds = Number(name, value, 3600) },
        "split" => this with { SplitBytes = Math.Max(1, Number(name, value, CountMax)) },
        "header" => this with { Headers = [.. Headers, Header(value)] },
        _ => throw new FormatException($"The scripted model knows no knob '{name}'."),
    };

    private static int Number(string name, string value, int max) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= max
            ? number
            : throw new FormatException($"The knob '{name}' takes a whole number up to {max}, not '{value}'.");

    private static KeyValuePair<string, string> Header(string value)
    {
        var colon = value.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            ? KeyValuePair.Create(value[..colon], value[(colon + 1)..])
            : throw new FormatException("The knob 'header' takes Name:Value.");
    }
}
