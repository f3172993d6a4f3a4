using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Gatehouse.Actions;
using Gatehouse.ControlRoom;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Traffic;
using Gatehouse.Credentials;
using Gatehouse.Estate;
using Gatehouse.Gate;
using Gatehouse.Gate.Guarding;
using Gatehouse.Gate.Identity;
using Gatehouse.Gate.Limits;
using Gatehouse.Gate.Upstream;
using Gatehouse.Listening;
using Gatehouse.Storage;
using Gatehouse.Telemetry;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Server;

/// <summary>A served home: every part wired by hand, started in order, stopped in reverse.</summary>
internal sealed class GatehouseServer : IAsyncDisposable
{
    /// <summary>What the smallest call takes of a room.</summary>
    private const int ProbeBytes = 4096;

    private static readonly TimeSpan PurgeEvery = TimeSpan.FromHours(1);

    private static readonly TimeSpan TokensEvery = TimeSpan.FromHours(1);

    /// <summary>As often as the ledger itself looks whether a full disk has room again.</summary>
    private static readonly TimeSpan StartRetry = TimeSpan.FromSeconds(1);

    /// <summary>The word by which a running server is told from a verb that holds the lock for a moment.</summary>
    private const string ServeVerb = "serve";

    /// <summary>How long a start waits for a verb to give the home back; the longest, a purge, takes seconds.</summary>
    private static readonly TimeSpan HomeWait = TimeSpan.FromSeconds(15);

    /// <summary>Calls in flight get this long to end when the gate stops, then they are cut.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(5);

    /// <summary>Calls that were cut get this long to tell their callers; then their connections close.</summary>
    internal static readonly TimeSpan ErrorGrace = TimeSpan.FromSeconds(2);

    /// <summary>Connections to the control page and the owner's socket, together.</summary>
    private const int PeopleMax = 64;

    /// <summary>
    /// Connections of all jobs' users to the socket for tokens, and of each of them: a running <c>exec</c> holds one.
    /// </summary>
    private const int JobUsersMax = 256, JobUserMax = 32;

    private static readonly Refusal Stopping = new(RefusalKind.Overloaded, "The gate is stopping.");

    private readonly CancellationTokenSource _stop = new();
    private readonly ServerRecord _record;
    private readonly PlanReload _reload;
    private readonly ConcurrentQueue<Task> _background = new();
    private readonly List<HttpEndpoint> _endpoints = [];
    private readonly ConnectionBook _callers, _people, _jobUsers;
    private readonly HomeLock _lock;
    private bool _listensForJobUsers;
    private readonly ILoggerFactory _logs;
    private readonly CredentialResolver _vault;
    private readonly UpstreamClient _upstream = new();
    private readonly AdoptionNotice _adoption = new();
    private readonly Scheduler _scheduler;
    private readonly DateTimeOffset _started;

    /// <summary>The estate file as it was at the start; a reload may come before it is on record.</summary>
    private readonly string _startText;

    private bool _isLedgerInDoubt;
    private readonly Action<LedgerFatal> _onFatal;

