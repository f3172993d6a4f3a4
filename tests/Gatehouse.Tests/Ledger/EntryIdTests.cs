using Gatehouse.Core.Ledger;

namespace Gatehouse.Tests.Ledger;

public sealed class EntryIdTests
{
    private static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeMilliseconds(0x019ab0e56c00);

    [Fact]
    public void An_id_is_a_prefix_and_a_uuid_of_version_7()
    {
        var id = EntryId.Create(EntryId.Exchange, Time, Enumerable.Repeat((byte)0xff, 10).ToArray());

        Assert.Equal("ex_019ab0e5-6c00-7fff-bfff-ffffffffffff", id);
        Assert.True(EntryId.IsId(id));
    }

    [Fact]
    public void Later_ids_sort_after_earlier_ones()
    {
        var ids =
            Enumerable.Range(0, 50).Select(i => EntryId.Create("ex", Time.AddMilliseconds(i), new byte[10])).ToList();

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ex_")]
    [InlineData("_019ab0e5-6c00-7fff-bfff-ffffffffffff")]
    [InlineData("EX_019ab0e5-6c00-7fff-bfff-ffffffffffff")]
    [InlineData("ex_019ab0e5-6c00-7fff-bfff-fffffffffffg")]
    [InlineData("ex_019ab0e5-6c00-7fff-bfff-ffffffffffff\n")]
    public void What_is_no_id_is_not_taken_for_one(string text) => Assert.False(EntryId.IsId(text));
}
