using System.Net.Sockets;
using Gatehouse.Core.Estate;
using Gatehouse.Outbound;
using Gatehouse.Storage;

namespace Gatehouse.Gate.Upstream;

/// <summary>An answer that has begun: what of it was read already, and where the rest comes from.</summary>
internal sealed class UpstreamAnswer(HttpResponseMessage response, Stream body, ModelTimeouts limits) : IDisposable
{
    public HttpResponseMessage Response => response;

    /// <summary>The rest of the answer, decoded.</summary>
    public Stream Body => body;

    /// <summary>The bytes that were read so far.</summary>
    public PooledBytes First { get; } = new();

    /// <summary>The content coding that was undone; null when there was none.</summary>
    public string? Coding { get; init; }

    public bool IsDecoded => Coding is not null;

    /// <summary>Whether the bytes read so far are the beginning of a stream.</summary>
    public bool IsStream { get; set; }

    public int Status => (int)response.StatusCode;

    /// <summary>How long to wait for its bytes.</summary>
    public ModelTimeouts Limits => limits;

    public void Dispose()
    {
        First.Dispose();
        body.Dispose();
        response.Dispose();
    }
}

/// <summary>
/// Why there is no answer: a word for the record, and what the model's server did or did not, for people. Only our own
/// words and the framework's, never what the other side wrote.
/// </summary>
/// <param name="Word">For the record, such as <c>connection-refused</c>.</param>
/// <param name="Text">Continues a sentence that begins with the server.</param>
internal readonly record struct UpstreamCause(string Word, string Text)
{
    private const int DetailCharsMax = 200;

    /// <summary>Whether something came that is no answer, rather than nothing.</summary>
    public bool IsUnreadable => Word == "not-http";

    public static UpstreamCause Of(Exception error, ModelPlan model) => (error as HttpRequestException)
        ?.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => new("name-not-resolved",
            "cannot be reached: its name is not known to the resolver of this host"),
        HttpRequestError.SecureConnectionError => OfTls(error),
        HttpRequestError.ResponseEnded => new("closed", "closed the connection without an answer"),
        HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError
            or HttpRequestError.ConfigurationLimitExceeded => new("not-http",
            $"answered with something that is not HTTP, or with headers that are too large ({Detail(error)})"),
        _ => OfSocket(error, model),
    };

    private static UpstreamCause OfTls(Exception error) => error.InnerException is CertificateException certificate
        ? new("tls-certificate", certificate.Message)
        : new("tls", $"cannot be spoken to over TLS ({Detail(error.InnerException ?? error)})");

    private static UpstreamCause OfSocket(Exception error, ModelPlan model)
    {
        for (var inner = error; inner is not null; inner = inner.InnerException)
        {
            if (inner is SocketException socket) return OfSocket(socket.SocketErrorCode, model);
        }
        return new("unreachable", $"cannot be reached ({Detail(error)})");
    }

    private static UpstreamCause OfSocket(SocketError error, ModelPlan model) => error switch
    {
        SocketError.ConnectionRefused => new("connection-refused",
            "cannot be reached: the connection was refused, nothing listens there"),
        SocketError.ConnectionReset => new("connection-reset", "broke off the connection"),
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.NetworkDown
            or SocketError.HostDown => new("no-route", $"cannot be reached: no route leads there ({error})"),
        SocketError.TimedOut => new("connect-timeout", "cannot be reached: it did not answer the connection"),
        SocketError.AccessDenied => new("access-denied", "cannot be reached: this process may not connect there"),
        _ when model.Url.SocketPath is not null => new("no-socket",
            "cannot be reached: its socket file is not there or not a socket"),
        _ => new("unreachable", $"cannot be reached ({error})"),
    };

    private static string Detail(Exception error)
    {
        var text = error.Message.ReplaceLineEndings(" ");
        return text.Length <= DetailCharsMax ? text : text[..DetailCharsMax];
    }
}
