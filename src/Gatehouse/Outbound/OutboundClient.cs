using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gatehouse.Outbound;

/// <summary>
/// The one HTTP client of Gatehouse: what is asked for is what is called, what comes back is what was sent, and a
/// <see cref="OutboundPolicy"/> says where it may lead and how long and how large it may be.
/// </summary>
internal sealed class OutboundClient : IDisposable
{
    /// <summary>What is read of an answer at a time.</summary>
    private const int StepBytes = 16 * 1024;

    private readonly OutboundPolicy _policy;
    private readonly OutboundWorld _world;
    private readonly HttpMessageInvoker _invoker;
    private readonly RetryBudget _budget;

    /// <param name="policy">How it calls.</param>
    /// <param name="counts">Counts that it adds to; its own when null.</param>
    /// <param name="world">What it needs from the world; the real one when null.</param>
    public OutboundClient(OutboundPolicy policy, OutboundCounts? counts = null, OutboundWorld? world = null)
    {
        (_policy, _world, Counts) = (policy, world ?? OutboundWorld.Real, counts ?? new OutboundCounts());
        _budget = new RetryBudget(policy.Retries.PerRequest);
        var sockets = new OutboundSocket(policy, _world, Counts);
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            // What a caller's header holds above ASCII goes on byte for byte, as it was read.
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ConnectTimeout = policy.Connect,
            MaxConnectionsPerServer = policy.ConnectionsMax,
            PooledConnectionIdleTimeout = policy.ConnectionIdle,
            PooledConnectionLifetime = policy.ConnectionLifetime,
            // Draining reads the rest of an answer nobody wants; closing tells the server at once to stop.
            MaxResponseDrainSize = 0,
            ConnectCallback = (context, stop) => sockets.OpenAsync(context.DnsEndPoint, stop),
        };
        handler.SslOptions.RemoteCertificateValidationCallback =
            static (_, _, chain, errors) => OutboundTls.Check(chain, errors);
        _invoker = new HttpMessageInvoker(handler);
    }

    public OutboundCounts Counts { get; }

    /// <summary>
    /// Sends once and returns when the answer begins. Only connecting is bounded here: who reads the answer decides how
    /// long and how large it may be.
    /// </summary>
    /// <exception cref="HttpRequestException">There is no answer.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop)
    {
        Counts.Add(OutboundCount.Requests);
        try
        {
            return await _invoker.SendAsync(request, stop);
        }
        catch
        {
            Counts.Add(OutboundCount.Failures);
            throw;
        }
    }

    /// <summary>Asks for a whole answer, within all limits of the policy and with its retries.</summary>
    /// <param name="create">Creates the request; called again for each try.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="OutboundException">There is no whole answer.</exception>
    public async Task<OutboundReply> FetchAsync(Func<HttpRequestMessage> create, CancellationToken stop)
    {
        Counts.Add(OutboundCount.Requests);
        _budget.Earn();
        using var total = new CancellationTokenSource(_policy.Total, _world.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(total.Token, stop);
        try
        {
            return await TryOftenAsync(create, either.Token);
        }
        catch (OutboundException error)
        {
            throw Counted(error);
        }
        catch (OperationCanceledException error) when (!stop.IsCancellationRequested)
        {
            throw Counted(new(OutboundFailure.TimedOut, Within("did not answer", _policy.Total), error));
        }
    }

    public void Dispose() => _invoker.Dispose();

    private async Task<OutboundReply> TryOftenAsync(Func<HttpRequestMessage> create, CancellationToken end)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var request = create();
            var (reply, error) = await TryAsync(request, end);
            var wait = WaitAfter(attempt, request.Method, reply, error);
            if (wait is null || !HasBudget()) return reply ?? throw error!;
            Counts.Add(OutboundCount.Retries);
            await Task.Delay(wait.Value, _world.Time, end);
        }
    }

    private async Task<(OutboundReply? Reply, OutboundException? Error)> TryAsync(
        HttpRequestMessage request, CancellationToken end)
    {
        using var limit = new CancellationTokenSource(_policy.FirstByte, _world.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, end);
        var hasBegun = false;
        try
        {
            using var response = await _invoker.SendAsync(request, both.Token);
            hasBegun = true;
            return (await ReadAsync(response, limit, both.Token), null);
        }
        catch (OperationCanceledException error) when (!end.IsCancellationRequested)
        {
            return (null, limit.IsCancellationRequested
                ? new(OutboundFailure.TimedOut, hasBegun
                    ? Within("sent nothing more", _policy.Silence)
                    : Within("did not begin to answer", _policy.FirstByte), error)
                // The handler's own limit for a connection.
                : new(OutboundFailure.Unreachable, Within("took no connection", _policy.Connect), error));
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            end.ThrowIfCancellationRequested();
            return (null, Explain(error, hasBegun));
        }
    }

    private async Task<OutboundReply> ReadAsync(
        HttpResponseMessage response, CancellationTokenSource limit, CancellationToken end)
    {
        // What is announced is not what comes: memory is taken step by step.
        if (response.Content.Headers.ContentLength > _policy.AnswerBytesMax) throw TooLarge();
        using var body = new MemoryStream();
        await using var source = await response.Content.ReadAsStreamAsync(end);
        var step = new byte[StepBytes];
        while (true)
        {
            limit.CancelAfter(_policy.Silence);
            var read = await source.ReadAsync(step, end);
            if (read == 0) break;
            if (body.Length + read > _policy.AnswerBytesMax) throw TooLarge();
            body.Write(step, 0, read);
        }
        return new OutboundReply((int)response.StatusCode, response.ReasonPhrase, body.ToArray())
        {
            RetryAfter = response.Headers.RetryAfter?.Delta,
        };
    }

    /// <summary>How long to wait before the next try; null when there is none.</summary>
    private TimeSpan? WaitAfter(int attempt, HttpMethod method, OutboundReply? reply, OutboundException? error)
    {
        var isTransient = error?.IsTransient ?? (reply!.Status is 429 or 502 or 503 or 504);
        if (attempt >= _policy.Retries.AttemptsMax || !isTransient
            || (method != HttpMethod.Get && method != HttpMethod.Head) || reply?.RetryAfter > _policy.Retries.Longest)
        {
            return null;
        }
        var most = Math.Min(_policy.Retries.Longest.Ticks, _policy.Retries.First.Ticks * Math.Pow(2, attempt - 1));
        var wait = TimeSpan.FromTicks((long)(most * _world.Chance()));
        return reply?.RetryAfter > wait ? reply.RetryAfter : wait;
    }

    private bool HasBudget()
    {
        if (_budget.TrySpend()) return true;
        Counts.Add(OutboundCount.RetriesWithoutBudget);
        return false;
    }

    private static OutboundException Explain(Exception error, bool hasBegun)
    {
        for (var inner = error; inner is not null; inner = inner.InnerException)
        {
            if (inner is DestinationRefusedException) return new(OutboundFailure.Refused, inner.Message, error);
            if (inner is CertificateException) return new(OutboundFailure.Untrusted, inner.Message, error);
        }
        return hasBegun || error is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded }
            ? new(OutboundFailure.Broken, $"broke off its answer: {error.Message}", error)
            : new(OutboundFailure.Unreachable, $"cannot be reached: {error.Message}", error);
    }

    private OutboundException TooLarge() => new(
        OutboundFailure.TooLarge, FormattableString.Invariant($"sent more than {_policy.AnswerBytesMax} bytes"), null);

    private OutboundException Counted(OutboundException error)
    {
        Counts.Add(OutboundCount.Failures);
        if (error.Failure == OutboundFailure.TimedOut) Counts.Add(OutboundCount.Timeouts);
        if (error.Failure == OutboundFailure.TooLarge) Counts.Add(OutboundCount.TooLarge);
        return error;
    }

    private static string Within(string what, TimeSpan limit)
        => FormattableString.Invariant($"{what} within {limit.TotalSeconds:0.###} s");
}

