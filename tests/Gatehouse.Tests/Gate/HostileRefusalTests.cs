using Gatehouse.Core.Ledger;
using Gatehouse.Storage;

namespace Gatehouse.Tests.Gate;

/// <summary>A job that is refused all the time cannot fill the ledger.</summary>
public sealed class HostileRefusalTests
{
    private const int Calls = 200;

    /// <summary>One a second is kept; the one more is for a second that ended while the test ran.</summary>
    private const int OwnEntriesMax = 61;

    private static readonly string Jobs =
        HostileEstate.Of(("all", ""), ("thrifty", "limits: { bytes-per-day: 100KiB }"));

    [Fact]
    public async Task Refusals_beyond_sixty_a_minute_are_counted_and_get_no_entries_of_their_own()
    {
        await using var stage = await GateStage.StartAsync(Jobs);
        var token = await stage.TokenAsync("all");
        for (var call = 0; call < Calls; call++)
        {
            using var answer = await stage.SendAsync(HttpMethod.Get, "/v1/nothing-here", null, token);
            Assert.Equal(404, (int)answer.StatusCode);
        }
        var own = stage.Exchanges().Count;
        Assert.InRange(own, 1, OwnEntriesMax);

        await stage.RestartAsync();

        using var reader = LedgerReader.OpenReadOnly(stage.Server.Home);
        var counted = reader.ReadEntries(0, 10_000).Select(entry => entry.Leaf?.Entry).OfType<SummaryEntry>()
            .Sum(summary => summary.Refused.GetValueOrDefault("all"));
        Assert.Equal(Calls, own + counted);
    }

    [Theory]
    [InlineData(64 * 1024, true)]
    [InlineData(64 * 1024 + 1, false)]
    public async Task A_refused_body_is_kept_up_to_64_KiB(int bytes, bool isKept)
    {
        await using var stage = await GateStage.StartAsync(Jobs);
        using var refused = await stage.PostAsync(
            "/v1/chat/completions", UnknownModel(bytes), await stage.TokenAsync("all"));
        Assert.Equal(404, (int)refused.StatusCode);

        var payloads = await stage.ActAsync(
            "ledger.payload", ("id", refused.Headers.GetValues("X-Gatehouse-Exchange").Single()));

        Assert.Equal(isKept, payloads.Any(payload => payload.GetProperty("bytes").GetInt64() == bytes));
    }

    [Fact]
    public async Task Refused_bodies_that_are_kept_count_to_the_bytes_of_the_day()
    {
        await using var stage = await GateStage.StartAsync(Jobs);
        var token = await stage.TokenAsync("thrifty");
        for (var call = 0; call < 2; call++)
        {
            using var refused = await stage.PostAsync("/v1/chat/completions", UnknownModel(60 * 1024), token);
            Assert.Equal(404, (int)refused.StatusCode);
        }

        await AssertSpentAsync();
        await stage.RestartAsync();
        await AssertSpentAsync();

        async Task AssertSpentAsync()
        {
            using var answer = await stage.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("hello"), token);
            Assert.Equal((429, "byte_budget"), ((int)answer.StatusCode, RightsStage.ReasonOf(answer)));
        }
    }

    private static string UnknownModel(int bytes)
    {
        var empty = GateTexts.OpenAiChat("", model: "nobody");
        return GateTexts.OpenAiChat(new string('x', bytes - empty.Length), model: "nobody");
    }
}
