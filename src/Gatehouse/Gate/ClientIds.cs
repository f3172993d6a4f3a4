using Gatehouse.Gate.Identity;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Gate;

/// <summary>
/// What agents call their own sessions and sub-agents, so that the record can be read by session. It is what the
/// caller says: nothing is decided by it.
/// </summary>
internal static class ClientIds
{
    /// <summary>UUIDs and short words; what is longer or holds anything else is no id.</summary>
    private const int CharsMax = 128;

    /// <summary>Claude Code; Codex; opencode and others (read off their calls, November 2026).</summary>
    private static readonly string[] SessionHeaders =
        ["x-claude-code-session-id", "session-id", "session_id", "x-session-id"];

    private static readonly string[] AgentHeaders = ["x-claude-code-agent-id", "x-agent-id"];

    public static string? Session(IHeaderDictionary headers) => First(headers, SessionHeaders);

    public static string? Agent(IHeaderDictionary headers) => First(headers, AgentHeaders);

    private static string? First(IHeaderDictionary headers, string[] names)
    {
        foreach (var name in names)
        {
            if (headers[name] is [{ Length: > 0 and <= CharsMax } id] && id.All(IsIdCharacter))
                return TokenFormat.Redact(id);
        }
        return null;
    }

    private static bool IsIdCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':';
}
