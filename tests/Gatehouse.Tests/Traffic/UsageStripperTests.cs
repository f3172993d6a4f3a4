using System.Buffers;
using System.Text;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Tests.Traffic;

public sealed class UsageStripperTests
{
    [Theory]
    [InlineData("data: {\"a\":1,\"usage\":null}\n\n", "data: {\"a\":1}\n\n")]
    [InlineData("data: {\"usage\":null,\"a\":1}\n\n", "data: {\"a\":1}\n\n")]
    [InlineData("data: {\"a\":1 , \"usage\" : null , \"b\":2}\r\n\r\n", "data: {\"a\":1  , \"b\":2}\r\n\r\n")]
    [InlineData("data: { \"usage\" : null , \"b\":2}\n\n", "data: {  \"b\":2}\n\n")]
    [InlineData("data: {\"usage\":null}\n\n", "data: {}\n\n")]
    [InlineData("event: x\ndata:{\"a\":{\"usage\":null},\"usage\":null}\nid: 1\n\n", "event: x\ndata:{\"a\":{"
        + "\"usage\":null}}\nid: 1\n\n")]
    [InlineData("data: {\"a\":1,\ndata: \"usage\"\ndata::null}\n\n", "data: {\"a\":1\ndata: \ndata:}\n\n")]
    [InlineData("\ufeffdata: {\"a\":1,\ndata: \"usage\":null}\n\n", "\ufeffdata: {\"a\":1\ndata: }\n\n")]
    public void A_null_usage_is_taken_out_and_nothing_else(string wire, string expected)
    {
        var (edit, _, text) = Strip(wire);
        Assert.NotNull(edit);
        Assert.Equal(expected, text);
    }

    [Theory]
    [InlineData("data: {\"a\":{\"usage\":null}}\n\n")]
    [InlineData("data: {\"a\":\"\\\"usage\\\":null\"}\n\n")]
    [InlineData("data: {\"choices\":[{\"index\":0,\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1}}\n\n")]
    [InlineData("data: {\"a\":1,\"usage\":null\n\n")]
    [InlineData("data: [DONE]\n\n")]
    [InlineData(": \"usage\":null\n\n")]
    [InlineData("data: {\"error\":{\"message\":\"x\"},\"usage\":{}}\n\n")]
    public void What_is_not_a_null_usage_stays(string wire) => Assert.Equal(wire, Strip(wire).Text);

    [Theory]
    [InlineData("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1}}\n\n")]
    [InlineData("data: {\"usage\":{},\"model\":\"m\",\"choices\":[ ]}\n\n")]
    public void The_extra_chunk_is_known(string wire)
        => Assert.Equal(StreamSignals.UsageOnly, Strip(wire).Signals & StreamSignals.UsageOnly);

    [Fact]
    public void The_whole_stream_is_as_if_usage_had_not_been_asked_for()
    {
        var fixture = StreamFixtures.Of("chat");
        var expected = fixture.Text
            .Replace("\"usage\":null,", "", StringComparison.Ordinal)
            .Replace(",\"usage\":null", "", StringComparison.Ordinal)
            .Replace(", \"usage\" : null", "", StringComparison.Ordinal);
        var extra = expected.Split("\n\n").Single(chunk => chunk.Contains("prompt_tokens", StringComparison.Ordinal));
        expected = expected.Replace(extra + "\n\n", "", StringComparison.Ordinal);
        Assert.DoesNotContain("usage", expected, StringComparison.Ordinal);
        var read = ReadStream.Of(fixture.Route, fixture.Bytes);
        Assert.Equal(expected, Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(read.Stripped)));
    }

    private static (Splice? Edit, StreamSignals Signals, string Text) Strip(string wire)
    {
        using var reader = new SseReader();
        reader.Append(Encoding.UTF8.GetBytes(wire));
        Assert.True(reader.TryRead(out var read));
        var output = new ArrayBufferWriter<byte>();
        var signals = StreamMachine.For(RouteTable.Of(Endpoint.OpenAIChat)).Observe(read);
        var edit = UsageStripper.Find(read);
        EventEditor.Write(read, edit is { } usage ? [usage] : [], output);
        return (edit, signals, Encoding.UTF8.GetString(output.WrittenSpan));
    }
}
