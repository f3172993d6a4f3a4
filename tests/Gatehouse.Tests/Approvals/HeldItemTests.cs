using CsCheck;
using Gatehouse.Core.Approvals;

namespace Gatehouse.Tests.Approvals;

/// <summary>What can happen to a held item, in every order and at every time.</summary>
public sealed class HeldItemTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly TimeSpan Life = TimeSpan.FromHours(1);

    private static readonly HeldItem Waiting = new()
    {
        Id = "hold_1",
        Kind = HeldKind.Exchange,
        Job = "news",
        What = "a call of news to llama",
        Digest = new string('a', 64),
        Entry = "exc_1",
        Created = Noon,
        Expires = Noon + Life,
    };

    private static readonly HeldState[] Verdicts =
        [HeldState.Approved, HeldState.Denied, HeldState.Expired, HeldState.Withdrawn];

    /// <summary>What happens to an item, each after so many minutes: most within its life, some long after.</summary>
    private static readonly Gen<(int Act, int Minutes)[]> Histories =
        Gen.Select(Gen.Int[0, 5], Gen.Frequency((4, Gen.Int[0, 40]), (1, Gen.Int[40, 2_000]))).Array[0, 12];

    [Fact]
    public void Whatever_happens_an_item_is_decided_at_most_once_by_a_person_and_consumed_at_most_once() =>
        Histories.Sample(history =>
        {
            var people = 0;
            foreach (var (before, after, _, _) in Steps(history))
            {
                if (before.State == HeldState.Waiting && after.Decision is { Who: "ann" }) people++;
                Assert.False(before.State == HeldState.Consumed && after != before, $"{before} became {after}");
            }
            Assert.InRange(people, 0, 1);
        });

    [Fact]
    public void Whatever_happens_a_step_leads_where_the_states_say() =>
        Histories.Sample(history =>
        {
            foreach (var (before, after, obstacle, _) in Steps(history))
            {
                Assert.Equal(obstacle is null, before != after);
                if (obstacle is not null) continue;
                Assert.True(
                    (before.State, after.State) switch
                    {
                        (HeldState.Waiting, var to) => Verdicts.Contains(to),
                        (HeldState.Approved, HeldState.Expired) => true,
                        (var from, HeldState.Consumed) => Verdicts.Contains(from),
                        _ => false,
                    },
                    $"{before.State} became {after.State}");
            }
        });

    [Fact]
    public void Whatever_happens_an_approval_is_used_only_while_its_time_lasts() =>
        Histories.Sample(history =>
        {
            foreach (var (before, after, _, now) in Steps(history))
            {
                if (before.State == HeldState.Approved && after.State == HeldState.Consumed)
                    Assert.True(now < Waiting.Expires, $"an approval was used at {now}");
            }
        });

    [Fact]
    public void Whatever_happens_what_the_item_is_about_stays_and_its_state_fits_its_decision() =>
        Histories.Sample(history =>
        {
            foreach (var (_, after, _, _) in Steps(history))
            {
                Assert.Equal(Waiting, HeldItem.Restore(after, HeldState.Waiting, null));
                Assert.Equal(after, HeldItem.Restore(Waiting, after.State, after.Decision));
            }
        });

    [Fact]
    public void Every_item_comes_to_an_end_by_time_alone() =>
        Histories.Sample(history =>
        {
            var item = Steps(history).Select(step => step.After).LastOrDefault(Waiting);
            var end = Waiting.Expires + HeldItem.VerdictKept;
            item = item.Lapse(end).Item;
            Assert.Equal(HeldState.Consumed, item.Lapse(end).Item.State);
        });

    [Fact]
    public void A_decision_says_who_why_and_when()
    {
        var now = Noon.AddMinutes(1);
        Assert.Equal(
            new HeldDecision(HeldState.Denied, "ann", "not this", now),
            Waiting.Deny("ann", "not this", now).Item.Decision);
        Assert.Equal(
            new HeldDecision(HeldState.Approved, "ann", "", now), Waiting.Approve("ann", "", now).Item.Decision);
        Assert.Equal(HeldDecision.ByTime, Waiting.Lapse(Waiting.Expires).Item.Decision!.Who);
    }

    [Theory]
    [InlineData(-1, null)]
    [InlineData(0, HeldObstacle.TimeIsOver)]
    public void A_decision_comes_before_the_end_of_the_items_time(int secondsAfter, HeldObstacle? obstacle)
    {
        var now = Waiting.Expires.AddSeconds(secondsAfter);
        Assert.Equal(obstacle, Waiting.Approve("ann", "", now).Obstacle);
        Assert.Equal(obstacle, Waiting.Deny("ann", "", now).Obstacle);
        Assert.Equal(obstacle, Waiting.Withdraw("ann", "", now).Obstacle);
        Assert.Equal(obstacle is null ? HeldObstacle.NotDue : null, Waiting.Lapse(now).Obstacle);
        Assert.Equal(obstacle, Waiting.Approve("ann", "", Noon).Item.Consume(now).Obstacle);
    }

    [Fact]
    public void An_item_that_a_fast_clock_held_keeps_the_time_that_it_had_left()
    {
        var item = Waiting.GoBack(Noon.AddYears(-1), TimeSpan.FromDays(365));
        Assert.Equal((Noon.AddDays(-365), Life), (item.Created, item.Expires - item.Created));
        Assert.Equal(Waiting, Waiting.GoBack(Noon, TimeSpan.FromDays(365)));
    }

    [Theory]
    [InlineData(HeldState.Waiting, HeldState.Approved)]
    [InlineData(HeldState.Approved, HeldState.Denied)]
    [InlineData(HeldState.Consumed, HeldState.Waiting)]
    [InlineData(HeldState.Denied, null)]
    [InlineData(HeldState.Consumed, null)]
    public void A_stored_state_that_does_not_fit_its_decision_is_refused(HeldState state, HeldState? verdict) =>
        Assert.Throws<FormatException>(() => HeldItem.Restore(
            Waiting, state, verdict is { } given ? new HeldDecision(given, "ann", "", Noon) : null));

    [Fact]
    public void Every_kind_and_state_has_a_word_of_its_own()
    {
        Assert.All(Enum.GetValues<HeldKind>(), kind => Assert.Equal(kind, HeldWords.ParseKind(kind.Word())));
        Assert.All(Enum.GetValues<HeldState>(), state => Assert.Equal(state, HeldWords.ParseState(state.Word())));
        Assert.Throws<FormatException>(() => HeldWords.ParseKind("waiting"));
        Assert.Throws<FormatException>(() => HeldWords.ParseState("exchange"));
    }

    private static IEnumerable<(HeldItem Before, HeldItem After, HeldObstacle? Obstacle, DateTimeOffset Now)> Steps(
        (int Act, int Minutes)[] history)
    {
        var (item, now) = (Waiting, Noon);
        foreach (var (act, minutes) in history)
        {
            now += TimeSpan.FromMinutes(minutes);
            var step = act switch
            {
                0 => item.Approve("ann", "yes", now),
                1 => item.Deny("ann", "no", now),
                2 => item.Withdraw("ann", "never mind", now),
                3 => item.Consume(now),
                _ => item.Lapse(now),
            };
            yield return (item, step.Item, step.Obstacle, now);
            item = step.Item;
        }
    }
}
