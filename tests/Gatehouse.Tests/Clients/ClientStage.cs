using Gatehouse.Core.Ledger;
using Gatehouse.Demo;
using Gatehouse.Gate.Guarding;
using Gatehouse.Storage;
using Gatehouse.Tests.Gate;

namespace Gatehouse.Tests.Clients;

/// <summary>
/// A gate with a scripted model behind it, and jobs that the gate itself refuses in every way a client should know.
/// Each test class has its own. Where <see cref="Target"/> leads is decided here and nowhere else.
/// </summary>
public class ClientStage : IAsyncLifetime
{
    private readonly Dictionary<string, Task<IReadOnlyList<ClientOutcome>>> _runs = [];
    private readonly Dictionary<string, string> _tokens = [];
    private HttpResponseMessage? _occupant;
    private GateStage? _gate;
    private int _busyOnce = 1;

    internal GateStage Gate => _gate!;

    /// <summary>Who looks at texts on their way; nobody.</summary>
    private protected virtual IGuard? Guard => null;

    internal ScriptedModel Model => _gate!.Model;

    internal ClientTarget Target { get; private set; } = new("", "");

    /// <summary>What a step needs so that the gate refuses it with a status.</summary>
    internal ClientStep Refused(ClientStep step, int status) => status switch
    {
        401 => step with { Token = "sk-not-a-token-of-this-gate" },
        403 => step with { Token = _tokens["embeddings-only"] },
        404 => step with { Model = "no-such-model" },
        413 => step with { Token = _tokens["small"], PadBytes = 64 * 1024 },
        429 => step with { Token = _tokens["single"], Retries = 0 },
        503 => step with { Token = _tokens["unrecorded"], Retries = 0 },
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "The gate has no such refusal here."),
    };

    /// <summary>A step of a job whose next call finds the ledger busy once.</summary>
    internal ClientStep BusyOnce(ClientStep step)
    {
        Interlocked.Exchange(ref _busyOnce, 0);
        return step with { Token = _tokens["hasty"] };
    }

    /// <summary>A step of a job that has no place for another call.</summary>
    internal ClientStep Occupied(ClientStep step) => step with { Token = _tokens["single"] };

    /// <summary>A step of a job whose money is spent.</summary>
    internal ClientStep Spent(ClientStep step) => step with { Token = _tokens["spent"] };

    public async ValueTask InitializeAsync()
    {
        _gate = await GateStage.StartAsync(
            GateEstates.Clients, AppendAsync, change: setup => setup with { Guard = Guard });
        foreach (var job in (string[])["small", "single", "unrecorded", "hasty", "spent"])
            _tokens[job] = await _gate.TokenAsync(job);
        _tokens["embeddings-only"] = await _gate.TokenAsync("all", ("endpoint", "embeddings"));
        Target = new ClientTarget(
            _gate.BaseUrl.ToString().TrimEnd('/'), await _gate.TokenAsync("all", ("ttl", "1h")));
        _occupant = await _gate.PostAsync("/api/chat", GateTexts.OllamaChat("[[silent]]"), _tokens["single"]);
    }

    public async ValueTask DisposeAsync()
    {
        _occupant?.Dispose();
        if (_gate is not null)
            await _gate.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs steps of a client. Equal runs of one class are made once: starting node takes the time.</summary>
    internal Task<IReadOnlyList<ClientOutcome>> RunAsync(string client, params IReadOnlyList<ClientStep> steps)
    {
        var key = client + string.Concat(steps);
        lock (_runs)
        {
            if (!_runs.TryGetValue(key, out var run))
                _runs[key] = run = ClientRun.RunAsync(client, Target, steps, TestContext.Current.CancellationToken);
            return run;
        }
    }

    /// <summary>Runs every case of a list once and answers the outcome of one, which must have succeeded.</summary>
    internal async Task<ClientOutcome> SucceededAsync(string client, IReadOnlyList<string> cases, string wanted)
    {
        var outcomes = await RunAsync(client, [.. cases.Select(name => new ClientStep(name))]);
        var outcome = outcomes.Single(one => one.Case == wanted);
        Assert.True(outcome.Succeeded, $"{client} {wanted} failed: {outcome.Error}");
        return outcome;
    }

    private ValueTask<AppendResult> AppendAsync(SqliteLedger ledger, LedgerDraft draft, CancellationToken stop) =>
        draft.Entry switch
        {
            RequestEntry { Call.Job: "unrecorded" } => ValueTask.FromResult(
                AppendResult.Refused(LedgerRefusal.DiskFull)),
            RequestEntry { Call.Job: "hasty" } when Interlocked.Exchange(ref _busyOnce, 1) == 0 =>
                ValueTask.FromResult(AppendResult.Refused(LedgerRefusal.Busy)),
            _ => ledger.AppendAsync(draft, stop),
        };
}
