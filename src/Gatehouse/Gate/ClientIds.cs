using System.Globalization;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate.Identity;
using Gatehouse.Gate.Limits;

namespace Gatehouse.Gate;

/// <summary>
/// What agents call their own sessions and sub-agents, so that the record can be read by session. It is what the
/// caller says: nothing is decided by it.
/// </summary>
internal static class ClientIds
{
    /// <summary>UUIDs and short words; what is longer or holds anything else is no id.</summary>
    private const int CharsMax = 128;

    public static string? Session(HeaderList headers) => First(headers, ReadHeaders.Sessions);

    public static string? Agent(HeaderList headers) => First(headers, ReadHeaders.Agents);

    private static string? First(HeaderList headers, IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            if (headers.Single(name) is { Length: > 0 and <= CharsMax } id && id.All(IsIdCharacter))
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
        IAnswerWriter answer, Dialect dialect, JobLimits limits, RateStanding standing, DateTimeOffset now)
    {
        if (limits.RequestsPerMinute is { } requests)
            Write(answer, dialect, "requests", (requests, standing.RequestsLeft, standing.RequestsResetSeconds), now);
        if (limits.TokensPerMinute is { } tokens)
            Write(answer, dialect, "tokens", (tokens, standing.TokensLeft, standing.TokensResetSeconds), now);
    }

    private static void Write(
        IAnswerWriter answer, Dialect dialect, string what, (long Limit, long Left, int ResetSeconds) value,
        DateTimeOffset now)
    {
        if (dialect == Dialect.OpenAI)
        {
            answer.Set($"x-ratelimit-limit-{what}", Number(value.Limit));
            answer.Set($"x-ratelimit-remaining-{what}", Number(value.Left));
            answer.Set($"x-ratelimit-reset-{what}", Number(value.ResetSeconds) + "s");
        }
        else if (dialect == Dialect.Anthropic)
        {
            answer.Set($"anthropic-ratelimit-{what}-limit", Number(value.Limit));
            answer.Set($"anthropic-ratelimit-{what}-remaining", Number(value.Left));
            answer.Set($"anthropic-ratelimit-{what}-reset", now.AddSeconds(value.ResetSeconds).UtcDateTime.ToString(
                    "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
