using System.Globalization;
using System.IO.Pipelines;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate;
using Gatehouse.Gate.Identity;
using Gatehouse.Linux;
using Gatehouse.Listening;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gatehouse.Server;

/// <summary>Brings calls from the HTTP server into the pipeline, and its answers back.</summary>
internal static class HttpCalls
{
    public static Task RunAsync(GatePipeline pipeline, HttpContext http, ListenerIdentity listener)
        => pipeline.RunAsync(RequestOf(http), new HttpAnswer(http), listener);

    private static CallRequest RequestOf(HttpContext http)
    {
        var (request, headers) = (http.Request, new HeaderList());
        foreach (var (name, values) in request.Headers)
        {
            if (!ReadHeaders.Has(name)) continue;
            foreach (var value in values) headers.Add(name, value ?? "");
        }
        var address = http.Connection.RemoteIpAddress;
        return new CallRequest
        {
            Method = request.Method,
            Target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            Headers = headers,
            Body = request.BodyReader,
            BodyLength = request.ContentLength,
            RemoteAddress = address,
            Peer = address is null && PeerCredentials.Of(http.Features) is { } peer
                ? string.Create(CultureInfo.InvariantCulture, $"unix uid {peer.Uid}") : "unix",
            OnIdentified = http.Features.Get<OpenConnection>() is { } connection ? connection.Identified : null,
            Gone = http.RequestAborted,
        };
    }

    private sealed class HttpAnswer(HttpContext http) : IAnswerWriter
    {
        private readonly HttpResponse _response = http.Response;

        public bool HasStarted => _response.HasStarted;

        public int Status
        {
            get => _response.StatusCode;
            set => _response.StatusCode = value;
        }

        public PipeWriter Body => _response.BodyWriter;

        public void Set(string name, string value) => _response.Headers[name] = value;

        public void Add(string name, string value) => _response.Headers.Append(name, value);

        public void SetLength(long bytes) => _response.ContentLength = bytes;

        public void Reset() => _response.Clear();

        public Task StartAsync(CancellationToken stop) => _response.StartAsync(stop);

        public void Abort() => http.Abort();
    }
}
