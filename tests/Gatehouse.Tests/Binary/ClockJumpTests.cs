using System.Net;
using System.Runtime.InteropServices;

namespace Gatehouse.Tests.Binary;

/// <summary>The machine's clock jumps under a running gate, as a Raspberry Pi's does: libfaketime moves it.</summary>
[Collection(BinaryCollection.Name)]
public sealed class ClockJumpTests
{
    private static readonly string Library = RuntimeInformation.ProcessArchitecture == Architecture.Arm64
        ? "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"
        : "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

    [Fact]
    public async Task A_jump_and_its_return_are_on_record_with_what_was_stamped_meanwhile_and_tokens_outlive_it()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using var gate = await ServeAsync(home);
        var token = await home.TokenAsync("news", "--ttl", "1h");
        Assert.Equal(HttpStatusCode.OK, await gate.StatusAsync(token));

        SetClock(home, "+3d");
        var later = await home.TokenAsync();
        Assert.Equal(HttpStatusCode.OK, await gate.StatusAsync(later));

        SetClock(home, "+0");
        Assert.Equal(HttpStatusCode.OK, await gate.StatusAsync(later));
        Assert.Equal(HttpStatusCode.OK, await gate.StatusAsync(token));

        var lines = await home.ShowAsync();
        Assert.Equal(2, lines.Count(line => line.GetProperty("kind").GetString() == "clock_step"));
        Assert.Contains(lines, line => line.TryGetProperty("clock_ahead_ms", out var ahead)
            // What the clocks ran apart while it was measured comes on top.
            && ahead.GetInt64() is > 2 * 86_400_000L and < 3 * 86_400_000L + 60_000);
        Assert.True(lines[^1].GetProperty("time").GetDateTimeOffset() < DateTimeOffset.UtcNow.AddHours(1));
        (await home.RunAsync("ledger", "confirm-clock")).Expect(0);
        (await home.RunAsync("ledger", "verify", "--payloads")).Expect(0);
        Assert.Equal(0, (await gate.StopAsync()).Exit);
    }

    [Fact]
    public async Task A_gate_that_starts_with_a_clock_in_the_past_goes_on_from_the_last_entry()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using (var first = await home.ServeAsync())
        {
            Assert.Equal(HttpStatusCode.OK, await first.StatusAsync(await home.TokenAsync()));
            await first.StopAsync();
        }

        await using var gate = await ServeAsync(home, "-20y");
        Assert.Equal(HttpStatusCode.OK, await gate.StatusAsync(await home.TokenAsync()));

        (await home.RunAsync("ledger", "verify", "--payloads")).Expect(0);
        Assert.Equal(["completed", "completed"], (await home.OutcomesAsync()).Values);
    }

    private static Task<BinaryGate> ServeAsync(BinaryHome home, string clock = "+0")
    {
        Assert.SkipUnless(File.Exists(Library), "faketime is missing (./test installs it)");
        SetClock(home, clock);
        // Only the wall clock: durations are monotonic and must not notice.
        return BinaryGate.StartAsync(home, home.Start(["serve"],
            ("LD_PRELOAD", Library), ("DONT_FAKE_MONOTONIC", "1"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            ("FAKETIME_NO_CACHE", "1"), ("FAKETIME_TIMESTAMP_FILE", home.PathOf("clock"))));
    }

    // Written aside and renamed: the gate reads it whenever it asks for the time.
    private static void SetClock(BinaryHome home, string clock)
    {
        File.WriteAllText(home.PathOf("clock.new"), clock + "\n");
        File.Move(home.PathOf("clock.new"), home.PathOf("clock"), overwrite: true);
    }
}
