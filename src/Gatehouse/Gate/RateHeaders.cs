using System.Globalization;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate.Limits;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Gate;

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
