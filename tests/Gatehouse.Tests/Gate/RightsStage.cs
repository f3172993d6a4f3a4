namespace Gatehouse.Tests.Gate;

/// <summary>A gate with jobs of different rights, shared by the tests of one class.</summary>
public sealed class RightsStage : IAsyncLifetime
{
    internal GateStage Gate { get; private set; } = null!;

    internal LogCapture Logs { get; } = new();

    public async ValueTask InitializeAsync() => Gate = await GateStage.StartAsync(GateEstates.Rights, logs: Logs);

    public ValueTask DisposeAsync() => Gate.DisposeAsync();

    /// <summary>The reason that an answer gives for being a refusal.</summary>
    internal static string ReasonOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues("X-Gatehouse-Reason", out var values) ? values.Single() : "";
}
