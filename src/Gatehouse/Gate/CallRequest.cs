using System.IO.Pipelines;
using System.Net;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Gate;

/// <summary>
/// A call as it arrived, whatever brought it: an HTTP server, or a caller in this process. The pipeline reads nothing
/// else of it.
/// </summary>
internal sealed record CallRequest
{
    public required string Method { get; init; }

    /// <summary>The request target as it was sent, with its query (RFC 9112 section 3.2).</summary>
    public required string Target { get; init; }

    /// <summary>Those that <see cref="ReadHeaders"/> has.</summary>
    public required HeaderList Headers { get; init; }

    public required PipeReader Body { get; init; }

    /// <summary>The announced length of the body in bytes; null when none was.</summary>
    public long? BodyLength { get; init; }

    /// <summary>Null where the call did not come over a network.</summary>
    public IPAddress? RemoteAddress { get; init; }

    /// <summary>Who is at the other end where there is no address, as it goes on record.</summary>
    public string Peer { get; init; } = "unix";

    /// <summary>Told once the caller is identified; a listener keeps room for those.</summary>
    public Action? OnIdentified { get; init; }

    /// <summary>Set when the caller is gone.</summary>
    public CancellationToken Gone { get; init; }

    public bool IsHead => Method.Equals("HEAD", StringComparison.OrdinalIgnoreCase);
}

/// <summary>
/// Where the answer to a call goes. Status and headers can be changed until it has started; it starts with
/// <see cref="StartAsync"/> or with the first flush of <see cref="Body"/>.
/// </summary>
internal interface IAnswerWriter
{
    public bool HasStarted { get; }

    public int Status { get; set; }

    /// <summary>Waits on flush while the caller reads slower than the answer comes.</summary>
    public PipeWriter Body { get; }

    /// <summary>Sets a header, in the place of any with that name.</summary>
    public void Set(string name, string value);

    /// <summary>Adds a header line beside others with that name.</summary>
    public void Add(string name, string value);

    /// <summary>Announces how many bytes the body has.</summary>
    public void SetLength(long bytes);

    /// <summary>Forgets status and headers. Not after the start.</summary>
    public void Reset();

    /// <summary>Sends status and headers.</summary>
    public Task StartAsync(CancellationToken stop);

    /// <summary>Breaks the answer off, so that the caller sees that it is not whole.</summary>
    public void Abort();
}
