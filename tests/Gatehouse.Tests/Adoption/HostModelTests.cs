using Gatehouse.Tests.Binary;

namespace Gatehouse.Tests.Adoption;

/// <summary>Adoption of a model server that is a service of the host, and its undo.</summary>
[Collection(BinaryCollection.Name)]
public sealed class HostModelTests
{
    private const string Old = "http://127.0.0.1:11434";
    private const string New = "http://127.0.0.1:21434";
    private const string Job = "X-Gatehouse-Job: callers-of-port-11434";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_of_the_host_moves_behind_the_gate_and_back()
    {
        Assert.SkipUnless(Directory.Exists("/etc/systemd/system"), "there is no folder for units on this machine");
        await using var stage = await HostStage.StartAsync();
        var before = stage.Snapshot();
        Assert.False(IsGate(await stage.CallAsync(Old + "/api/tags")));

        var adopted = (await stage.AdoptAsync("--yes")).Expect(0);

        Assert.Contains(
            "ollama.service (now 127.0.0.1:11434, then 127.0.0.1:21434)", adopted.Output, StringComparison.Ordinal);
        Assert.Contains("No container was looked at", adopted.Output, StringComparison.Ordinal);
        Assert.True(IsGate(await stage.CallAsync(Old + "/api/tags")));
        Assert.Contains("200 OK", await stage.CallAsync(New + "/api/tags"), StringComparison.Ordinal);
        var chat = await stage.CallAsync(Old + "/api/chat", "-d",
            """{"model":"llama3.2:3b","stream":false,"messages":[{"role":"user","content":"Hello"}]}""");
        Assert.Contains("200 OK", chat, StringComparison.Ordinal);
        var shown = await Child.RunAsync(GateBinary.Path, ["ledger", "show", "--json", "--home", stage.Home]);
        Assert.Contains(BinaryHome.Parse(shown), static line => line.GetProperty("kind").GetString() == "exchange"
            && line.GetProperty("job").GetString() == "callers-of-port-11434");
        await VerifyUnitsAsync(stage);

        (await stage.AdoptAsync("--undo")).Expect(0);

        Assert.Equal(before, stage.Snapshot());
        await stage.WaitForAsync(
            Old + "/api/tags", static answer => answer.Contains("200 OK", StringComparison.Ordinal) && !IsGate(answer));
        Assert.Contains("Failed to connect", await stage.CallAsync(New + "/api/tags"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_crash_after_any_step_of_adopting_or_undoing_is_undone_completely()
    {
        await using var stage = await HostStage.StartAsync("# the owner's own\n[Service]\nNice=5");
        var before = stage.Snapshot();
        var steps = (await stage.Verb().ProposeAsync([], Stop)).Steps.Length;
        Assert.True(steps > 5, stage.Screen);
        for (var at = 0; at < steps; at++)
        {
            var verb = stage.Verb(new CrashingSteps { CrashAfterDo = at });
            var proposal = await verb.ProposeAsync([], Stop);
            await Assert.ThrowsAsync<CrashException>(() => verb.DoAsync(proposal, Stop));
            // Each of these undoes two steps and dies before it has noted the second, so that is undone twice.
            for (var undone = 0; undone < at; undone++)
            {
                await Assert.ThrowsAsync<CrashException>(
                    () => stage.Verb(new CrashingSteps { CrashAfterUndo = 2 }).UndoAsync(Stop));
            }

            Assert.True(await stage.Verb().UndoAsync(Stop), stage.Screen);

            Assert.Equal(before, stage.Snapshot());
        }
        await stage.WaitForAsync(
            Old + "/api/tags", static answer => answer.Contains("200 OK", StringComparison.Ordinal) && !IsGate(answer));
    }

    [Fact]
    public async Task A_service_that_does_not_run_is_left_alone_and_said_so()
    {
        await using var stage = await HostStage.StartAsync();
        await stage.SystemctlAsync("stop", "ollama.service");

        var proposal = await stage.Verb().ProposeAsync([], Stop);

        Assert.Empty(proposal.Steps);
        Assert.Contains(
            proposal.Notes, static note => note.StartsWith("ollama.service does not run", StringComparison.Ordinal));
    }

    private static bool IsGate(string answer) => answer.Contains(Job, StringComparison.OrdinalIgnoreCase);

    private static async Task VerifyUnitsAsync(HostStage stage)
    {
        if (!File.Exists("/usr/bin/systemd-analyze")) return;
        var verified = await Child.RunAsync(
            "/usr/bin/systemd-analyze", ["verify", "--man=no", Path.Combine(stage.Units, "gatehouse.service")]);
        Assert.DoesNotContain("gatehouse.service", verified.Expect(0).Errors, StringComparison.Ordinal);
    }
}
