using Gatehouse.Core.Estate;
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