    private GatehouseServer(ServerSetup setup, HomeLock held, PlanKeeper plans, SqliteLedger ledger)
    {
        (Home, Time, _logs, _lock, Plans, Ledger) = (setup.Home, setup.Time, setup.Logs, held, plans, ledger);
        Log = _logs.CreateLogger("gatehouse");
        (_scheduler, _started, _startText) = (new Scheduler(Time), Time.GetUtcNow(), plans.Text);
        _callers = new ConnectionBook(setup.Callers, Time);
        _people = new ConnectionBook(new ConnectionLimits(PeopleMax) { KnowsByRequest = true }, Time);
        _jobUsers = new ConnectionBook(
            new ConnectionLimits(JobUsersMax) { KnowsByRequest = true, PerPeer = JobUserMax }, Time);
        _onFatal = setup.OnFatal;
        _vault = new CredentialResolver(Time);
        _record = new ServerRecord(ledger);
        _reload = new PlanReload(plans, _record, FollowAsync);
        Tokens = new TokenBook(() => ledger.Clock);
        Leaks = new LeakedTokens(Tokens, OnLeak);
        Parts = CreateParts(setup);
        ledger.OnTimeWentBack = TimeWentBack;
        Pipeline = new GatePipeline(Parts);
        Page = new ControlPage(Parts.Metrics, Parts.Live, () => Parts.InFlight.Count, ledger.Health)
        {
            Time = Time,
            Stopping = _stop.Token,
            FindObstacle = FindObstacleAsync,
            IsLeak = target => Leaks.Find(target) is not null,
            Adoption = _adoption,
            PlanProblems = () => _reload.Problems,
            MoreMetrics = text => _upstream.Counts.Write(text, "models"),
        };
        Acts = new ActionContext
        {
            Home = Home,
            Plan = () => Plans.Plan,
            Ledger = ledger,
            Tokens = Tokens,
            Pauses = Pauses,
            Time = Time,
            InFlight = Parts.InFlight,
            Adoption = _adoption,
            Limits = Parts.Limits,
            Reload = ReloadAsync,
            Status = StatusAsync,
            Bound = BoundAddresses,
        };
        Listeners = new ServerListeners(
            Pipeline, gone => Parts.InFlight.Cut(call => call.Listener == gone, ListenerGone), _callers, Time, _logs);
    }

    public HomeDirectory Home { get; }

    public TimeProvider Time { get; }

    public ILogger Log { get; }

    public PlanKeeper Plans { get; }

    public SqliteLedger Ledger { get; }

    public TokenBook Tokens { get; }

    public PauseBook Pauses { get; } = new();

    public GateParts Parts { get; }

    public GatePipeline Pipeline { get; }

    public ActionContext Acts { get; }

    public ServerListeners Listeners { get; }

    /// <summary>The connections of callers, on every listener of the gate.</summary>
    public ConnectionBook Callers => _callers;

    public ConnectionBook JobUsers => _jobUsers;

    /// <summary>Where the gate listens, with the real port.</summary>
    public EndPoint GateAddress { get; private set; } = new IPEndPoint(IPAddress.None, 0);

    public EndPoint ControlAddress { get; private set; } = new IPEndPoint(IPAddress.None, 0);

    private LeakedTokens Leaks { get; }

    private ControlPage Page { get; }

    /// <summary>Takes the home's lock and serves it.</summary>
    /// <exception cref="EstateException">The estate file cannot be used.</exception>
    /// <exception cref="HomeException">The home cannot be used, or another server holds it.</exception>
    /// <exception cref="IOException">An address cannot be bound.</exception>
    public static async Task<GatehouseServer> StartAsync(ServerSetup setup, CancellationToken stop)
    {
        if (setup.Guard is null) Detectors.TestThemselves();
        var plans = PlanKeeper.Load(setup.Home);
        var held = await TakeHomeAsync(setup, stop);
        GatehouseServer? server = null;
        SqliteLedger? ledger = null;
        try
        {
            var log = setup.Logs.CreateLogger("gatehouse");
            var settings = SettingsOf(plans.Plan) with
            {
                QueueBytesMax = setup.Memory.QueueBytes,
                IsClockSynchronised = setup.IsClockSynchronised,
                OnHead = head => log.LogInformation("{Head}", head),
            };
            ledger = SqliteLedger.Open(setup.Home, settings, setup.Time, setup.OnFatal);
            server = new GatehouseServer(setup, held, plans, ledger);
            await server.LoadAsync(stop);
            await server.ListenAsync(stop);
            return server;
        }
        catch
        {
            if (server is not null)
            {
                await server.DisposeAsync();
                throw;
            }
            if (ledger is not null) await ledger.DisposeAsync();
            held.Dispose();
            throw;
        }
    }

