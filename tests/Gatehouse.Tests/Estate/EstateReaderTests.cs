using System.Net;
using Gatehouse.Core.Estate;

namespace Gatehouse.Tests.Estate;

public sealed class EstateReaderTests
{
    [Fact]
    public void The_sample_of_the_documents_loads_and_every_key_says_what_it_says()
    {
        var reading = EstateReader.Read(SampleEstate.Text, "gatehouse.yaml");

        Assert.Empty(reading.Problems);
        var plan = reading.Plan!;
        Assert.Equal("home", plan.Name);
        Assert.Null(plan.Node);
        Assert.Equal(new ListenAddress.Tcp(IPEndPoint.Parse("127.0.0.1:8420")), plan.Gate);
        Assert.Equal(new ListenAddress.Tcp(IPEndPoint.Parse("127.0.0.1:8421")), plan.Control);
        Assert.Equal(Zone.Lan, plan.Zones.Classify(IPAddress.Parse("172.31.0.9")));
        var days = (int count) => TimeSpan.FromDays(count);
        Assert.Equal(new LedgerPlan(10L << 30, days(7), days(30), days(90)), plan.Ledger);
        Assert.Equal(["claude", "embed", "gpt", "llama", "local"], plan.Models.Keys.Order());
        Assert.Equal(["log", "mastodon", "none", "stdout"], plan.Sinks.Keys.Order());
    }
}
