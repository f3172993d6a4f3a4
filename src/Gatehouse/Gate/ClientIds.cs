using System.Globalization;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate.Identity;
using Gatehouse.Gate.Limits;
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

/// <summary>
/// The job's own limits in the caller's dialect: OpenAI's <c>x-ratelimit-*</c> with durations, Anthropic's
/// <c>anthropic-ratelimit-*</c> with times (both providers' API references). Ollama has none.
/// </summary>
internal static class RateHeaders
{
    public static void Write(
        IHeaderDictionary headers, Dialect dialect, JobLimits limits, RateStanding standing, DateTimeOffset now)
    {
        if (limits.RequestsPerMinute is { } requests)
            Write(headers, dialect, "requests", (requests, standing.RequestsLeft, standing.RequestsResetSeconds), now);
        if (limits.TokensPerMinute is { } tokens)
            Write(headers, dialect, "tokens", (tokens, standing.TokensLeft, standing.TokensResetSeconds), now);
    }

    private static void Write(
        IHeaderDictionary headers, Dialect dialect, string what, (long Limit, long Left, int ResetSeconds) value,
        DateTimeOffset now)
    {
        if (dialect == Dialect.OpenAI)
        {
            headers[$"x-ratelimit-limit-{what}"] = Number(value.Limit);
            headers[$"x-ratelimit-remaining-{what}"] = Number(value.Left);
            headers[$"x-ratelimit-reset-{what}"] = Number(value.ResetSeconds) + "s";
        }
        else if (dialect == Dialect.Anthropic)
        {
            headers[$"anthropic-ratelimit-{what}-limit"] = Number(value.Limit);
            headers[$"anthropic-ratelimit-{what}-remaining"] = Number(value.Left);
            headers[$"anthropic-ratelimit-{what}-reset"] =
                now.AddSeconds(value.ResetSeconds).UtcDateTime.ToString(
                    "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        }
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
