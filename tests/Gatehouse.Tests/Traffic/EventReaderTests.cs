using System.Text;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Tests.Traffic;

public sealed class EventReaderTests
{
    [Theory]
    [InlineData("data: a\n\n", "a")]
    [InlineData("data:a\r\n\r\n", "a")]
    [InlineData("data:  a\r\rdata\r\r", " a", "")]
    [InlineData("data: a\ndata: b\r\ndata:\rdata: c\n\n", "a\nb\n\nc")]
    [InlineData("\ufeffdata: a\n\n", "a")]
    [InlineData("\ufeff\n\ufeffdata: a\n\n", null, null)]
    [InlineData(": comment\n\ndata: a\n\n", null, "a")]
    [InlineData("\n\ndata: a\n\n", null, null, "a")]
    [InlineData("id: 1\nretry: 5\nDATA: x\ndatax: y\n\ndata: z\n\n", null, "z")]
    [InlineData("data: a", "a")]
    [InlineData("data: a\n", "a")]
    [InlineData("data: a\r", "a")]
    public void Lines_become_events_as_the_standard_says(string text, params string?[] data) =>
        Assert.Equal(data, Data(new SseReader(), text));

    [Theory]
    [InlineData("{}\n{}\n", "{}", "{}")]
    [InlineData("{}\r\n\n {} \n{", "{}", null, " {}", "{")]
    [InlineData("\ufeff{}\n", "{}")]
    public void Lines_of_json_become_events(string text, params string?[] data) =>
        Assert.Equal(data, Data(new NdjsonReader(), text));

    [Fact]
    public void The_last_name_of_an_event_counts()
    {
        using var reader = new SseReader();
        reader.Append("event: a\nevent:b\ndata: x\n\n"u8);
        Assert.True(reader.TryRead(out var read));
        Assert.Equal("b", Encoding.UTF8.GetString(read.Name.Span));
    }

    [Theory]
    [InlineData(100, 100, true)]
    [InlineData(100, 101, false)]
    public void An_event_above_the_limit_is_a_fault_however_it_comes(int limit, int size, bool isRead)
    {
        var bytes = Encoding.UTF8.GetBytes("data: " + new string('x', size - 8) + "\n\n");
        for (var at = 0; at <= size; at++)
        {
            using var reader = new SseReader(limit);
            reader.Append("data: first\n\n"u8);
            reader.Append(bytes.AsSpan(0, at));
            Assert.True(reader.TryRead(out _));
            var early = reader.TryRead(out _);
            reader.Append(bytes.AsSpan(at));
            Assert.Equal(isRead, early || reader.TryRead(out _));
            Assert.Equal(isRead ? StreamFault.None : StreamFault.EventTooLarge, reader.Fault);
            reader.Append("data: more\n\n"u8);
            Assert.Equal(isRead, reader.TryRead(out _));
        }
    }

    [Fact]
    public void A_reader_without_a_waiting_part_holds_no_memory()
    {
        using var reader = new SseReader();
        reader.Append("data: a\n\ndata: b"u8);
        Assert.True(reader.TryRead(out _));
        Assert.False(reader.TryRead(out _));
        Assert.InRange(reader.BytesHeld, 1, 4096);
        reader.Append("\n\n"u8);
        Assert.True(reader.TryRead(out _));
        Assert.False(reader.TryRead(out _));
        Assert.Equal(0, reader.BytesHeld);
    }

    [Fact]
    public void Two_thousand_idle_streams_hold_a_few_hundred_kilobytes()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var streams = new List<(EventReader, StreamMachine)>();
        for (var i = 0; i < 2_000; i++)
        {
            var route = RouteTable.Of(Endpoint.OpenAIChat);
            var (reader, machine) = (EventReader.For(route), StreamMachine.For(route));
            reader.Append("data: {\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}]}\n\n"u8);
            while (reader.TryRead(out var read))
                machine.Observe(read);
            streams.Add((reader, machine));
        }
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.InRange(bytes / 2_000, 0, 1_000);
        GC.KeepAlive(streams);
    }

    [Fact]
    public void A_large_event_in_small_pieces_takes_time_in_proportion_to_its_size()
    {
        using var reader = new SseReader();
        var piece = new byte[64];
        piece.AsSpan().Fill((byte)'x');
        var clock = System.Diagnostics.Stopwatch.StartNew();
        reader.Append("data: "u8);
        for (var i = 0; i < 100_000; i++)
        {
            reader.Append(piece);
            Assert.False(reader.TryRead(out _));
        }
        reader.Append("\n\n"u8);
        Assert.True(reader.TryRead(out var read));
        Assert.Equal(6_400_000, read.Data.Length);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10);
    }

    private static List<string?> Data(EventReader reader, string text)
    {
        using (reader)
        {
            reader.Append(Encoding.UTF8.GetBytes(text));
            reader.Finish();
            var data = new List<string?>();
            while (reader.TryRead(out var read))
                data.Add(read.HasData ? Encoding.UTF8.GetString(read.Data.Span) : null);
            return data;
        }
    }
}
