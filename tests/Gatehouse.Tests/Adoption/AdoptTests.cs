using System.Text.Json;
using Gatehouse.Tests.Docker;

namespace Gatehouse.Tests.Adoption;

/// <summary>`gatehouse adopt` and its undo, by the native binary, on a real engine.</summary>
[Collection(EngineCollection.Name)]
public sealed class AdoptTests(TestEngine engine)
{
    [Fact]
    public async Task Adopting_a_stack_puts_every_app_on_record_as_its_own_job_and_undo_restores_all()
    {
        await using var stack = await AdoptStack.StartAsync(engine);
        var before = await stack.SnapshotAsync();

        var adopted = (await stack.AdoptAsync("--yes")).Expect(0);

        foreach (var app in AdoptStack.Apps) await stack.WaitForCallsAsync(app, 3);
        var jobs = await JobsOnRecordAsync(stack);
        Assert.Equal(AdoptStack.Apps, jobs.Order(StringComparer.Ordinal));
        Assert.Contains("gatehouse adopt --undo", adopted.Output, StringComparison.Ordinal);

        (await stack.UndoAsync()).Expect(0);

        foreach (var app in AdoptStack.Apps) await stack.WaitForCallsAsync(app, 3);
        Assert.Equal(before, await stack.SnapshotAsync());
    }

    private static async Task<string[]> JobsOnRecordAsync(AdoptStack stack)
    {
        var shown = (await stack.GatehouseAsync("ledger", "show", "--home", stack.Home, "--json")).Expect(0);
        return [.. shown.Lines.Select(static line => JsonDocument.Parse(line).RootElement)
            .Where(static entry => entry.GetProperty("kind").GetString() == "exchange")
            .Select(static entry => entry.GetProperty("job").GetString()!).Distinct()];
    }
}
