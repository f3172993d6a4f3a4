namespace Gatehouse.Gate;

/// <summary>
/// Cross-origin calls (Fetch standard, "CORS protocol"): web pages, browser extensions and desktop apps may call as a
/// job that lists their origin, and read its answers. A browser asks first, without any credential.
/// </summary>
internal static class BrowserOrigins
{
    /// <summary>What a page may read of an answer beside the headers that every page may.</summary>
    private const string ReadableHeaders =
        "X-Gatehouse-Exchange, X-Gatehouse-Job, X-Gatehouse-Reason, Retry-After, Request-Id, X-Request-Id";

    /// <summary>Ten minutes, the longest that Chromium keeps the answer to a preflight.</summary>
    private const string PreflightSeconds = "600";

    /// <summary>The origin that a browser says the call comes from; null where no browser says so.</summary>
    public static string? Of(CallRequest request)
        => request.Headers.Single("Origin") is { Length: > 0 } origin ? origin : null;

    public static bool IsPreflight(CallRequest request)
        => request.Method.Equals("OPTIONS", StringComparison.OrdinalIgnoreCase)
            && Of(request) is not null && request.Headers.Contains("Access-Control-Request-Method");

    /// <summary>
    /// Whether the caller's job lists the origin. Of a caller that showed nothing, whether any job that it could be
    /// does.
    /// </summary>
    public static bool IsAllowed(GateCall call, string origin)
        => !call.IsIdentified && call.Listener.Job is null
            ? call.Plan.Jobs.Values.Any(job => job.Origins.Contains(origin))
            : call.Plan.Jobs.TryGetValue(call.IsIdentified ? call.Caller.Job.Key : call.Listener.Job!, out var own)
                && own.Origins.Contains(origin);

    /// <summary>Whether the call comes from no page, or from one of an origin that the job lists.</summary>
    public static bool MayCome(GateCall call, string job)
        => !call.Request.Headers.Contains("Origin")
            || (Of(call.Request) is { } origin
                && call.Plan.Jobs.TryGetValue(job, out var plan) && plan.Origins.Contains(origin));

    /// <summary>On every answer, errors and streams included: without them the page is told nothing at all.</summary>
    public static void Write(IAnswerWriter answer, string origin)
    {
        answer.Set("Access-Control-Allow-Origin", origin);
        answer.Set("Access-Control-Expose-Headers", ReadableHeaders);
        answer.Set("Vary", "Origin");
    }

    /// <summary>Answers a preflight of an origin that is allowed.</summary>
    public static void AnswerPreflight(CallRequest request, IAnswerWriter answer)
    {
        answer.Status = 204;
        answer.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, DELETE");
        answer.Set("Access-Control-Max-Age", PreflightSeconds);
        // SDKs add headers of their own (x-stainless-*); which of them go upstream is HeaderRules' business.
        if (request.Headers.Single("Access-Control-Request-Headers") is { } names && IsHeaderList(names))
            answer.Set("Access-Control-Allow-Headers", names);
        // A page on a public site that calls a private address is asked about by Chromium.
        if (request.Headers.Contains("Access-Control-Request-Private-Network"))
            answer.Set("Access-Control-Allow-Private-Network", "true");
    }

    /// <summary>Names of header fields and commas (RFC 9110 section 5.6.2), and nothing that could be more.</summary>
    private static bool IsHeaderList(string names)
        => names.Length <= 4_096 && names.All(c => char.IsAsciiLetterOrDigit(c) || c is ',' or ' ' or '-' or '_');
}
