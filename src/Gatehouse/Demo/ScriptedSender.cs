using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Demo;

/// <summary>Puts one answer on the wire, as badly as the knobs ask, and reports what went out.</summary>
internal sealed class ScriptedSender(HttpContext context, ScriptedKnobs knobs, TimeProvider time, Action<int, int> sent)
{
    /// <summary>Lets bytes that were flushed leave the process before the socket is aborted.</summary>
    private static readonly TimeSpan CutDelay = TimeSpan.FromMilliseconds(20);

    private readonly CancellationToken _gone = context.RequestAborted;

    /// <summary>Sends a whole body of JSON.</summary>
    public Task JsonAsync(int status, JsonNode body) =>
        WholeAsync(status, "application/json", ScriptedJson.Bytes(body));

    /// <summary>Sends a whole body.</summary>
    public async Task WholeAsync(int status, string contentType, ReadOnlyMemory<byte> body)
    {
        await BeginAsync(status, contentType);
        await PauseAsync(knobs.DelayFirstMs);
        if (knobs.Gzip)
            body = Gzip(body);
        if (knobs.CutAfter is null && knobs.EndAfter is null)
        {
            context.Response.ContentLength = body.Length;
            if (!HttpMethods.IsHead(context.Request.Method))
                await WriteAsync(body, content: true);
            return;
        }

        // A declared length with half of the bytes for a cut, a clean end of chunks for the other.
        if (knobs.CutAfter is not null)
            context.Response.ContentLength = body.Length;
        await WriteAsync(body[..(body.Length / 2)], content: true);
        if (knobs.CutAfter is not null)
            await CutAsync();
    }

    /// <summary>Says nothing at all until the caller goes.</summary>
    public Task NeverAsync() => Task.Delay(Timeout.InfiniteTimeSpan, time, _gone);

    /// <summary>Sends a stream.</summary>
    public async Task StreamAsync(IScriptedDialect dialect, IEnumerable<ScriptedFrame> frames)
    {
        await BeginAsync(200, dialect.Lines ? "application/x-ndjson" : "text/event-stream");
        await context.Response.StartAsync(_gone);
        await context.Response.BodyWriter.FlushAsync(_gone);
        if (knobs.Silent)
            await NeverAsync();
        await PauseAsync(knobs.DelayFirstMs);
        var contents = 0;
        foreach (var frame in frames)
        {
            if (contents >= knobs.CutAfter)
            {
                await CutAsync();
                return;
            }

            if (contents >= knobs.EndAfter || (knobs.NoFinish && frame.Kind >= ScriptedFrameKind.Finish)
                || (knobs.NoDone && frame.Kind == ScriptedFrameKind.Done))
            {
                return;
            }

            if (contents >= knobs.ErrorAfter)
            {
                var error = dialect.InBandError("The scripted model was asked to fail here.");
                await WriteAsync(Framed(error), content: false);
                return;
            }

            if (frame.Kind == ScriptedFrameKind.Content && contents > 0)
                await PauseAsync(knobs.DelayTokenMs);
            await SendAsync(frame, contents, dialect.Lines);
            if (frame.Kind == ScriptedFrameKind.Content)
                contents++;
        }
    }

    private async Task SendAsync(ScriptedFrame frame, int contents, bool lines)
    {
        if (knobs.Pings && !lines)
        {
            await WriteAsync(Encoding.ASCII.GetBytes(frame.Event is null
                ? $": keep-alive{LineEnd}{LineEnd}"
                : $"event: ping{LineEnd}data: {{\"type\": \"ping\"}}{LineEnd}{LineEnd}"), content: false);
        }

        var content = frame.Kind == ScriptedFrameKind.Content;
        if (content && contents == knobs.GarbageAfter)
            await WriteAsync(Framed(frame with { Data = "{\"broken\": tru"u8.ToArray() }), content: false);
        await WriteAsync(Framed(frame), content);
    }

    private string LineEnd => knobs.Crlf ? "\r\n" : "\n";

    private byte[] Framed(ScriptedFrame frame)
    {
        if (frame.Event is null && context.Response.ContentType == "application/x-ndjson")
            return [.. frame.Data.Span, (byte)'\n'];
        var head = frame.Event is null ? "data: " : $"event: {frame.Event}{LineEnd}data: ";
        return [.. Encoding.ASCII.GetBytes(head), .. frame.Data.Span, .. Encoding.ASCII.GetBytes(LineEnd + LineEnd)];
    }

    private async Task BeginAsync(int status, string contentType)
    {
        await PauseAsync(knobs.DelayHeadersMs);
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        if (knobs.RetryAfterSeconds is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        foreach (var (name, value) in knobs.Headers)
            context.Response.Headers.Append(name, value);
    }

    private async Task PauseAsync(int milliseconds)
    {
        if (milliseconds > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), time, _gone);
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, bool content)
    {
        var piece = knobs.SplitBytes ?? Math.Max(1, bytes.Length);
        for (var at = 0; at < bytes.Length; at += piece)
        {
            var part = bytes.Slice(at, Math.Min(piece, bytes.Length - at));
            var flushed = await context.Response.BodyWriter.WriteAsync(part, _gone);
            if (flushed.IsCompleted)
                throw new OperationCanceledException("The caller is gone.");
            // Gives the transport a chance to send this piece alone.
            if (knobs.SplitBytes is not null)
                await Task.Yield();
        }

        sent(content ? 1 : 0, bytes.Length);
    }

    private async Task CutAsync()
    {
        await context.Response.BodyWriter.FlushAsync(_gone);
        await Task.Delay(CutDelay, time, _gone);
        throw new ScriptedCutException();
    }

    private byte[] Gzip(ReadOnlyMemory<byte> body)
    {
        context.Response.Headers.ContentEncoding = "gzip";
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest))
            gzip.Write(body.Span);
        return buffer.ToArray();
    }
}
