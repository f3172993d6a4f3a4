using Gatehouse.Actions;
using Gatehouse.Cli;
using Gatehouse.Tests.Gate;

namespace Gatehouse.Tests.Cli;

/// <summary>What cannot be meant is an error that says so, and what is printed reads as it stands.</summary>
public sealed class OptionTests
{
    [Theory]
    [InlineData("ledger", "show", "--since", "2147483647h")]
    [InlineData("ledger", "stats", "--since", "2147483647d")]
    [InlineData("ledger", "stats", "--since", "99999999999999999999m")]
    [InlineData("ledger", "stats", "--since", "9999-12-31T23:59-14:00")]
    [InlineData("connect", "n8n", "--wait", "2147483647h")]
    [InlineData("jobs", "--home", "")]
    [InlineData("serve", "--home", "  ")]
    [InlineData("token", "list", "--home=")]
    public void An_option_beyond_what_it_can_mean_is_an_error(params string[] words) =>
        Assert.NotEmpty(RootVerb.Create().Parse(words).Errors);

    [Theory]
    [InlineData("ledger", "stats", "--since", "35999d")]
    [InlineData("jobs", "--home", "x")]
    [InlineData("jobs")]
    public void An_option_at_its_edge_is_none(params string[] words) =>
        Assert.Empty(RootVerb.Create().Parse(words).Errors);

    [Theory]
    [InlineData("2147483647h")]
    [InlineData("2147483647d")]
    [InlineData("36501d")]
    public async Task A_life_beyond_the_calendar_is_an_error(string ttl)
    {
        await using var stage = await GateStage.StartAsync();

        await Assert.ThrowsAsync<ActionException>(() => stage.TokenAsync("all", ("ttl", ttl)));
    }

    [Fact]
    public void What_is_printed_holds_no_control_that_reorders_it()
    {
        using var shown = new StringWriter();
        using var safe = new SafeConsole(shown);

        safe.Write("a\u202eb");
        safe.WriteLine("c\u2066d");
        safe.Write(['\u200f', 'e', '\u061c'], 0, 3);
        safe.Write('\u2069');
        safe.WriteLine($"{{\"name\":\"{'\u202d'}é\"}}");

        Assert.Equal("abcd\ne{\"name\":\"é\"}\n", shown.ToString());
        Assert.Equal("a·b·", SafeText.OneLine("a\u202eb\u200e"));
    }
}
