using Gatehouse.Actions;

namespace Gatehouse.Tests.Binary;

/// <summary><c>gatehouse status</c> tells whether all is well, for people and for programs.</summary>
[Collection(BinaryCollection.Name)]
public sealed class StatusTests
{
    private static readonly string[] Schedules =
    [
        "purge what is due", "warn of service tokens that end", "record unidentified and refused callers",
        "end what nobody decided", "give memory back",
    ];

    [Fact]
    public async Task A_gate_that_is_well_says_so_with_its_listeners_schedules_pauses_and_calls()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using var gate = await home.ServeAsync();
        await gate.StatusAsync(await home.TokenAsync());
        await gate.StatusAsync("not-a-token");
        (await home.RunAsync("pause", "news", "--why", "posts \u001b[31mnonsense")).Expect(0);

        var text = (await home.RunAsync("status")).Expect(0).Output;
        var json = BinaryHome.Parse((await home.RunAsync("status", "--json")).Expect(0)).Single();

        Assert.Contains(": all is well, up ", text, StringComparison.Ordinal);
        Assert.All(Schedules, name => Assert.Contains(name, text, StringComparison.Ordinal));
        Assert.Contains("news, by ", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);
        Assert.All(text.Split('\n'), static line => Assert.InRange(line.Length, 0, 120));
        Assert.True(json.GetProperty("well").GetBoolean());
        Assert.Equal(Schedules, json.GetProperty("schedules").EnumerateArray()
            .Select(static one => one.GetProperty("name").GetString()!));
        Assert.All(json.GetProperty("listeners").EnumerateArray(),
            static one => Assert.True(one.GetProperty("open").GetBoolean()));
        Assert.Equal("news", json.GetProperty("paused")[0].GetProperty("job").GetString());
        var calls = json.GetProperty("calls");
        Assert.Equal((1, 1), (calls.GetProperty("recorded").GetInt32(), calls.GetProperty("unidentified").GetInt32()));
        Assert.True(json.GetProperty("ledger").GetProperty("entries").GetInt64() > 2);
    }

    [Fact]
    public async Task A_file_that_is_not_in_force_and_a_listener_that_is_not_open_are_problems_and_exit_1()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using var gate = await home.ServeAsync();
        var whole = await File.ReadAllTextAsync(home.PathOf("gatehouse.yaml"), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(home.PathOf("gatehouse.yaml"), whole + "\nnonsense: 1\n",
            TestContext.Current.CancellationToken);
        (await home.RunAsync("reload")).Expect(ExitCodes.Unusable);

        var problem = (await home.RunAsync("status")).Expect(ExitCodes.Failed).Output;
        Assert.Contains("1 problem", problem, StringComparison.Ordinal);
        Assert.Contains("! estate: the file on disk is not in force: ", problem, StringComparison.Ordinal);
        Assert.Contains("nonsense", problem, StringComparison.Ordinal);

        await File.WriteAllTextAsync(home.PathOf("gatehouse.yaml"),
            whole.TrimEnd() + "\n  far: { owner: me, model: gpt, "
            + "source: { kind: prompt }, sink: none, listen: \"192.0.2.7:8421\" }\n",
            TestContext.Current.CancellationToken);
        (await home.RunAsync("reload")).Expect(0);
        var missing = (await home.RunAsync("status")).Expect(ExitCodes.Failed).Output;
        Assert.Contains("! listener: 192.0.2.7:8421 is not open: no interface has this address", missing,
            StringComparison.Ordinal);
        Assert.Contains("job far", missing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_gate_runs_status_says_so_and_makes_nothing()
    {
        var none = Path.Combine(Path.GetTempPath(), $"gatehouse-none-{Guid.NewGuid():N}");

        var ended = (await Child.RunAsync(GateBinary.Path, ["status", "--home", none])).Expect(ExitCodes.Unavailable);

        Assert.Contains($"No gate runs on {none}. Start it with: gatehouse serve --home {none}", ended.Errors,
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(none));
    }
}
