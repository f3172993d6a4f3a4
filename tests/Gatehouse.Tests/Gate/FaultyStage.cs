namespace Gatehouse.Tests.Gate;

/// <summary>
/// A gate whose ledger a test can break; shared by the tests of one class, which run one after the other.
/// </summary>
public sealed class FaultyStage : IAsyncLifetime
{
    internal LedgerFaults Ledger { get; } = new();

    internal GateStage Gate { get; private set; } = null!;

    internal string Token { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Gate = await GateStage.StartAsync(append: Ledger.AppendAsync);
        Token = await Gate.TokenAsync("all");
        // The catalogue is asked once; what the model receives from now on are calls.
        (await Gate.PostAsync("/api/chat", GateTexts.OllamaChat("hello", stream: false), Token)).Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        Ledger.Fix();
        await Gate.DisposeAsync();
    }

    /// <summary>
    /// Calls that the model received since the last clearing, other than questions about its catalogue.
    /// </summary>
    internal int ModelCalls() => Gate.Model.Calls.Snapshot().Count(call => call.Method == "POST");
}
