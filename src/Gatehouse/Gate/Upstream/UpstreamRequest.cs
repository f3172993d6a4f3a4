using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Traffic;
using Gatehouse.Storage;

namespace Gatehouse.Gate.Upstream;

/// <summary>
/// What goes to the model: the recorded bytes, the allow-listed headers, and the model's own credential. The caller's
/// credential, cookies and addresses are not on the list, so they cannot pass; its credential does where its job says
/// so.
/// </summary>
internal static class UpstreamRequest
{
    public static HttpRequestMessage Create(GateCall call, string? credential)
    {
        var model = call.Model!;
        var request = new HttpRequestMessage(
            HttpMethod.Parse(call.Request.Method), AddressOf(call, model))
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        CopyHeaders(call, request);
        if (call.OwnCredential is { } own) AddOwnCredential(request, own.Header, own.Value);
        if (credential is not null) AddCredential(request, model.Provider, call.Dialect, credential);
        // What is inspected has to be readable: nothing may come back compressed.
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        return request;
    }

    /// <summary>The type of a form with its boundary; null for every other body.</summary>
    public static string? FormType(GateCall call)
        => call.Route!.Kind == RouteKind.Opaque && call.Request.Headers.Text("Content-Type") is { } type
            && type.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) ? type : null;

    private static Uri AddressOf(GateCall call, ModelPlan model)
    {
        var address = UpstreamAddress.Of(model).AddressOf(call.Route!, call.Path);
        return call.Query.Length == 0 || call.Route!.Dialect == Dialect.Ollama
            ? address : new Uri(address.AbsoluteUri + call.Query);
    }

    public static Uri AddressOf(UpstreamUrl url, string route) => new(
        $"{(url.Scheme == UpstreamScheme.Https ? "https" : "http")}://{url.Authority}{url.PathFor(route)}");

    public static void AddCredential(
        HttpRequestMessage request, ModelProvider provider, Dialect dialect, string credential)
    {
        if (provider == ModelProvider.Anthropic || dialect == Dialect.Anthropic)
            request.Headers.TryAddWithoutValidation("x-api-key", credential);
        if (provider != ModelProvider.Anthropic)
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {credential}");
    }

    /// <summary>In the header that it came in: a subscription's is a bearer token, a key is not.</summary>
    private static void AddOwnCredential(HttpRequestMessage request, string header, string value)
        => request.Headers.TryAddWithoutValidation(
            header, header == ReadHeaders.Bearer ? $"Bearer {value}" : value);

    private static void CopyHeaders(GateCall call, HttpRequestMessage request)
    {
        if (call.Attempt!.Forwarded.Length > 0 || call.Route!.ModelInBody)
        {
            request.Content = new ForwardedBody(call.Attempt);
            // The body was read as JSON whatever it called itself, unless it is a form, with its own boundary.
            var type = call.Route!.Kind == RouteKind.Manage
                ? call.Request.Headers.Text("Content-Type") : "application/json";
            request.Content.Headers.TryAddWithoutValidation("Content-Type", FormType(call) ?? type);
        }
        for (var at = 0; at < call.Request.Headers.Count; at++)
        {
            var (name, value) = call.Request.Headers[at];
            if (!HeaderRules.ForwardsRequest(call.Dialect, name)
                || name.Equals("content-type", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }
}

/// <summary>
/// The recorded bytes on their way to the model. A large body is given back as soon as it is sent, and not when the
/// model has worked on it; a small one stays, for a second try on a new connection.
/// </summary>
internal sealed class ForwardedBody(UpstreamAttempt attempt) : HttpContent
{
    private readonly long _length = attempt.Forwarded.Length;

    /// <summary>Told when there is a connection that the body goes to.</summary>
    public Action? OnConnected { get; set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken stop)
    {
        OnConnected?.Invoke();
        if (!attempt.Body.TryBeginSending()) throw new IOException("The body of this call was sent before.");
        try
        {
            foreach (var piece in attempt.Forwarded) await stream.WriteAsync(piece, stop);
        }
        finally
        {
            attempt.Body.EndSending();
        }
        if (_length > PooledBytes.RentedMax) attempt.Body.Free();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _length;
        return true;
    }
}

/// <summary>
/// Where a model is, worked out once for each plan: parsing an address costs more than sending to it. Goes with the
/// plan that it belongs to.
/// </summary>
internal sealed class UpstreamAddress
{
    private static readonly ConditionalWeakTable<UpstreamUrl, UpstreamAddress> Places = [];

    private readonly UpstreamUrl _url;
    private readonly ConcurrentDictionary<Endpoint, Uri> _addresses = new();

    private UpstreamAddress(UpstreamUrl url)
    {
        _url = url;
        Text = url.ToString();
    }

    /// <summary>The upstream as the record names it.</summary>
    public string Text { get; }

    public static UpstreamAddress Of(ModelPlan model)
        => Places.GetValue(model.Url, static url => new UpstreamAddress(url));

    public Uri AddressOf(Route route, string path)
        => route.NameInPath
            ? UpstreamRequest.AddressOf(_url, route.UpstreamPathFor(path))
            : _addresses.GetOrAdd(route.Endpoint,
            static (_, asked) => UpstreamRequest.AddressOf(asked._url, asked.route.UpstreamPath), (_url, route));
}