    /// <summary>
    /// A verb that holds the home for a moment, such as a token issued in a boot script, must not cost a server its
    /// start; another server does.
    /// </summary>
    private static async Task<HomeLock> TakeHomeAsync(ServerSetup setup, CancellationToken stop)
    {
        var began = setup.Time.GetTimestamp();
        while (true)
        {
            if (HomeLock.TryTake(setup.Home, ServeVerb, out var holder) is { } held) return held;
            var isServer = holder.StartsWith(ServeVerb + " ", StringComparison.Ordinal);
            if (isServer || setup.Time.GetElapsedTime(began) > HomeWait)
            {
                throw new HomeException($"The home {setup.Home.Path} is held by {holder}. "
                    + "One process writes to a home; stop that one first.");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), setup.Time, stop);
        }
    }

    public static LedgerSettings SettingsOf(EstatePlan plan) => new()
    {
        Origin = $"{plan.Name}/{plan.Node ?? Dns.GetHostName()}",
        BytesMax = plan.Ledger.BytesMax,
        KeepInputs = plan.Ledger.KeepInputs,
        KeepOutputs = plan.Ledger.KeepOutputs,
        KeepLogs = plan.Ledger.KeepLogs,
        CheckpointEvery = TimeSpan.FromSeconds(1),
    };

    /// <summary>Why a call could not be made or recorded just now; null when it could.</summary>
    private async ValueTask<string?> FindObstacleAsync(CancellationToken stop)
    {
        if (Time.GetElapsedTime(Parts.InFlight.LastSwept) > InFlight.SweepOverdue)
            return "calls: nobody ends calls whose time is over; the machine is overloaded, or the gate is broken";
        if (Parts.Upstream.Waiting() is var waiting and > 0)
            return $"models: {waiting} call(s) wait for a connection for longer than connecting takes";
        foreach (var (room, what) in new[] { (Parts.BodyRoom, "requests"), (Parts.AnswerRoom, "answers") })
        {
            if (!room.TryTake(ProbeBytes, "readyz")) return $"memory: there is none left for {what}";
            room.GiveBack(ProbeBytes, "readyz");
        }
        return await Ledger.FindObstacleAsync(stop) is { } reason ? $"ledger: {reason}" : null;
    }

    /// <summary>Reads the estate file again; a valid one is in force for new calls when this returns.</summary>
    public Task<ReloadResult> ReloadAsync(Actor actor) => _reload.RunAsync(actor);

    private async Task FollowAsync(EstatePlan plan)
    {
        _vault.Forget();
        await Listeners.FollowAsync(plan, _stop.Token);
        await ListenForJobUsersAsync(plan, _stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        using (var cut = new CancellationTokenSource(StopGrace))
        using (var hurry = new CancellationTokenSource(StopGrace + ErrorGrace))
        {
            cut.Token.Register(
                () => Parts.InFlight.Cut(static _ => true, static _ => Stopping));
            Parts.InFlight.EndWaits(Stopping);
            await Task.WhenAll(_endpoints.Select(endpoint => endpoint.StopAsync(hurry.Token)));
            await Listeners.StopAsync(hurry.Token);
        }
        await Task.WhenAll(_background).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_endpoints.Count > 0) await _record.StopAsync();
        await Ledger.DisposeAsync();
        Parts.Held.Dispose();
        _upstream.Dispose();
        foreach (var endpoint in _endpoints) await endpoint.DisposeAsync();
        Listeners.Dispose();
        _lock.Dispose();
        _reload.Dispose();
        _stop.Dispose();
    }

    /// <summary>Where the gate takes calls with a token: one address, or each that follows an interface.</summary>
    private string BoundAddresses()
    {
        // Loopback, which such a gate has as well, may be another one than the caller's.
        var each = Listeners.AddressesOf(null);
        if (each.Count > 0) return string.Join(' ', each);
        return GateAddress is IPEndPoint tcp ? tcp.ToString() : Plans.Plan.Gate.ToString();
    }

    private static Refusal ListenerGone(GateCall call)
        => new(RefusalKind.Overloaded, $"The listener that job '{call.Caller.Job.Key}' called is gone. Call again.");

    private GateParts CreateParts(ServerSetup setup)
    {
        var log = new GateLog(_logs.CreateLogger<GateLog>());
        var metrics = new GateMetrics();
        Func<LedgerDraft, CancellationToken, ValueTask<AppendResult>> append =
            setup.Append is { } wrap ? (draft, stop) => wrap(Ledger, draft, stop) : Ledger.AppendAsync;
        var catalog = new OllamaCatalog(_upstream, _vault.ResolveAsync, Time);
        return new GateParts
        {
            Time = Time,
            ConfirmedTime = () => Ledger.Clock.Confirmed,
            Plan = () => Plans.Plan,
            NewId = Ledger.NewId,
            Identifier = new Identifier(Tokens, Leaks),
            Pauses = Pauses,
            Limits = new LimitBook(Time),
            InFlight = new InFlight(Time),
            BodyRoom = new SharedRoom(setup.Memory.BodyBytes, Time),
            DecoderRoom = new SharedRoom(setup.Memory.BodyBytes / 2, Time),
            AnswerRoom = new SharedRoom(setup.Memory.AnswerBytes, Time),
            AnswerWait = setup.Memory.AnswerWait,
            Append = append,
            Guard = setup.Guard ?? new EstateGuard(Time),
            Held = new HeldBook(append, Ledger.LoadHeldAsync, Ledger.NewId, () => Ledger.Now),
            Hold = setup.Hold,
            ReadForwarded = exchange => LedgerReader.ReadForwarded(Home, exchange, Ledger.Keys),
            Upstream = _upstream,
            Identities = new ModelIdentities(catalog, Time),
            RemoteModels = new RemoteModels(catalog),
            LocalAnswers = new LocalAnswers(catalog),
            Credential = _vault.ResolveAsync,
            Metrics = metrics,
            Live = new LiveFeed(),
            Summaries = new MinuteSummaries(),
            Log = log,
            OnFatal = setup.OnFatal,
        };
    }

    /// <summary>What a restart must not have forgotten is in force before anybody can call.</summary>
    private async Task LoadAsync(CancellationToken stop)
    {
        await GateState.LoadAsync(Ledger, Tokens, Pauses, Ledger.Clock.Due, stop);
        await Parts.Held.LoadAsync(stop);
        var names = Parts.Limits.Names(Ledger.Clock.Confirmed, Plans.Plan.TimeZone);
        await GateState.LoadUsageAsync(Ledger, Parts.Limits, names, stop);
    }

    private async Task ListenAsync(CancellationToken stop)
    {
        var plan = Plans.Plan;
        if (await RecordStartAsync() is { IsDurable: false })
            Run("The record of the start", RecordStartLaterAsync());
        // What is due goes before anybody can read it: a restored home may be full of it.
        await Ledger.PurgeDueAsync(stop);
        var acts = new ActionSocket(Acts);
        // The page too: the address of a gate in a container is not the host's.
        await AddAsync(new UnixDomainSocketEndPoint(Home.ControlSocket), http
            => Microsoft.AspNetCore.Http.HttpMethods.IsGet(http.Request.Method)
                && !http.Request.Path.StartsWithSegments("/acts", StringComparison.Ordinal)
                ? Page.HandleAsync(http) : acts.HandleAsync(http), _people, stop);
        await ListenForJobUsersAsync(plan, stop);
        ControlAddress = await AddAsync(AddressOf(plan.Control), Page.HandleAsync, _people, stop);
        GateAddress =
            await AddAsync(
                AddressOf(plan.Gate), http => HttpCalls.RunAsync(Pipeline, http, ListenerIdentity.Shared), _callers,
                stop);
        await Listeners.FollowAsync(plan, stop);
        Run("The watch over calls in flight", Parts.InFlight.SweepAsync(_stop.Token));
        Run("The watch over callers' connections", _callers.SweepAsync(_stop.Token));
        Run("The watch over control connections", _people.SweepAsync(_stop.Token));
        Run("The watch over job users' connections", _jobUsers.SweepAsync(_stop.Token));
        Run("Following the interfaces", Listeners.FollowInterfacesAsync(() => Plans.Plan, _stop.Token));
        Schedule("purge what is due", PurgeEvery, FirstRun.Now, PurgeAsync);
        Schedule("warn of service tokens that end", TokensEvery, FirstRun.Now, _ => Task.FromResult(WarnOfTokens()));
        Schedule("record unidentified and refused callers", MinuteSummaries.Every, FirstRun.LaterAndAtTheEnd,
            _ => Parts.Summaries.WriteAsync(Ledger));
        var memory = new MemoryTrim(() => Parts.BodyRoom.Used + Parts.AnswerRoom.Used);
        Schedule("end what nobody decided", HeldBook.SweepEvery, FirstRun.Later, _ => Parts.Held.SweepAsync());
        Schedule("give memory back", MemoryTrim.Every, FirstRun.Later, _ => Task.FromResult(memory.GiveBack()));
    }

    private ValueTask<AppendResult> RecordStartAsync() => _record.PlanAsync("start", Actor.Gate, _startText, []);

    /// <summary>
    /// A disk that was full at the start: until there is room no call is forwarded either, and then the estate that
    /// the calls are made under is on record before long.
    /// </summary>
    private async Task RecordStartLaterAsync()
    {
        do
        {
            await Task.Delay(StartRetry, Time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        while (!_stop.IsCancellationRequested && await RecordStartAsync() is { IsDurable: false });
    }

    private void Schedule(string name, TimeSpan every, FirstRun first, Func<CancellationToken, Task<string?>> run)
        => Run($"The schedule \"{name}\"", _scheduler.RunAsync(name, every, first, run, _stop.Token));

    private async ValueTask<ServerStatus> StatusAsync(CancellationToken stop) => new()
    {
        Version = ProductVersion.Text,
        Started = _started,
        Now = Time.GetUtcNow(),
        Obstacle = await FindObstacleAsync(stop),
        Ledger = Ledger.Health(),
        Listeners =
        [
            new ListenerState(ListenerState.WithToken, GateAddress.ToString()!, null),
            new ListenerState(ListenerState.People, ControlAddress.ToString()!, null), .. Listeners.States(),
        ],
        Schedules = _scheduler.States,
        Pauses = [.. Pauses.All.OrderBy(static pause => pause.Job, StringComparer.Ordinal)],
        PlanProblems = _reload.Problems,
        AdoptionChanges = _adoption.Changes,
        Jobs = Plans.Plan.Jobs.Count,
        InFlight = Parts.InFlight.Count,
        Calls = (Parts.Metrics.Recorded, Parts.Metrics.Refused, Parts.Metrics.TurnedAway),
    };

    /// <summary>
    /// What runs beside the calls ends with the gate. Should it end before, the gate would go on without time limits
    /// or without purging, and say that it is ready: it stops instead.
    /// </summary>
    private void Run(string name, Task task)
    {
        _background.Enqueue(task);
        _ = task.ContinueWith(
            ended => _onFatal(new LedgerFatal(
                $"{name} failed: {ended.Exception!.GetBaseException().Message} The gate stops. Start it again.", 0, 0)),
            CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    /// <summary>
    /// Jobs' own users reach this socket, and only for their own tokens; the home lets them pass to it.
    /// </summary>
    private async Task ListenForJobUsersAsync(EstatePlan plan, CancellationToken stop)
    {
        if (_listensForJobUsers || plan.Jobs.Values.All(job => job.RunAs is null)) return;
        var acts = new ActionSocket(Acts);
        await AddAsync(new UnixDomainSocketEndPoint(Home.TokensSocket), acts.HandleAsync, _jobUsers, stop);
        _listensForJobUsers = true;
        const UnixFileMode everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
            | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        File.SetUnixFileMode(Home.TokensSocket, everybody);
        File.SetUnixFileMode(
            Home.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    private async Task<EndPoint> AddAsync(
        EndPoint address, Func<Microsoft.AspNetCore.Http.HttpContext, Task> handle, ConnectionBook connections,
        CancellationToken stop)
    {
        var endpoint = await HttpEndpoint.StartAsync(address, handle, _logs, stop, connections);
        _endpoints.Add(endpoint);
        return endpoint.Address;
    }

    private async Task<string?> PurgeAsync(CancellationToken stop)
    {
        if (_isLedgerInDoubt) return "stopped: the ledger is in doubt";
        try
        {
            var result = await Ledger.PurgeDueAsync(stop);
            if (result.IsClockInDoubt)
            {
                Log.LogWarning(
                    "The clock says {Now:yyyy-MM-dd HH:mm} UTC after a jump of more than a day, and nobody has "
                    + "confirmed it: only what is due by {Confirmed:yyyy-MM-dd HH:mm} UTC is purged. Check the "
                    + "clock, then run: gatehouse ledger confirm-clock", Ledger.Now, Ledger.Clock.Confirmed);
            }
            if (result.Refusal != LedgerRefusal.None) return $"stopped early: the ledger is {result.Refusal}";
            return result is { Payloads: 0, Leaves: 0, DayKeys: 0 }
                ? null : $"{result.Payloads} payloads, {result.Leaves} entries, {result.DayKeys} day keys";
        }
        catch (HomeException error)
        {
            // An entry that is not what was written: the ledger is in doubt, and nothing more is answered on it.
            _isLedgerInDoubt = true;
            _onFatal(new LedgerFatal(error.Message, 0, 0));
            return error.Message;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private string? WarnOfTokens()
    {
        Tokens.Forget(Ledger.Clock.Due - GateState.EndedTokensKept);
        var warned = 0;
        foreach (var grant in Tokens.All)
        {
            var soon = Ledger.Clock.For(grant.Issued) + TimeSpan.FromDays(7);
            if (!grant.Service || grant.Revoked is not null || Tokens.IsOver(grant) || grant.Expires > soon) continue;
            warned++;
            Log.LogWarning(
                "The service token {Token} of job {Job} ends at {Expires:yyyy-MM-dd HH:mm} UTC. Replace it with: "
                + "gatehouse token issue --job {SameJob} --service --from CIDR", grant.Id, grant.Job, grant.Expires,
                grant.Job);
        }
        return warned == 0 ? null : $"{warned} token(s)";
    }

    private void TimeWentBack(DateTimeOffset now, TimeSpan by)
    {
        Tokens.GoBack(now, by);
        Parts.Held.GoBack(now, by);
        Log.LogWarning(
            "The clock went back to {Now:yyyy-MM-dd HH:mm} UTC. It had been {Days:0.0} days ahead; what was recorded "
            + "meanwhile is known as such and kept for its time from then on. Check the clock, then run: "
            + "gatehouse ledger confirm-clock", now, by.TotalDays);
    }

    /// <summary>
    /// In force already when this is called; the record follows, and a ledger that cannot write changes nothing.
    /// </summary>
    private void OnLeak(TokenGrant grant)
    {
        Parts.Log.TokenLeaked(grant.Job, grant.Id);
        _background.Enqueue(_record.LeakAsync(grant.Id, grant.Job).AsTask());
    }

    public static EndPoint AddressOf(ListenAddress address) => address switch
    {
        ListenAddress.Tcp tcp => tcp.EndPoint,
        // The address that is always there; the others are opened as their interfaces come.
        ListenAddress.Interfaces every => new IPEndPoint(IPAddress.Loopback, every.Port),
        ListenAddress.Unix unix => new UnixDomainSocketEndPoint(unix.Path),
        _ => throw new InvalidOperationException("A kind of listen address that nothing listens on."),
    };
}
