using System.Buffers;
using System.Net;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate.Identity;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Gate;

/// <summary>
/// One call on its way through the gate: filled step by step, read by every later step. Owned by the task that runs
/// the call; only <see cref="Cut"/> is called from elsewhere.
/// </summary>
internal sealed class GateCall : IDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationTokenRegistration _clientGone;
    private readonly TimeProvider _time;
    private long _deadline = long.MaxValue;
    private readonly Lock _body = new();
    private bool _isSending, _isBodyUnwanted, _isBodyFree;
    private int _receivedBytes;
    private Refusal? _cutWhy;

    public GateCall(HttpContext http, EstatePlan plan, string id, TimeProvider time)
    {
        (Http, Plan, Id, _time, Started) = (http, plan, id, time, time.GetTimestamp());
        _clientGone = http.RequestAborted.UnsafeRegister(static state => ((GateCall)state!).End(), this);
    }

    public HttpContext Http { get; }

    /// <summary>The estate as it was when the call came; a reload changes nothing for it.</summary>
    public EstatePlan Plan { get; }

    public string Id { get; }

    /// <summary>Where it arrived: a listener that goes takes its own calls with it and no others.</summary>
    public ListenerIdentity Listener { get; set; } = ListenerIdentity.Shared;

    /// <summary>Timestamp of the monotonic clock.</summary>
    public long Started { get; }

    /// <summary>The path with a token prefix taken off; nothing that reads it can see the token.</summary>
    public string Path { get; set; } = "/";

    /// <summary>The part of the query that goes upstream, with its question mark; empty when none does.</summary>
    public string Query { get; set; } = "";

    public Dialect Dialect { get; set; }

    public Caller Caller { get; set; } = Caller.Unidentified;

    public bool IsIdentified => !ReferenceEquals(Caller, Caller.Unidentified);

    /// <summary>The origin of a page that may read the answer; null where no page is, or it may not.</summary>
    public string? AllowedOrigin { get; set; }

    public Route? Route { get; set; }

    public ModelPlan? Model { get; set; }

    /// <summary>The body as it is inspected: decoded. Empty again once it is given back.</summary>
    public PooledBytes Received { get; set; } = new();

    public int ReceivedBytes => _isBodyFree ? _receivedBytes : Received.Length;

    /// <summary>The body with its splices, in pieces; null when nothing was spliced.</summary>
    public ReadOnlySequence<byte>? Spliced { get; set; }

    public ReadOnlySequence<byte> Forwarded => Spliced ?? new ReadOnlySequence<byte>(Received.Memory);

    public RequestInspection? Inspection { get; set; }

    /// <summary>Names of the splices, for the record.</summary>
    public List<string> Splices { get; } = [];

    /// <summary>Whether the gate itself asked the upstream for usage, so that it has to be taken out again.</summary>
    public bool UsageInjected { get; set; }

    /// <summary>What this call holds of the memory for requests; null before the caller is identified.</summary>
    public RoomHold? BodyRoom { get; set; }

    /// <summary>What this call holds of the memory for answers; null before the caller is identified.</summary>
    public RoomHold? AnswerRoom { get; set; }

    /// <summary>Whether the request record is durable: from then on the exchange needs an outcome.</summary>
    public bool RequestRecorded { get; set; }

    /// <summary>Whether an outcome was written, or tried to be.</summary>
    public bool OutcomeRecorded { get; set; }

    /// <summary>The credential that went to the model; null when none did.</summary>
    public string? CredentialUsed { get; set; }

    /// <summary>
    /// The caller's own credential and the header that it came in, where the job passes it on. It is in memory for this
    /// call only.
    /// </summary>
    public (string Header, string Value)? OwnCredential { get; set; }

    /// <summary>What no answer may hold, whosever it is.</summary>
    public string? SecretUsed => CredentialUsed ?? OwnCredential?.Value;

    public CancellationToken Ended => _ended.Token;

    /// <summary>Why the gate stopped this call; null when it did not.</summary>
    public Refusal? CutWhy => Volatile.Read(ref _cutWhy);

    public bool ClientIsGone => Http.RequestAborted.IsCancellationRequested;

    public IPAddress? RemoteAddress => Http.Connection.RemoteIpAddress;

    /// <summary>Reserves the bytes that the answer takes on record; a refusal where the job has none left.</summary>
    public Func<long, Refusal?>? GrowAnswer { get; set; }

    /// <summary>Takes room on record for an answer that has grown to this size, or cuts the call.</summary>
    public void HoldOnRecord(long answerBytes)
    {
        if (GrowAnswer?.Invoke(answerBytes) is not { } refusal) return;
        Cut(refusal);
        Ended.ThrowIfCancellationRequested();
    }

    /// <summary>Stops the call at once. The first reason given is the one that counts.</summary>
    public void Cut(Refusal why)
    {
        Interlocked.CompareExchange(ref _cutWhy, why, null);
        End();
    }

    /// <summary>Ends the call when nothing has moved this limit by then; one sweep watches all calls.</summary>
    public void EndAfter(TimeSpan limit)
        => Volatile.Write(ref _deadline, _time.GetTimestamp() + (long)(limit.TotalSeconds * _time.TimestampFrequency));

    public void EndIfOverdue(long now)
    {
        if (now > Volatile.Read(ref _deadline)) End();
    }

    public void Dispose()
    {
        _clientGone.Dispose();
        _ended.Dispose();
        FreeBody();
        AnswerRoom?.Dispose();
    }

    /// <summary>Keeps the body for who sends it. False when it was given back already.</summary>
    public bool TryBeginSending()
    {
        lock (_body) return !_isBodyFree && (_isSending = true);
    }

    public void EndSending()
    {
        bool free;
        lock (_body) (_isSending, free) = (false, _isBodyUnwanted);
        if (free) FreeBody();
    }

    /// <summary>
    /// Gives the body and its memory back: what is on record and forwarded is needed no more. While it is still being
    /// sent, by a connection that was given up just now, this happens at the end of that.
    /// </summary>
    public void FreeBody()
    {
        lock (_body)
        {
            _isBodyUnwanted = true;
            if (_isSending || _isBodyFree) return;
            (_isBodyFree, _receivedBytes) = (true, Received.Length);
        }
        Spliced = null;
        Received.Dispose();
        BodyRoom?.Dispose();
    }

    private void End()
    {
        try
        {
            _ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended in the same moment: there is nothing left to stop.
        }
    }
}
