using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate.Identity;

namespace Gatehouse.Gate;

/// <summary>
/// What the caller gets: a whole answer, a refusal in its own dialect, or the end of a broken stream.
/// </summary>
internal sealed class CallerAnswer(GateCall call, GateParts parts)
{
    private IAnswerWriter Response => call.Answer;

    /// <summary>
    /// Writes the refusal as the caller's own kind of error, with the retry headers its client understands.
    /// </summary>
    public async Task RefuseAsync(Refusal refusal)
    {
        var rule = RefusalTable.For(refusal.Kind);
        // Messages name what the caller wrote, such as a model; some callers write a token there.
        refusal = refusal with { Message = TokenFormat.Redact(refusal.Message) };
        parts.Log.Refused(call.Id, rule.Reason, refusal.Message);
        Response.Status = rule.Status;
        Response.Set("X-Gatehouse-Reason", rule.Reason);
        Response.Set("Cache-Control", "no-store");
        Response.Set("X-Content-Type-Options", "nosniff");
        if (rule.NeverRetry) Response.Set("x-should-retry", "false");
        if (RefusalTable.RetryAfterSeconds(refusal) is { } wait)
            Response.Set("Retry-After", wait.ToString(CultureInfo.InvariantCulture));
        if (rule.Status == 401) Response.Set("WWW-Authenticate", "Bearer");
        var body = new ArrayBufferWriter<byte>(512);
        RefusalBody.Write(refusal, call.Dialect, call.Id, body);
        Response.Set("Content-Type", "application/json");
        Response.SetLength(body.WrittenCount);
        if (call.Request.IsHead) return;
        await Response.Body.WriteAsync(body.WrittenMemory, call.Request.Gone);
    }

    /// <summary>As <see cref="RefuseAsync"/> where nothing was sent; else the stream is broken visibly.</summary>
    public async Task FailAsync(Refusal refusal)
    {
        if (Response.HasStarted)
        {
            await BreakAsync(ReadOnlyMemory<byte>.Empty);
            return;
        }
        Response.Reset();
        Response.Set("X-Gatehouse-Exchange", call.Id);
        if (call.AllowedOrigin is { } origin) BrowserOrigins.Write(Response, origin);
        if (call.IsIdentified) Response.Set("X-Gatehouse-Job", call.Caller.Job.Key);
        await RefuseAsync(refusal);
    }

    /// <summary>Sends a body that is on record.</summary>
    public async Task WholeAsync(int status, ReadOnlyMemory<byte> body)
    {
        Response.Status = status;
        // RFC 9110, section 15.3.5: such an answer has no body, and no length either.
        if (status is 204 or 205) return;
        Response.SetLength(body.Length);
        await WriteAsync(Response.Body, body, call.Request.Gone);
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
        Response.Set("X-Content-Type-Options", "nosniff");
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
            await Response.Body.WriteAsync(errorEvent, call.Request.Gone);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        // The bytes are in the socket's buffer now; a reset in the same moment could overtake them at the reader.
        await Task.Delay(BreakGrace, parts.Time, CancellationToken.None);
        Response.Abort();
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
            Response.Add(name, value);
        }
    }
}
