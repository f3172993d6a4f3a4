using System.Net;
using System.Net.Sockets;
using Gatehouse.Actions;
using Gatehouse.Core.Estate;
using Gatehouse.Gate;
using Gatehouse.Gate.Identity;
using Gatehouse.Linux;
using Gatehouse.Listening;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Server;

/// <summary>
/// The listeners that belong to one job each, and the shared ones on each interface. They follow the plan and the
/// interfaces without a restart: containers are put into networks and taken out of them while the gate runs.
/// </summary>
internal sealed class ServerListeners(
    GatePipeline pipeline, Action<ListenerIdentity> cutCalls, ConnectionBook connections, TimeProvider time,
    ILoggerFactory logs) : IDisposable
{
    /// <summary>While an address is missing: an app that is put behind the gate waits for this.</summary>
    private static readonly TimeSpan LookSoon = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>What cannot be bound for another reason than its interface, such as a port in use.</summary>
    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan CloseGrace = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<ListenerTarget, OpenListener> _open = [];
    private readonly Dictionary<ListenerTarget, (long At, string Why)> _failed = [];
    private volatile IReadOnlyList<ListenerState> _missing = [];
    private volatile bool _isMissing;
    private readonly ILogger _log = logs.CreateLogger("gatehouse");

    /// <summary>Where a job's own listener is bound; null while it is not.</summary>
    public EndPoint? AddressOf(string job) => AddressesOf(job) is [var first, ..] ? first : null;

    /// <summary>Where a job's own listeners are bound; for null, the shared ones that follow interfaces.</summary>
    public IReadOnlyList<EndPoint> AddressesOf(string? job)
    {
        lock (_open)
        {
            return [.. _open.Where(one => one.Key.Job == job).Select(one => one.Value.Endpoint.Address)];
        }
    }

    /// <summary>Every listener that is open, and every one that is wanted and is not.</summary>
    public IReadOnlyList<ListenerState> States()
    {
        lock (_open)
        {
            return
            [
                .. _open.Select(static one => StateOf(one.Key, one.Value.Endpoint.Address.ToString()!, null)),
                .. _missing,
            ];
        }
    }

    /// <summary>Opens and closes what a new plan asks for.</summary>
    public Task FollowAsync(EstatePlan plan, CancellationToken stop) => ScanAsync(plan, isNew: true, stop);

    /// <summary>Follows the interfaces until the gate stops.</summary>
    public async Task FollowInterfacesAsync(Func<EstatePlan> plan, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(_isMissing ? LookSoon : LookEvery, time, stop)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!stop.IsCancellationRequested) await ScanAsync(plan(), isNew: false, stop);
        }
    }

    public async Task StopAsync(CancellationToken hurry)
    {
        await Task.WhenAll(_open.Values.Select(async open =>
        {
            await open.Endpoint.StopAsync(hurry);
            await open.Endpoint.DisposeAsync();
        }));
        _open.Clear();
    }

    public void Dispose() => _gate.Dispose();

    private static ListenerState StateOf(ListenerTarget listener, string address, string? problem)
        => new(listener.Job is { } job ? $"job {job}" : ListenerState.WithToken, address, problem);

    private async Task ScanAsync(EstatePlan plan, bool isNew, CancellationToken stop)
    {
        await _gate.WaitAsync(stop);
        try
        {
            if (isNew) _failed.Clear();
            var own = LocalAddresses.Read();
            // Loopback is always there: nothing at all means that the kernel could not say just then.
            if (own.Count == 0) return;
            var wanted = ListenerTarget.In(plan, own);
            await CloseAsync(wanted, own);
            foreach (var gone in _failed.Keys.Where(listener => !wanted.Contains(listener)).ToArray())
                _failed.Remove(gone);
            foreach (var listener in wanted)
            {
                if (!_open.ContainsKey(listener)) await TryOpenAsync(listener, plan, own, stop);
            }
            _isMissing = _failed.Count > 0;
            _missing = [.. _failed.Select(static one => StateOf(one.Key, one.Key.Address.ToString()!, one.Value.Why))];
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task CloseAsync(HashSet<ListenerTarget> wanted, IReadOnlyList<LocalAddress> own)
    {
        var closing = new List<Task>();
        foreach (var (listener, open) in _open.ToArray())
        {
            var isDead = open.IsDead(listener, own);
            if (wanted.Contains(listener) && !isDead) continue;
            lock (_open) _open.Remove(listener);
            if (isDead) _log.LogInformation("The interface of {Address} went away.", listener.Address);
            closing.Add(CloseAsync(open, isDead ? TimeSpan.Zero : CloseGrace));
        }
        await Task.WhenAll(closing);
    }

    /// <summary>
    /// Calls on a listener that goes get a moment to end; one that never ends must not hold up the others.
    /// </summary>
    private async Task CloseAsync(OpenListener open, TimeSpan grace)
    {
        using var cut = new CancellationTokenSource(grace, time);
        using var hurry = new CancellationTokenSource(grace + GatehouseServer.ErrorGrace, time);
        await using var cutting = cut.Token.Register(() => cutCalls(open.Identity));
        await open.Endpoint.StopAsync(hurry.Token);
        await open.Endpoint.DisposeAsync();
    }

    private async Task TryOpenAsync(
        ListenerTarget listener, EstatePlan plan, IReadOnlyList<LocalAddress> own, CancellationToken stop)
    {
        var there = listener.In(own);
        if (listener.NeedsInterface && there is null)
        {
            Fail(listener, "no interface has this address");
            return;
        }
        if (!listener.NeedsInterface && _failed.TryGetValue(listener, out var at)
            && time.GetElapsedTime(at.At) < RetryEvery)
        {
            return;
        }
        try
        {
            await OpenAsync(listener, plan, stop);
            _failed.Remove(listener);
            Tell(listener, there);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            Fail(listener, error.Message);
        }
    }

    private async Task OpenAsync(ListenerTarget listener, EstatePlan plan, CancellationToken stop)
    {
        var identity = new ListenerIdentity(listener.Job);
        // A user who swaps the file before its owner is changed could become the owner of any file of this machine.
        if (listener.Address is ListenAddress.Unix own && SocketFile.UnsafeFolder(own.Path) is { } unsafeFolder)
            throw new IOException($"{unsafeFolder} can be written by others than this user");
        var endpoint = await HttpEndpoint.StartAsync(
            GatehouseServer.AddressOf(listener.Address), http => HttpCalls.RunAsync(pipeline, http, identity),
            logs, stop, connections);
        lock (_open) _open[listener] = new OpenListener(endpoint, identity);
        if (listener is { Job: { } job, Address: ListenAddress.Unix unix }) GiveTo(plan.Jobs[job], unix.Path);
    }

    /// <summary>Said once, and again only after it worked in between.</summary>
    private void Fail(ListenerTarget listener, string why)
    {
        var isNew = !_failed.ContainsKey(listener);
        _failed[listener] = (time.GetTimestamp(), why);
        if (!isNew) return;
        if (listener.Job is { } job)
        {
            _log.LogWarning("Job {Job} has no listener yet: {Address} cannot be bound ({Why}). It is tried again.",
                job, listener.Address, why);
        }
        else
        {
            _log.LogWarning("{Address} cannot be bound ({Why}). It is tried again.", listener.Address, why);
        }
    }

    /// <summary>The addresses that containers and other machines need, as soon as they are there.</summary>
    private void Tell(ListenerTarget listener, LocalAddress? there)
    {
        if (listener.Address is not ListenAddress.Tcp) return;
        var where = there is null ? "" : $" (interface {there.Interface})";
        if (listener.Job is { } job)
            _log.LogInformation("Calls to http://{Address}{Where} are job {Job}'s.", listener.Address, where, job);
        else
            _log.LogInformation("Jobs with a token call http://{Address}{Where}", listener.Address, where);
    }

    /// <summary>
    /// A caller that may connect to the socket is the job: its own user where one is named, else this user's group.
    /// </summary>
    private static void GiveTo(JobPlan job, string path)
    {
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var uid = job.RunAs is not { } user
            ? null : user.Uid is { } number ? (int)number : UserNames.UidOf(user.UserName!);
        if (uid is { } own && UserNames.OwnUid == 0)
        {
            SocketFile.ChangeOwner(path, own);
            File.SetUnixFileMode(path, owner);
            return;
        }
        File.SetUnixFileMode(path, owner | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
    }
}

/// <summary>An address at which the plan wants a listener, and whose it is.</summary>
/// <param name="Job">The job that it identifies; null for the shared one, where a call needs a token.</param>
/// <param name="Address">A concrete address or socket.</param>
internal sealed record ListenerTarget(string? Job, ListenAddress Address)
{
    /// <summary>More than any installation has; bounds the sockets if something adds addresses without end.</summary>
    private const int SharedMax = 256;

    /// <summary>Everything that the plan wants, given the addresses that there are.</summary>
    public static HashSet<ListenerTarget> In(EstatePlan plan, IReadOnlyList<LocalAddress> own)
    {
        var wanted = plan.Jobs.Values
            .SelectMany(job => job.Listen.Select(address => new ListenerTarget(job.Key, address))).ToHashSet();
        if (plan.Gate is not ListenAddress.Interfaces { Port: var port }) return wanted;
        // The IPv4 loopback is always there and opened first, so that a taken port stops the start.
        var shared = LocalAddresses.Reachable(own).Select(there => there.Address)
            .Concat(own.Select(there => there.Address).Where(IPAddress.IPv6Loopback.Equals))
            .Select(address => new ListenerTarget(null, new ListenAddress.Tcp(new IPEndPoint(address, port))));
        wanted.UnionWith(shared.Take(SharedMax));
        return wanted;
    }

    /// <summary>The interface that has the address; null while none has it, or when it belongs to none.</summary>
    public LocalAddress? In(IReadOnlyList<LocalAddress> own) => Address is ListenAddress.Tcp tcp
        ? own.FirstOrDefault(there => there.Address.Equals(tcp.EndPoint.Address)) : null;

    /// <summary>Whether it can only be opened while an interface has its address.</summary>
    public bool NeedsInterface
        => Address is ListenAddress.Tcp tcp && BoundSocket.NeedsInterface(tcp.EndPoint.Address);
}

/// <summary>A listener that is open, and what its calls carry.</summary>
internal sealed record OpenListener(HttpEndpoint Endpoint, ListenerIdentity Identity)
{
    /// <summary>
    /// Whether the interface that the socket is bound to has gone, or was made again: the socket then hears nothing
    /// more, whatever has the address now.
    /// </summary>
    public bool IsDead(ListenerTarget listener, IReadOnlyList<LocalAddress> own)
        => Endpoint.Interface != 0 && listener.In(own)?.Index != Endpoint.Interface;
}
