using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate.Identity;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Gate;

/// <summary>
/// What the caller gets: a whole answer, a refusal in its own dialect, or the end of a broken stream.
/// </summary>
internal sealed class CallerAnswer(GateCall call, GateParts parts)
{
    private HttpResponse Response => call.Http.Response;

    /// <summary>
    /// Writes the refusal as the caller's own kind of error, with the retry headers its client understands.
    /// </summary>
    public async Task RefuseAsync(Refusal refusal)
    {
        var rule = RefusalTable.For(refusal.Kind);
        // Messages name what the caller wrote, such as a model; some callers write a token there.
        refusal = refusal with { Message = TokenFormat.Redact(refusal.Message) };
        parts.Log.Refused(call.Id, rule.Reason, refusal.Message);
        Response.StatusCode = rule.Status;
        Response.Headers["X-Gatehouse-Reason"] = rule.Reason;
        Response.Headers.CacheControl = "no-store";
        Response.Headers.XContentTypeOptions = "nosniff";
        if (rule.NeverRetry) Response.Headers["x-should-retry"] = "false";
        if (RefusalTable.RetryAfterSeconds(refusal) is { } wait)
            Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
        if (rule.Status == StatusCodes.Status401Unauthorized) Response.Headers.WWWAuthenticate = "Bearer";
        var body = new ArrayBufferWriter<byte>(512);
        RefusalBody.Write(refusal, call.Dialect, call.Id, body);
        Response.ContentType = "application/json";
        Response.ContentLength = body.WrittenCount;
        if (HttpMethods.IsHead(call.Http.Request.Method)) return;
        await Response.BodyWriter.WriteAsync(body.WrittenMemory, call.Http.RequestAborted);
    }

    /// <summary>As <see cref="RefuseAsync"/> where nothing was sent; else the stream is broken visibly.</summary>
    public async Task FailAsync(Refusal refusal)
    {
        if (Response.HasStarted)
        {
            await BreakAsync(ReadOnlyMemory<byte>.Empty);
            return;
        }
        Response.Clear();
        Response.Headers["X-Gatehouse-Exchange"] = call.Id;
        if (call.AllowedOrigin is { } origin) BrowserOrigins.Write(Response.Headers, origin);
        if (call.IsIdentified) Response.Headers["X-Gatehouse-Job"] = call.Caller.Job.Key;
        await RefuseAsync(refusal);
    }

    /// <summary>Sends a body that is on record.</summary>
    public async Task WholeAsync(int status, ReadOnlyMemory<byte> body)
    {
        Response.StatusCode = status;
        // RFC 9110, section 15.3.5: such an answer has no body, and no length either.
        if (status is StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent) return;
        Response.ContentLength = body.Length;
        await WriteAsync(Response.BodyWriter, body, call.Http.RequestAborted);
    }

    /// <summary>
    /// Writes in pieces, each when the caller has taken the one before: the server copies what it is given, at once,
    /// and that copy is in nobody's budget.
    /// </summary>
    public static async ValueTask WriteAsync(PipeWriter writer, ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        const int piece = 16 * 1024;
        for (; bytes.Length > piece; bytes = bytes[piece..]) await writer.WriteAsync(bytes[..piece], stop);
        await writer.WriteAsync(bytes, stop);
    }

    /// <summary>Copies the allow-listed headers of the model's answer.</summary>
    public void CopyHeaders(HttpResponseMessage answer)
    {
        Response.Headers.XContentTypeOptions = "nosniff";
        foreach (var (name, values) in answer.Headers.NonValidated) Copy(name, values);
        foreach (var (name, values) in answer.Content.Headers.NonValidated) Copy(name, values);
    }

    /// <summary>
    /// Ends a begun stream in error: the dialect's own error event, then a cut connection, never a clean end.
    /// </summary>
    public async Task BreakAsync(ReadOnlyMemory<byte> errorEvent)
    {
        try
        {
            await Response.BodyWriter.WriteAsync(errorEvent, call.Http.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        // The bytes are in the socket's buffer now; a reset in the same moment could overtake them at the reader.
        await Task.Delay(BreakGrace, parts.Time, CancellationToken.None);
        call.Http.Abort();
    }

    /// <summary>
    /// Long enough for loopback and LAN readers to take the error event, short enough for a pause's 100 ms.
    /// </summary>
    private static readonly TimeSpan BreakGrace = TimeSpan.FromMilliseconds(20);

    private void Copy(string name, System.Net.Http.Headers.HeaderStringValues values)
    {
        if (!HeaderRules.PassesAnswer(name)) return;
        foreach (var value in values)
        {
            // A byte outside of printable ASCII has no meaning in a header (RFC 9110, section 5.5) and may not be
            // sent on: the header is left out.
            if (value.AsSpan().ContainsAnyExceptInRange(' ', '~')) continue;
            // A credential that a confused upstream echoes in a header stays here.
            if (call.SecretUsed is { } secret && value.Contains(secret, StringComparison.Ordinal)) continue;
            Response.Headers.Append(name, value);
        }
    }
}
