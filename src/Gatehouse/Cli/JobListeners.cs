using System.Net;
using System.Net.Sockets;
using Gatehouse.Core.Estate;
using Gatehouse.Gate;
using Gatehouse.Gate.Identity;
using Gatehouse.Listening;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Cli;

/// <summary>
/// The listeners that belong to one job each. They follow the plan without a restart, and an address whose interface
/// comes later is tried again.
/// </summary>
internal sealed class JobListeners(GatePipeline pipeline, Action<string> cutCalls, ILoggerFactory logs) : IDisposable
{
    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan CloseGrace = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, (ListenAddress Address, HttpEndpoint Endpoint)> _open = [];
    private readonly HashSet<string> _failing = [];
    private readonly ILogger _log = logs.CreateLogger("gatehouse");

    /// <summary>Where a job's own listener is bound; null while it is not.</summary>
    public EndPoint? AddressOf(string job) => _open.TryGetValue(job, out var open) ? open.Endpoint.Address : null;

    public async Task FollowAsync(EstatePlan plan, CancellationToken stop)
    {
        await _gate.WaitAsync(stop);
        try
        {
            foreach (var (job, (address, endpoint)) in _open.ToArray())
            {
                if (plan.Jobs.TryGetValue(job, out var now) && now.Listen == address) continue;
                _open.Remove(job);
                await CloseAsync(job, endpoint);
            }
            foreach (var job in plan.Jobs.Values)
            {
                if (job.Listen is { } address && !_open.ContainsKey(job.Key)) await OpenAsync(job, address, stop);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public async Task RetryAsync(Func<EstatePlan> plan, TimeProvider time, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(RetryEvery, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!stop.IsCancellationRequested && _failing.Count > 0) await FollowAsync(plan(), stop);
        }
    }

    public async Task StopAsync(CancellationToken hurry)
    {
        foreach (var (_, endpoint) in _open.Values)
        {
            await endpoint.StopAsync(hurry);
            await endpoint.DisposeAsync();
        }
        _open.Clear();
    }

    public void Dispose() => _gate.Dispose();

    /// <summary>
    /// Calls on a listener that goes get a moment to end; one that never ends must not hold up the others.
    /// </summary>
    private async Task CloseAsync(string job, HttpEndpoint endpoint)
    {
        using var hurry = new CancellationTokenSource(CloseGrace);
        await using var cut = hurry.Token.Register(() => cutCalls(job));
        await endpoint.StopAsync(hurry.Token);
        await endpoint.DisposeAsync();
    }

    private async Task OpenAsync(JobPlan job, ListenAddress address, CancellationToken stop)
    {
        var identity = new ListenerIdentity(job.Key);
        try
        {
            // Whoever can swap the file between its making and its giving away could be given any file of this machine.
            if (address is ListenAddress.Unix own && SocketFile.UnsafeFolder(own.Path) is { } unsafeFolder)
                throw new IOException($"{unsafeFolder} can be written by others than this user");
            var endpoint = await HttpEndpoint.StartAsync(
                RunningHouse.AddressOf(address), http => pipeline.RunAsync(http, identity), logs, stop);
            _open[job.Key] = (address, endpoint);
            _failing.Remove(job.Key);
            if (address is ListenAddress.Unix unix) GiveTo(job, unix.Path);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            if (_failing.Add(job.Key))
            {
                _log.LogWarning("Job {Job} has no listener yet: {Address} cannot be bound ({Why}). It is tried again.",
                    job.Key, address, error.Message);
            }
        }
    }

    /// <summary>
    /// Whoever may connect to the socket is the job: its own user where one is named, else this user's group.
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
