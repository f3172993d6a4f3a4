using System.Net;
using Gatehouse.Demo;

namespace Gatehouse.Tests.Clients;

/// <summary>
/// A model and the address that clients are pointed at. Each test class has its own. Where <see cref="Target"/> leads
/// is decided here and nowhere else.
/// </summary>
public sealed class ClientStage : IAsyncLifetime
{
    private readonly Dictionary<string, Task<IReadOnlyList<ClientOutcome>>> _runs = [];
    private ScriptedModel? _model;

    internal ScriptedModel Model => _model!;

    internal ClientTarget Target { get; private set; } = new("", "");

    /// <summary>What a step needs so that the target refuses it with a status.</summary>
    internal static ClientStep Refused(ClientStep step, int status) =>
        step with { Prompt = $"[[status={status}]] hello" };

    public async ValueTask InitializeAsync()
    {
        _model = await ScriptedModel.StartAsync(
            new IPEndPoint(IPAddress.Loopback, 0), cancel: TestContext.Current.CancellationToken);
        Target = new ClientTarget(_model.Address, "gh-test-token");
    }

    public async ValueTask DisposeAsync()
    {
        if (_model is not null)
            await _model.DisposeAsync();
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
}
