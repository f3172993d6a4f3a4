using Gatehouse.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.Storage;

/// <summary>Who waits for memory, for how long, and who is next.</summary>
public sealed class SharedRoomTests
{
    /// <summary>Never reached: a wait that ought to end by itself ends far before.</summary>
    private static readonly TimeSpan Wait = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task The_first_to_wait_is_served_first()
    {
        var room = new SharedRoom(100, TimeProvider.System);
        Assert.True(room.TryTake(90));
        var first = room.TakeAsync(50, null, 0, Wait, TestContext.Current.CancellationToken).AsTask();
        var second = room.TakeAsync(5, null, 0, Wait, TestContext.Current.CancellationToken).AsTask();
        Assert.False(room.TryTake(5), "Room was given past those who wait for it.");

        room.GiveBack(40);
        Assert.Equal(RoomGrant.Taken, await first);
        Assert.False(second.IsCompleted);
        room.GiveBack(50);
        Assert.Equal(RoomGrant.Taken, await second);
        Assert.Equal(55, room.Used);
    }

    [Fact]
    public async Task A_wait_that_ends_in_vain_wakes_the_next_who_fits()
    {
        var room = new SharedRoom(100, TimeProvider.System);
        Assert.True(room.TryTake(90));
        var large = room.TakeAsync(50, null, 0, Short, TestContext.Current.CancellationToken).AsTask();
        var small = room.TakeAsync(5, null, 0, Wait, TestContext.Current.CancellationToken).AsTask();

        Assert.Equal(RoomGrant.Full, await large);
        Assert.Equal(RoomGrant.Taken, await small);
    }

    [Fact]
    public async Task An_append_that_waited_in_vain_wakes_the_next_who_fits()
    {
        var time = new FakeTimeProvider();
        var queue = new AppendQueue(100, time);
        Assert.True(queue.TryReserve(90));
        var large = queue.ReserveAsync(50, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(1));
        var small = queue.ReserveAsync(5, TestContext.Current.CancellationToken);
        Assert.False(queue.TryReserve(5), "Room was given past those who wait for it.");

        time.Advance(TimeSpan.FromSeconds(1));

        Assert.False(await large);
        Assert.True(await small);
        Assert.Equal(2, queue.Count);
    }

    [Fact]
    public async Task A_wait_that_is_cancelled_wakes_the_next_and_leaves_nothing_taken()
    {
        var room = new SharedRoom(100, TimeProvider.System);
        Assert.True(room.TryTake(90));
        using var stop = new CancellationTokenSource();
        var large = room.TakeAsync(50, null, 0, Wait, stop.Token).AsTask();
        var small = room.TakeAsync(5, null, 0, Wait, TestContext.Current.CancellationToken).AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        Assert.Equal(RoomGrant.Taken, await small);
        room.GiveBack(95);
        Assert.Equal(0, room.Used);
    }

    [Fact]
    public async Task One_owner_leaves_room_for_the_next_and_the_next_is_not_held_up_by_its_waiting()
    {
        var room = new SharedRoom(64, TimeProvider.System);
        Assert.True(room.TryTake(48, "greedy"));
        var waiting = room.TakeAsync(1, "greedy", 0, Short, TestContext.Current.CancellationToken).AsTask();

        Assert.True(room.TryTake(8, "other"));
        Assert.True(room.TryTake(4, "third"));
        Assert.Equal(RoomGrant.ShareSpent, await waiting);

        room.GiveBack(48, "greedy");
        Assert.True(room.TryTake(20, "greedy"));
    }

    [Theory]
    [InlineData("a", "a", "a")]
    [InlineData("a", "b", "c")]
    [InlineData("a", "b", "a")]
    public async Task Of_those_who_hold_what_the_others_wait_for_the_first_is_served(params string[] owners)
    {
        var room = new SharedRoom(64, TimeProvider.System);
        var holds = owners.Select(owner => new RoomHold(room, owner)).ToList();
        var stop = TestContext.Current.CancellationToken;
        foreach (var hold in holds) Assert.Equal(RoomGrant.Taken, await hold.GrowToAsync(14, Wait, stop));

        var grants = await Task.WhenAll(holds.Select(async hold =>
        {
            using (hold) return await hold.GrowToAsync(40, Short, stop);
        }));

        Assert.Equal(RoomGrant.Taken, grants[0]);
        Assert.DoesNotContain(RoomGrant.Taken, grants[1..]);
        Assert.Equal(0, room.Used);
    }

    [Fact]
    public async Task What_is_larger_than_everything_is_refused_at_once()
    {
        var room = new SharedRoom(64, TimeProvider.System);

        Assert.Equal(RoomGrant.Full, await room.TakeAsync(65, "a", 0, Wait, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_room_that_takes_oversize_takes_it_alone()
    {
        var room = new SharedRoom(64, TimeProvider.System) { TakesOversize = true };
        Assert.True(room.TryTake(80));
        var next = room.TakeAsync(1, null, 0, Wait, TestContext.Current.CancellationToken).AsTask();
        Assert.False(next.IsCompleted);
        room.GiveBack(80);
        Assert.Equal(RoomGrant.Taken, await next);
    }

    [Fact]
    public async Task Rooms_under_load_never_give_more_than_they_have_and_forget_nothing()
    {
        var room = new SharedRoom(1_000, TimeProvider.System);
        var most = 0L;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var round = 0; round < 300; round++)
            {
                using var hold = new RoomHold(room, $"job{worker % 3}");
                for (var size = random.Next(1, 60); size < 400; size += random.Next(1, 200))
                {
                    if (await hold.GrowToAsync(size, TimeSpan.FromMilliseconds(1), default) != RoomGrant.Taken) break;
                    InterlockedMax(ref most, room.Used);
                    if (random.Next(4) == 0) await Task.Yield();
                }
            }
        })));

        Assert.InRange(most, 1, 1_000);
        Assert.Equal(0, room.Used);
        Assert.True(room.TryTake(750, "job0"));
    }

    private static void InterlockedMax(ref long most, long value)
    {
        for (var seen = Volatile.Read(ref most); value > seen;)
            seen = Interlocked.CompareExchange(ref most, value, seen) is var now && now == seen ? value : now;
    }
}
