using System.Diagnostics;
using Gatehouse.Demo;

namespace Gatehouse.Tests.Clients;

/// <summary>What must hold for every client that leaves.</summary>
internal static class ClientChecks
{
    private static readonly TimeSpan SeenMax = TimeSpan.FromSeconds(5);

    /// <summary>The client stopped after three pieces, and the model noticed.</summary>
    public static async Task LeftAsync(ClientStage stage, ClientOutcome outcome)
    {
        Assert.True(outcome.Succeeded, $"{outcome.Error}");
        // A piece that was on its way may still arrive.
        Assert.InRange(outcome.Result.GetProperty("seen").GetInt32(), 3, 8);
        await ModelSawItGoAsync(stage, call => call.FramesSent > 0);
    }

    /// <summary>Waits until the model has seen the caller of such a call leave.</summary>
    public static async Task ModelSawItGoAsync(ClientStage stage, Func<ScriptedCall, bool> which)
    {
        var clock = Stopwatch.StartNew();
        while (!stage.Model.Calls.Snapshot().Any(call => which(call) && call.Aborted && call.EndedMs is not null))
        {
            Assert.True(clock.Elapsed < SeenMax, "The model never saw its caller go.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
