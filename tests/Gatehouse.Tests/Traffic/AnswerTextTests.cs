using System.Text;
using System.Text.Json;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Tests.Traffic;

/// <summary>Where the text of answers stands.</summary>
public sealed class AnswerTextTests
{
    /// <summary>Every string of these answers that holds text begins so; what does not is metadata.</summary>
    private const string Mark = "§";

    public static TheoryData<string> Names => [.. AnswerFixtures.All.Select(fixture => fixture.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_string_is_a_text_or_known_to_be_none(string name)
    {
        var fixture = AnswerFixtures.Of(name);
        foreach (var data in fixture.Events)
        {
            var reader = AnswerText.For(RouteTable.Of(fixture.Endpoint))!;
            Assert.True(reader.TryRead(data));
            var taken = reader.Deltas.Select(delta => AnswerText.PathOf(data, delta)).ToList();

            Assert.DoesNotContain(reader.Deltas, delta => delta.Channel.Kind == TextKind.Unknown);
            foreach (var (path, text) in StringsOf(data).Where(one => one.Text.Length > 0))
            {
                // Arguments that are an object are one text.
                var isTaken = taken.Any(one => path == one || path.StartsWith(one + ".", StringComparison.Ordinal)
                    || path.StartsWith(one + "[", StringComparison.Ordinal));
                Assert.True(isTaken == text.Contains(Mark, StringComparison.Ordinal),
                    $"{path} = {text}: {(isTaken ? "a text" : "no text")}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_pieces_of_a_stream_make_the_texts_of_the_whole_answer(string name)
    {
        var fixture = AnswerFixtures.Of(name);
        if (fixture.Texts.Count == 0) return;
        var texts = new Dictionary<TextChannel, string>();
        var repeated = new List<(TextChannel Channel, string Text)>();
        var reader = AnswerText.For(RouteTable.Of(fixture.Endpoint))!;
        foreach (var data in fixture.Events)
        {
            Assert.True(reader.TryRead(data));
            foreach (var delta in reader.Deltas)
            {
                if (delta.IsAlone || delta.Channel.Kind is TextKind.Unread or TextKind.Shadow) continue;
                var text = AnswerText.TextOf(data, delta);
                if (delta.IsRepeat && texts.ContainsKey(delta.Channel)) repeated.Add((delta.Channel, text));
                else texts[delta.Channel] = texts.GetValueOrDefault(delta.Channel) + text;
            }
        }

        Assert.Equal(fixture.Texts, texts);
        Assert.All(repeated, one => Assert.True(one.Text.Length == 0 || texts[one.Channel] == one.Text, $"{one}"));
    }

    [Fact]
    public void A_string_that_no_table_has_is_a_text()
    {
        var reader = AnswerText.For(RouteTable.Of(Endpoint.OpenAIChat))!;
        Assert.True(reader.TryRead("""{"choices":[{"delta":{"new_field":{"deep":["a"]}},"x":"b"}],"y":"c"}"""u8));

        Assert.Equal(3, reader.Deltas.Count);
        Assert.All(reader.Deltas, delta => Assert.Equal((TextKind.Unknown, true), (delta.Channel.Kind, delta.IsAlone)));
    }

    [Theory]
    [InlineData("""{"choices":[{"delta":{"content":"a"},"index":3}]}""", 3, 0)]
    [InlineData("""{"choices":[{"index":1,"delta":{"tool_calls":[{"custom":{"input":"a"},"index":2}]}}]}""", 1, 2)]
    [InlineData("""{"choices":[{"message":{"tool_calls":[{},{"function":{"arguments":"a"}}]}}]}""", 0, 1)]
    public void A_number_behind_the_text_counts_too(string json, int outer, int inner)
    {
        var reader = AnswerText.For(RouteTable.Of(Endpoint.OpenAIChat))!;
        Assert.True(reader.TryRead(Encoding.UTF8.GetBytes(json)));

        var channel = Assert.Single(reader.Deltas).Channel;
        Assert.Equal((outer, inner), (channel.Outer, channel.Inner));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"a\":")]
    [InlineData("{\"a\":\"\\ud83d\"")]
    [InlineData("nothing")]
    public void What_is_no_object_is_not_read(string data)
    {
        var reader = AnswerText.For(RouteTable.Of(Endpoint.OllamaChat))!;

        Assert.False(reader.TryRead(Encoding.UTF8.GetBytes(data)));
        Assert.Empty(reader.Deltas);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("quote \" back \\ line \n tab \t nul \0 del \u007f")]
    [InlineData("Größe 日本 😀")]
    [InlineData("half \ud83d of one")]
    [InlineData("\ude00")]
    public void Characters_survive_as_json(string text)
    {
        var json = AnswerText.JsonOf(text);
        byte[] data = [.. "{\"response\":"u8, .. json, .. "}"u8];
        var reader = AnswerText.For(RouteTable.Of(Endpoint.OllamaGenerate))!;
        Assert.True(reader.TryRead(data));

        Assert.Equal(text, AnswerText.TextOf(data, Assert.Single(reader.Deltas)));
    }

    [Fact]
    public void No_bytes_make_the_reader_throw()
    {
        var random = new Random(20_261_128);
        foreach (var fixture in AnswerFixtures.All)
        {
            var reader = AnswerText.For(RouteTable.Of(fixture.Endpoint))!;
            foreach (var data in fixture.Events)
            {
                for (var round = 0; round < 200; round++)
                {
                    var broken = data.ToArray();
                    for (var hits = random.Next(1, 4); hits > 0; hits--)
                        broken[random.Next(broken.Length)] = (byte)random.Next(256);
                    if (!reader.TryRead(broken)) continue;
                    foreach (var delta in reader.Deltas) AnswerText.TextOf(broken, delta);
                }
            }
        }
    }

    private static IEnumerable<(string Path, string Text)> StringsOf(byte[] data)
    {
        using var document = JsonDocument.Parse(data);
        return [.. Walk("", document.RootElement)];

        static IEnumerable<(string, string)> Walk(string path, JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.String => [(path, value.GetString()!)],
            JsonValueKind.Object => value.EnumerateObject().SelectMany(
                member => Walk(path.Length == 0 ? member.Name : $"{path}.{member.Name}", member.Value)),
            JsonValueKind.Array => value.EnumerateArray().SelectMany((one, at) => Walk($"{path}[{at}]", one)),
            _ => [],
        };
    }
}
