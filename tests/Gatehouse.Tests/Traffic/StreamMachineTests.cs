using System.Text;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Tests.Traffic;

public sealed class StreamMachineTests
{
    public static TheoryData<string> Names => [.. StreamFixtures.All.Select(fixture => fixture.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_stream_gives_its_signals_and_its_end(string name)
    {
        var fixture = StreamFixtures.Of(name);
        var read = ReadStream.Of(fixture.Route, fixture.Bytes);
        Assert.Equal(fixture.Signals, read.Signals);
        Assert.StartsWith(
            $"{fixture.Completeness} {fixture.Usage} {fixture.Model} ", read.Facts, StringComparison.Ordinal);
        Assert.True(read.IsWireWhole);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_stream_cut_at_any_byte_on_its_way_reads_as_the_whole(string name)
    {
        var fixture = StreamFixtures.Of(name);
        var bytes = fixture.Bytes;
        var whole = ReadStream.Of(fixture.Route, bytes);
        for (var at = 0; at <= bytes.Length; at++)
            Assert.Equal(whole, ReadStream.Of(fixture.Route, bytes[..at], bytes[at..]));
        Assert.Equal(whole, ReadStream.Of(fixture.Route, [.. bytes.Select(one => new[] { one })]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_stream_that_stops_at_any_byte_is_never_complete_before_its_terminal_signal(string name)
    {
        var fixture = StreamFixtures.Of(name);
        var bytes = fixture.Bytes;
        for (var at = 0; at <= bytes.Length; at++)
        {
            var read = ReadStream.Of(fixture.Route, bytes[..at]);
            if (read.Facts.StartsWith("Complete", StringComparison.Ordinal))
                Assert.Contains('T', read.Signals);
            Assert.True(read.IsWireWhole);
        }
    }

    [Fact]
    public void The_next_sequence_number_follows_the_highest()
    {
        var fixture = StreamFixtures.Of("responses, cut");
        Assert.Contains(" 5 None", ReadStream.Of(fixture.Route, fixture.Bytes).Facts, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Endpoint.OpenAIChat, "{\"choices\":[{\"index\":128,\"delta\":{}}]}")]
    [InlineData(Endpoint.OpenAIChat, "{\"choices\":[{\"index\":-1,\"delta\":{}}]}")]
    [InlineData(Endpoint.OpenAIChat, "{\"choices\":[7]}")]
    [InlineData(Endpoint.OpenAIChat, "{\"choices\":\"x\"}")]
    [InlineData(Endpoint.OpenAIChat, "{\"choices\":[]} x")]
    [InlineData(Endpoint.OpenAIChat, "{\"\\ud83d\":1,\"choices\":[")]
    [InlineData(Endpoint.OpenAIChat, "[]")]
    [InlineData(Endpoint.OpenAIResponses, "null")]
    [InlineData(Endpoint.AnthropicMessages, "{\"type\":\"message_stop\"")]
    [InlineData(Endpoint.AnthropicMessages, "[DONE]")]
    public void Data_that_the_protocol_does_not_allow_is_an_error(Endpoint endpoint, string data)
    {
        var machine = StreamMachine.For(RouteTable.Of(endpoint));
        var signals = machine.Observe(new StreamEvent { Data = Encoding.UTF8.GetBytes(data), HasData = true });
        Assert.True(signals.HasFlag(StreamSignals.Error));
        Assert.True(signals.HasFlag(StreamSignals.Malformed));
        Assert.Equal(Completeness.Failed, machine.AtEnd());
    }

    [Theory]
    [InlineData("{\"usage\":{\"prompt_tokens\":-4,\"completion_tokens\":1e400},\"choices\":[]}")]
    [InlineData("{\"usage\":{\"prompt_tokens\":\"4\",\"completion_tokens\":[1]},\"choices\":[]}")]
    [InlineData("{\"usage\":[4],\"choices\":[]}")]
    [InlineData("{\"usage\":{},\"model\":7,\"choices\":null}")]
    public void Counts_that_are_none_are_not_counted(string data)
    {
        var machine = StreamMachine.For(RouteTable.Of(Endpoint.OpenAIChat));
        machine.Observe(new StreamEvent { Data = Encoding.UTF8.GetBytes(data), HasData = true });
        Assert.Equal(default, machine.Usage);
        Assert.Null(machine.ReportedModel);
    }

    [Fact]
    public void Counts_that_no_model_can_reach_are_cut_to_what_a_leaf_can_hold()
    {
        var machine = StreamMachine.For(RouteTable.Of(Endpoint.AnthropicMessages));
        const string Data = "{\"type\":\"message_delta\",\"usage\":{\"input_tokens\":9223372036854775807,"
            + "\"cache_read_input_tokens\":9223372036854775807,\"output_tokens\":1}}";
        machine.Observe(new StreamEvent { Data = Encoding.UTF8.GetBytes(Data), HasData = true });
        Assert.Equal(1, machine.Usage.Output);
        // RFC 8785 numbers: integers up to 2^53 - 1.
        Assert.InRange(machine.Usage.Input!.Value, 1, (1L << 53) - 1);
    }

    [Fact]
    public void Only_routes_that_stream_have_a_machine_and_a_reader()
    {
        foreach (var route in RouteTable.All)
        {
            if (route.Framing == StreamFraming.None)
            {
                Assert.Throws<ArgumentException>(() => StreamMachine.For(route));
                Assert.Throws<ArgumentException>(() => EventReader.For(route));
                continue;
            }
            Assert.Equal(Completeness.Truncated, StreamMachine.For(route).AtEnd());
            using var reader = EventReader.For(route);
            Assert.Equal(route.Framing == StreamFraming.Sse, reader is SseReader);
        }
    }
}
