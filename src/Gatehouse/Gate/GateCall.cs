using System.Buffers;
using System.Net;
using System.Runtime.InteropServices;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Ledger;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate.Guarding;
using Gatehouse.Gate.Identity;
using Gatehouse.Storage;

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
    private Refusal? _cutWhy;
    private bool _waitsForPerson;

    public GateCall(CallRequest request, IAnswerWriter answer, EstatePlan plan, string id, TimeProvider time)
    {
        (Request, Answer, Plan, Id, _time, Started) = (request, answer, plan, id, time, time.GetTimestamp());
        _clientGone = request.Gone.UnsafeRegister(static state => ((GateCall)state!).End(), this);
    }

    public CallRequest Request { get; }

    public IAnswerWriter Answer { get; }

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

    public CallBody Body { get; } = new();

    public RequestInspection? Inspection { get; set; }

    /// <summary>The model's side of the call; null until the model is known.</summary>
    public UpstreamAttempt? Attempt { get; set; }

    public ModelPlan? Model => Attempt?.Model;

    /// <summary>Who looks at the answer; null when nobody does.</summary>
    public IAnswerGuard? Guard { get; set; }

    /// <summary>What guards found in prompt and answer.</summary>
    public List<GuardFinding> Findings { get; } = [];

    /// <summary>Whether what the caller gets may differ from what the model sent.</summary>
    public bool RewritesAnswer => Guard is not null || Attempt?.UsageInjected == true;

    /// <summary>What says that a person has to decide about this call; null when nobody has to.</summary>
    public HoldOrder? Hold { get; set; }

    /// <summary>Whether it waits for a person, and nothing is lost when it is ended.</summary>
    public bool WaitsForPerson
    {
        get => Volatile.Read(ref _waitsForPerson);
        set => Interlocked.Exchange(ref _waitsForPerson, value);
    }

    /// <summary>What this call holds of the memory for answers; null before the caller is identified.</summary>
    public RoomHold? AnswerRoom { get; set; }

    /// <summary>Whether the request record is durable: from then on the exchange needs an outcome.</summary>
    public bool RequestRecorded { get; set; }

    /// <summary>Whether an outcome was written, or tried to be.</summary>
    public bool OutcomeRecorded { get; set; }

    /// <summary>
    /// The caller's own credential and the header that it came in, where the job passes it on. It is in memory for this
    /// call only.
    /// </summary>
    public (string Header, string Value)? OwnCredential { get; set; }

    /// <summary>What no answer may hold, whosever it is.</summary>
    public string? SecretUsed => Attempt?.CredentialUsed ?? OwnCredential?.Value;

    public CancellationToken Ended => _ended.Token;

    /// <summary>Why the gate stopped this call; null when it did not.</summary>
    public Refusal? CutWhy => Volatile.Read(ref _cutWhy);

    public bool ClientIsGone => Request.Gone.IsCancellationRequested;

    public IPAddress? RemoteAddress => Request.RemoteAddress;

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
        Body.Free();
        AnswerRoom?.Dispose();
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

/// <summary>
/// The body of a call, and the one owner of the memory that it takes: given back as soon as it is on record and
/// forwarded, or refused.
/// </summary>
internal sealed class CallBody
{
    private readonly Lock _gate = new();
    private bool _isSending, _isUnwanted, _isFree;
    private int _length;

    /// <summary>The body as it is inspected: decoded. Empty again once it is given back.</summary>
    public PooledBytes Received { get; set; } = new();

    /// <summary>What the body holds of the memory for requests; null before the caller is identified.</summary>
    public RoomHold? Room { get; set; }

    /// <summary>Whether its memory was given back.</summary>
    public bool IsFree => Volatile.Read(ref _isFree);

    /// <summary>Its length in bytes, also after it was given back.</summary>
    public int Length => _isFree ? _length : Received.Length;

    /// <summary>A body that was given back and is needed after all. Its room is taken already.</summary>
    public void TakeBack(PooledBytes body)
    {
        lock (_gate) (Received, _isUnwanted, _isFree) = (body, false, false);
    }

    /// <summary>Keeps the body for who sends it. False when it was given back already.</summary>
    public bool TryBeginSending()
    {
        lock (_gate) return !_isFree && (_isSending = true);
    }

    public void EndSending()
    {
        bool free;
        lock (_gate) (_isSending, free) = (false, _isUnwanted);
        if (free) Free();
    }

    /// <summary>
    /// Gives the body and its memory back: what is on record and forwarded is needed no more. While it is still being
    /// sent, by a connection that was given up just now, this happens at the end of that.
    /// </summary>
    public void Free()
    {
        lock (_gate)
        {
            _isUnwanted = true;
            if (_isSending || _isFree) return;
            (_isFree, _length) = (true, Received.Length);
        }
        Received.Dispose();
        Room?.Dispose();
    }
}

/// <summary>
/// One try to have a model answer a call: which model, what goes to it, and what the gate changed of that.
/// </summary>
internal sealed class UpstreamAttempt(ModelPlan model, CallBody body)
{
    private readonly List<Splice> _splices = [];
    private ReadOnlySequence<byte>? _edited;

    public ModelPlan Model => model;

    public CallBody Body => body;

    /// <summary>Names of the changes to the body, for the record.</summary>
    public List<string> Splices { get; } = [];

    /// <summary>Bytes of the body after its changes, before and after they are made; null when there is none.</summary>
    public long? EditedLength => _splices.Count == 0
        ? null : Splicer.LengthAfter(body.Received.Span, CollectionsMarshal.AsSpan(_splices));

    /// <summary>The body with its changes, in pieces; empty once the body was given back.</summary>
    public ReadOnlySequence<byte> Forwarded
        => !body.IsFree && _edited is { } edited ? edited : new ReadOnlySequence<byte>(body.Received.Memory);

    /// <summary>Whether the gate itself asked the upstream for usage, so that it has to be taken out again.</summary>
    public bool UsageInjected { get; set; }

    /// <summary>The credential that went to the model; null when none did.</summary>
    public string? CredentialUsed { get; set; }

    /// <summary>Notes a change of what goes to the model: the one way in which it differs from what came.</summary>
    public void Edit(Splice splice, string name)
    {
        _splices.Add(splice);
        Splices.Add(name);
    }

    /// <summary>The same for something that is added; null where the change is another's already.</summary>
    public void Insert(Splice? splice, string name)
    {
        if (splice is { } change) _splices.Add(change);
        Splices.Add(name);
    }

    /// <summary>Gives the body back while the call waits; its changes are on record with it.</summary>
    public void LetBodyGo()
    {
        body.Free();
        _splices.Clear();
        _edited = null;
    }

    /// <summary>The body as it was recorded, with its changes.</summary>
    public void TakeBodyBack(PooledBytes forwarded) => body.TakeBack(forwarded);

    /// <summary>Makes the changes that were noted; once, when all are known.</summary>
    public void ApplyEdits()
    {
        if (_splices.Count > 0) _edited = Splicer.Apply(body.Received.Memory, CollectionsMarshal.AsSpan(_splices));
    }
}
