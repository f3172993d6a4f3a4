namespace Gatehouse.Tests.Gate;

/// <summary>A real ledger at its size limit.</summary>
public sealed class FullLedgerTests
{
    [Fact]
    public async Task A_ledger_at_its_size_limit_refuses_calls_and_keeps_what_it_has()
    {
        await using var stage = await GateStage.StartAsync(GateEstates.Usual + "\nledger: { bytes-max: 1MiB }\n");
        var token = await stage.TokenAsync("all");
        // Text that no compression makes small.
        var noise = Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(150_000));
        var (served, reason) = (0, "");
        while (served < 20 && reason.Length == 0)
        {
            using var response = await stage.PostAsync(
                "/v1/chat/completions", GateTexts.OpenAiChat(noise), token);
            if (response.IsSuccessStatusCode)
                served++;
            else
                reason = response.Headers.GetValues("X-Gatehouse-Reason").Single();
        }

        Assert.Equal("ledger_full", reason);
        Assert.InRange(served, 1, 6);
        Assert.Equal(served, stage.Model.Calls.Snapshot().Count(call => call.Method == "POST"));
        Assert.Equal(served, stage.Exchanges().Count(row => row.Outcome == "completed"));
    }
}
