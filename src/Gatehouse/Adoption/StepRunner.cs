using Gatehouse.Core.Adoption;
using Gatehouse.Docker;

namespace Gatehouse.Adoption;

/// <summary>Does steps to this host and its engine.</summary>
internal sealed class StepRunner(EngineClient? engine, string adoption, TimeProvider time) : IStepRunner
{
    /// <summary>
    /// Has the gate of a home read its estate again: the exit code, or null when no gate runs there.
    /// </summary>
    public required Func<string, CancellationToken, Task<int?>> Reload { get; init; }

    /// <summary>Is told of each job that could not be tried, because its container does not run just now.</summary>
    public Action<VerifyJobStep> NotTried { get; init; } = static _ => { };

    public Task DoAsync(AdoptionStep step, CancellationToken stop) => GuardAsync(() => step switch
    {
        WriteFileStep file => WriteAsync(file, stop),
        OwnHomeStep home => Now(() => AdoptedHome.HandOver(home)),
        LoadImageStep image => new GateContainer(Engine, adoption, time).LoadAsync(image, stop),
        CreateNetworkStep network => new AdoptedNetworks(Engine, adoption).CreateAsync(network, stop),
        CreateGateStep gate => new GateContainer(Engine, adoption, time).CreateAsync(gate, stop),
        StartGateStep gate => new GateContainer(Engine, adoption, time).StartAsync(gate, stop),
        StartContainerStep start => new AdoptedNetworks(Engine, adoption).StartAsync(start.Container, stop),
        JoinNetworkStep join => new AdoptedNetworks(Engine, adoption).JoinAsync(join.Container, join.Endpoint, stop),
        LeaveNetworkStep leave => new AdoptedNetworks(Engine, adoption).LeaveAsync(leave.Container, leave.Before, stop),
        CutConnectionsStep cut => new OpenConnections(Engine, adoption).CutAsync(cut, stop),
        GreetGateStep greet => new Greeting(Engine, adoption).SendAsync(greet, stop),
        RunCommandStep command => HostCommand.RunAsync(command.Command, time, stop),
        TakeAddressStep take => new AdoptedNetworks(Engine, adoption).TakeAsync(take, stop),
        VerifyJobStep verify => TryAsync(verify, stop),
        _ => throw new InvalidOperationException($"A kind of step that nothing does: {step.GetType().Name}."),
    });

    public Task UndoAsync(AdoptionStep step, CancellationToken stop) => GuardAsync(() => step switch
    {
        WriteFileStep file => RestoreAsync(file, stop),
        OwnHomeStep home => Now(() => AdoptedHome.GiveBack(home)),
        LoadImageStep image => new GateContainer(Engine, adoption, time).UnloadAsync(image, stop),
        CreateNetworkStep network => new AdoptedNetworks(Engine, adoption).RemoveAsync(network, stop),
        CreateGateStep gate => new GateContainer(Engine, adoption, time).RemoveAsync(gate, stop),
        JoinNetworkStep join => new AdoptedNetworks(Engine, adoption).UnjoinAsync(join, stop),
        LeaveNetworkStep leave => new AdoptedNetworks(Engine, adoption).JoinAsync(leave.Container, leave.Before, stop),
        TakeAddressStep take => new AdoptedNetworks(Engine, adoption).GiveUpAsync(take, stop),
        RunCommandStep { UndoCommand.Length: > 0 } command => HostCommand.RunAsync(command.UndoCommand, time, stop),
        // Nothing of these remains: the container is removed as a whole, connections are made anew by themselves.
        StartGateStep or StartContainerStep or CutConnectionsStep or GreetGateStep or VerifyJobStep or RunCommandStep
            => Task.CompletedTask,
        _ => throw new InvalidOperationException($"A kind of step that nothing undoes: {step.GetType().Name}."),
    });

    private EngineClient Engine
        => engine ?? throw new AdoptionException("This step needs the Docker engine, and none was reached.");

    private async Task TryAsync(VerifyJobStep step, CancellationToken stop)
    {
        if (!await new JobVerification(engine, time).RunAsync(step, stop)) NotTried(step);
    }

    private async Task WriteAsync(WriteFileStep step, CancellationToken stop)
    {
        AdoptedFile.Write(step);
        if (step.Reloads is { } home && await Reload(home, stop) is not 0)
            throw new AdoptionException($"The gate of {home} did not take the changed {step.Path}.");
    }

    private async Task RestoreAsync(WriteFileStep step, CancellationToken stop)
    {
        AdoptedFile.Restore(step);
        // A gate that is gone, or is removed next, needs no estate.
        if (step.Reloads is { } home) await Reload(home, stop);
    }

    private static Task Now(Action act)
    {
        act();
        return Task.CompletedTask;
    }

    /// <summary>What the engine or the disk refuses is weather, and told as such.</summary>
    private static async Task GuardAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception error) when (error is EngineException or IOException or UnauthorizedAccessException)
        {
            throw new AdoptionException(error.Message, error);
        }
    }
}

/// <summary>The door to the world that an adoption changes.</summary>
internal interface IStepRunner
{
    /// <summary>Does a step; one that is done already stays done.</summary>
    /// <exception cref="AdoptionException">It cannot be done.</exception>
    public Task DoAsync(AdoptionStep step, CancellationToken stop);

    /// <summary>Undoes a step; one that was not or only partly done counts.</summary>
    /// <exception cref="AdoptionException">It cannot be undone.</exception>
    public Task UndoAsync(AdoptionStep step, CancellationToken stop);
}
