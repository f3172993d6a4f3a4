using System.Collections.Frozen;

namespace Gatehouse.Core.Traffic;

/// <summary>
/// The headers of a call, in the order in which they came. Names compare without case (RFC 9110 section 5.1). A call
/// has a dozen of them: looking through all is faster than a dictionary.
/// </summary>
public sealed class HeaderList
{
    private readonly List<KeyValuePair<string, string>> _fields = [];

    /// <summary>How many header lines there are.</summary>
    public int Count => _fields.Count;

    /// <summary>A header line by its position.</summary>
    public KeyValuePair<string, string> this[int index] => _fields[index];

    /// <summary>Adds a line after the others.</summary>
    public void Add(string name, string value) => _fields.Add(new KeyValuePair<string, string>(name, value));

    /// <summary>Whether there is a line with this name.</summary>
    public bool Contains(string name) => NextOf(name, 0) >= 0;

    /// <summary>The one line with this name; null when there is none, or more than one.</summary>
    public string? Single(string name)
    {
        var at = NextOf(name, 0);
        return at >= 0 && NextOf(name, at + 1) < 0 ? _fields[at].Value : null;
    }

    /// <summary>
    /// All lines with this name as one value, joined by commas (RFC 9110 section 5.3); null when there is none.
    /// </summary>
    public string? Text(string name)
    {
        string? text = null;
        for (var at = NextOf(name, 0); at >= 0; at = NextOf(name, at + 1))
            text = text is null ? _fields[at].Value : $"{text},{_fields[at].Value}";
        return text;
    }

    /// <summary>The position of the next line with this name, at or after a position; -1 when there is none.</summary>
    public int NextOf(string name, int from)
    {
        for (var at = from; at < _fields.Count; at++)
        {
            if (_fields[at].Key.Equals(name, StringComparison.OrdinalIgnoreCase)) return at;
        }
        return -1;
    }
}

/// <summary>
/// The request headers that the gate reads itself, beside those that go upstream. A header on neither list is dropped
/// where the call arrives.
/// </summary>
public static class ReadHeaders
{
    /// <summary>The header of keys with a scheme before them.</summary>
    public const string Bearer = "Authorization";

    /// <summary>The headers in which clients send a key; Azure's clients use the last one.</summary>
    public static IReadOnlyList<string> Keys { get; } = [Bearer, "x-api-key", "api-key"];

    /// <summary>
    /// What agents call their own session: Claude Code; Codex; opencode and others (read off their calls, November
    /// 2026).
    /// </summary>
    public static IReadOnlyList<string> Sessions { get; } =
        ["x-claude-code-session-id", "session-id", "session_id", "x-session-id"];

    /// <summary>What agents call the sub-agent that calls.</summary>
    public static IReadOnlyList<string> Agents { get; } = ["x-claude-code-agent-id", "x-agent-id"];

    private static readonly FrozenSet<string> Read = FrozenSet.Create(StringComparer.OrdinalIgnoreCase,
    [
        .. Keys, .. Sessions, .. Agents,
        .. Enum.GetValues<Dialect>().SelectMany(HeaderRules.RequestHeaders),
        "accept-language", "access-control-request-headers", "access-control-request-method",
        "access-control-request-private-network", "content-encoding", "host", "origin", "referer", "sec-fetch-site",
        "upgrade",
    ]);

    /// <summary>Whether a header of a request is read or forwarded. Case does not matter.</summary>
    public static bool Has(string name) => Read.Contains(name) || HeaderRules.ForwardsRequest(Dialect.Anthropic, name);
}
