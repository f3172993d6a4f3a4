using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate.Identity;

namespace Gatehouse.Gate;

/// <summary>
/// A call from inside this process: it goes through the same ten steps as one over HTTP, and into the same ledger. Its
/// caller is the job that it names; nothing can come in from outside this way. Dispose it when the answer was read, or
/// is not wanted any more: then the call ends as one whose caller went away.
/// </summary>
internal sealed class MemoryCall : IAnswerWriter, IAsyncDisposable
{
    /// <summary>What may lie unread before the model has to wait; as much as an HTTP connection holds.</summary>
    private const int UnreadMax = 32 * 1024;

    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: UnreadMax, resumeWriterThreshold: UnreadMax / 2, useSynchronizationContext: false));

    private readonly CancellationTokenSource _gone = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _run = Task.CompletedTask;
    private int _status = 200;
    private AnswerBody? _body;

    private MemoryCall()
    {
    }

    public bool HasStarted => _started.Task.IsCompleted;

    /// <summary>Done when status and headers are there.</summary>
    public Task Started => _started.Task;

    public int Status
    {
        get => _status;
        set => _status = value;
    }

    public HeaderList Headers { get; private set; } = new();

    PipeWriter IAnswerWriter.Body => _body ??= new AnswerBody(_pipe.Writer, () => _started.TrySetResult());

    /// <summary>The answer; reading it throws <see cref="IOException"/> where it was broken off.</summary>
    public PipeReader Answer => _pipe.Reader;

    /// <summary>Sends a call.</summary>
    /// <param name="pipeline">The gate.</param>
    /// <param name="job">The key of the job that calls.</param>
    /// <param name="target">Path and query, such as <c>/v1/chat/completions</c>.</param>
    /// <param name="body">The body; empty makes this a GET.</param>
    /// <param name="headers">Headers beside the type of the body.</param>
    public static MemoryCall Start(
        GatePipeline pipeline, string job, string target, ReadOnlyMemory<byte> body, HeaderList? headers = null)
    {
        var call = new MemoryCall();
        headers ??= new HeaderList();
        if (!headers.Contains("Content-Type")) headers.Add("Content-Type", "application/json");
        var request = new CallRequest
        {
            Method = body.IsEmpty ? "GET" : "POST",
            Target = target,
            Headers = headers,
            Body = PipeReader.Create(new ReadOnlySequence<byte>(body)),
            BodyLength = body.Length,
            Peer = "gatehouse",
            Gone = call._gone.Token,
        };
        call._run = call.RunAsync(pipeline, request, new ListenerIdentity(job) { By = IdentifiedBy.Server });
        return call;
    }

    /// <summary>The whole answer as text.</summary>
    /// <exception cref="IOException">It was broken off.</exception>
    public async Task<string> ReadAsync(CancellationToken stop)
    {
        while (true)
        {
            var read = await Answer.ReadAsync(stop);
            if (!read.IsCompleted)
            {
                Answer.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }
            var text = Encoding.UTF8.GetString(read.Buffer);
            Answer.AdvanceTo(read.Buffer.End);
            return text;
        }
    }

    void IAnswerWriter.Set(string name, string value)
    {
        var kept = new HeaderList();
        for (var at = 0; at < Headers.Count; at++)
        {
            if (!Headers[at].Key.Equals(name, StringComparison.OrdinalIgnoreCase))
                kept.Add(Headers[at].Key, Headers[at].Value);
        }
        kept.Add(name, value);
        Headers = kept;
    }

    void IAnswerWriter.Add(string name, string value) => Headers.Add(name, value);

    void IAnswerWriter.SetLength(long bytes)
    {
        // The end of the pipe is the end of the answer.
    }

    void IAnswerWriter.Reset() => (_status, Headers) = (200, new HeaderList());

    Task IAnswerWriter.StartAsync(CancellationToken stop)
    {
        _started.TrySetResult();
        return Task.CompletedTask;
    }

    void IAnswerWriter.Abort() => _pipe.Writer.Complete(new IOException("The answer was broken off."));

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        // A writer that waits for a reader goes on, to nowhere.
        await _pipe.Reader.CompleteAsync();
        await _run;
        _gone.Dispose();
    }

    private async Task RunAsync(GatePipeline pipeline, CallRequest request, ListenerIdentity listener)
    {
        await pipeline.RunAsync(request, this, listener);
        _started.TrySetResult();
        await _pipe.Writer.CompleteAsync();
    }

    /// <summary>A pipe's writer whose first flush starts the answer.</summary>
    private sealed class AnswerBody(PipeWriter inner, Action start) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => true;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            start();
            return inner.FlushAsync(cancellationToken);
        }
    }
}
