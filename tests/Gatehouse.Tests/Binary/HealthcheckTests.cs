namespace Gatehouse.Tests.Binary;

/// <summary><c>gatehouse healthcheck</c> and the first start on an empty home, as a container has them.</summary>
[Collection(BinaryCollection.Name)]
public sealed class HealthcheckTests
{
    [Fact]
    public async Task It_is_a_yes_while_the_gate_serves_and_a_no_with_the_reason_otherwise()
    {
        using var home = BinaryHome.Create("http://127.0.0.1:1", """
            estate: 1
            listen: { gate: "127.0.0.1:0", control: "unix:{home}/page.sock" }
            models: {}
            jobs: {}
            """);
        var before = await home.RunAsync("healthcheck");
        await using var serve = home.Start(["serve"]);
        await serve.WaitForErrorsAsync(new("Who called what"));
        var during = await home.RunAsync("healthcheck");
        home.WriteEstate("", "not: [an estate");

        var broken = await home.RunAsync("healthcheck");

        Assert.Equal((0, "ready"), (during.Exit, during.LastLine));
        Assert.Equal(1, before.Exit);
        Assert.StartsWith("gatehouse: not ready: no gate answers at unix:", before.Errors, StringComparison.Ordinal);
        Assert.Single(before.Errors.TrimEnd('\n').Split('\n'));
        // The gate is asked over the socket in its home: what the file says now is not what the gate does.
        Assert.Equal((0, "ready"), (broken.Exit, broken.LastLine));
    }

    [Fact]
    public async Task The_first_start_on_an_empty_home_writes_a_starter_and_says_so()
    {
        using var home = BinaryHome.Create("");
        File.Delete(home.PathOf("gatehouse.yaml"));
        await using var serve = home.Start(["serve", "--starter", "interfaces:18437"]);
        await serve.WaitForErrorsAsync(new("This home was empty: a starter is now in"));
        await serve.WaitForErrorsAsync(new(@"The gate listens on 127\.0\.0\.1:18437, for 2 job"));

        var text = await File.ReadAllTextAsync(
            home.PathOf("gatehouse.yaml"), TestContext.Current.CancellationToken);
        Assert.Contains("gate: interfaces:18437", text, StringComparison.Ordinal);
        Assert.Contains("url: http://ollama:11434", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_home_that_has_an_estate_keeps_it_and_a_wrong_address_is_refused()
    {
        using var home = BinaryHome.Create("", "estate: 2");
        var kept = await home.RunAsync("serve", "--starter", "interfaces:1");
        File.Delete(home.PathOf("gatehouse.yaml"));

        var refused = await home.RunAsync("serve", "--starter", "everywhere");

        Assert.Equal((2, 2), (kept.Exit, refused.Exit));
        Assert.Contains("--starter everywhere is no address", refused.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(home.PathOf("gatehouse.yaml")));
    }
}