/// <summary>A whole answer.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Reason">The words after the status, or null.</param>
/// <param name="Body">Its body, as it was sent.</param>
internal sealed record OutboundReply(int Status, string? Reason, byte[] Body)
{
    /// <summary>How long the server asks to be left alone, in seconds; its other form, a date, is not read.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public bool IsSuccess => Status is >= 200 and < 300;
}

/// <summary>Why there is no whole answer.</summary>
internal enum OutboundFailure
{
    /// <summary>The policy does not allow the address.</summary>
    Refused,

    /// <summary>No connection, or none that HTTP could be spoken over.</summary>
    Unreachable,

    /// <summary>The server's certificate is not accepted.</summary>
    Untrusted,

    /// <summary>A time limit ran out after the connection was there.</summary>
    TimedOut,

    /// <summary>The connection ended before the answer did.</summary>
    Broken,

    /// <summary>The answer is larger than the policy takes.</summary>
    TooLarge,
}

/// <summary>There is no whole answer. The message continues a sentence that begins with the server.</summary>
internal sealed class OutboundException(OutboundFailure failure, string message, Exception? inner)
    : Exception(message, inner)
{
    public OutboundFailure Failure { get; } = failure;

    /// <summary>What the socket said; null when it was not the socket.</summary>
    public SocketError? Socket { get; } = SocketErrorOf(inner);

    /// <summary>Whether the same request may succeed a moment later.</summary>
    public bool IsTransient => Failure switch
    {
        OutboundFailure.Broken => true,
        // A socket file that is missing or forbidden does not change by itself.
        OutboundFailure.Unreachable => Socket is not (SocketError.AccessDenied or SocketError.AddressNotAvailable),
        _ => false,
    };

    private static SocketError? SocketErrorOf(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is SocketException socket) return socket.SocketErrorCode;
        }
        return null;
    }
}
