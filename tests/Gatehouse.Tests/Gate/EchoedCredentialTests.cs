using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Gatehouse.Tests.Gate;

/// <summary>
/// An upstream that repeats the credential that it was sent, in one piece or in many, plain or escaped, tells it to
/// nobody.
/// </summary>
public sealed partial class EchoedCredentialTests(WireUpstreamStage stage) : IClassFixture<WireUpstreamStage>
{
    private const string Key = WireStage.ModelKey;

    /// <summary>What may be seen of it: less than tells one key from another.</summary>
    private const int SeenMax = 8;

    private static readonly string Escaped = string.Concat(Key.Select(one => $"\\u{(int)one:x4}"));

    public static TheoryData<string, string> Streams { get; } = new()
    {
        { "chat, in pieces", Chat(Pieces(Key, 5).Select(piece => (0, Content(piece)))) },
        { "chat, one character at a time", Chat(Pieces(Key, 1).Select(piece => (0, Content(piece)))) },
        { "chat, two choices in turn", Chat(Pieces(Key, 5).SelectMany(
            piece => new[] { (0, Content(piece)), (1, Content("other")) })) },
        { "chat, escaped", Chat([(0, $"\"content\":\"{Escaped}\"")]) },
        { "chat, escaped in pieces", Chat(Pieces(Escaped, 12).Select(piece => (0, $"\"content\":\"{piece}\""))) },
        { "chat, arguments of a tool", Chat(Pieces($"{{\\\"k\\\":\\\"{Key}\\\"}}", 7).Select(piece =>
            (0, $"\"tool_calls\":[{{\"index\":0,\"function\":{{\"arguments\":\"{piece}\"}}}}]"))) },
        { "chat, arguments with escapes of their own", Chat(
            Pieces(Escaped.Replace("\\", "\\\\", StringComparison.Ordinal), 14).Select(piece =>
                (0, $"\"tool_calls\":[{{\"index\":0,\"function\":{{\"arguments\":\"{piece}\"}}}}]"))) },
        { "chat, most of it at the end", Chat([(0, Content(Key[..^1]))]) },
        { "a comment", $": {Key}\n\n" + Chat([(0, Content("word"))]) },
    };

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task A_stream_that_gives_the_credential_is_broken_off_before_it(string form, string events)
    {
        stage.Upstream.On("echo", async to =>
        {
            await WireUpstream.BeginAsync(to, "text/event-stream");
            await WireUpstream.SayAsync(to, events);
        });

        using var response = await stage.ChatAsync("secret", "echo", stream: true);
        await AssertHiddenAsync(response, form);
    }

    [Fact]
    public async Task The_blocks_of_an_Anthropic_stream_are_read_each_for_itself()
    {
        var events = string.Concat(Pieces(Key, 6).SelectMany(piece => new[] { Delta(1, piece), Delta(0, "thinking") }));
        stage.Upstream.On("/v1/messages", async to =>
        {
            await WireUpstream.BeginAsync(to, "text/event-stream");
            await WireUpstream.SayAsync(to, events);
        });

        using var response = await stage.PostAsync("secret", "/v1/messages", "claude-keyed", stream: true);
        await AssertHiddenAsync(response, "anthropic");

        static string Delta(int index, string text)
            => "event: content_block_delta\ndata: {\"type\":\"content_block_delta\""
            + $",\"index\":{index},\"delta\":{{\"type\":\"text_delta\",\"text\":\"{text}\"}}}}\n\n";
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("escaped")]
    [InlineData("escaped twice")]
    [InlineData("in parts")]
    [InlineData("a key")]
    [InlineData("no JSON")]
    public async Task A_whole_answer_that_gives_the_credential_is_withheld(string form)
    {
        stage.Upstream.OnJson("echo", form switch
        {
            "escaped" => $"{{\"choices\":[{{\"message\":{{\"content\":\"see {Escaped}!\"}}}}]}}",
            "escaped twice" => new JsonObject { ["raw"] = $"{{\"a\":\"{Escaped}\"}}" }.ToJsonString(),
            "in parts" => new JsonObject
            {
                ["content"] = new JsonArray(
                    [.. Pieces(Key, 9).Select(piece => new JsonObject { ["type"] = "text", ["text"] = piece })]),
            }.ToJsonString(),
            "a key" => $"{{\"{Key}\":1}}",
            "no JSON" => $"<html>{Key}</html>",
            _ => $"{{\"content\":\"{Key}\"}}",
        });

        using var response = await stage.ChatAsync("secret", "echo");

        Assert.Equal("upstream_credential", RightsStage.ReasonOf(response));
        await AssertHiddenAsync(response, form);
    }

    [Fact]
    public async Task Text_that_only_begins_as_the_credential_does_passes_whole_and_in_order()
    {
        string[] words = [Key[..12], "-lookalike", Key[..5], Key[..20], "x", "end"];
        var text = Chat(words.Select(word => (0, Content(word)))) + "data: [DONE]\n\n";
        stage.Upstream.On("alike", async to =>
        {
            await WireUpstream.BeginAsync(to, "text/event-stream");
            await WireUpstream.SayAsync(to, text);
        });

        using var response = await stage.ChatAsync("secret", "alike", stream: true);
        var answer = await WireAnswer.ReadAsync(response);

        Assert.Equal((text, false), (answer.Text, answer.Broke));
        var row = await stage.RowAsync(response);
        Assert.Equal(("completed", text.Length), (row.Outcome, (int)row.BytesDelivered!));
    }

    private async Task AssertHiddenAsync(HttpResponseMessage response, string form)
    {
        var answer = await WireAnswer.ReadAsync(response);
        var row = await stage.RowAsync(response);
        var kept = await stage.Gate.ActAsync("ledger.payload", ("id", row.Id));

        Assert.True(answer.Broke || answer.Status == 502, $"{form} ended as if it were whole: {answer.Text}");
        Assert.Equal(("upstream_truncated", "upstream_credential"), (row.Outcome, row.Reason));
        var texts = kept.Select(payload => payload.ToString()).Append(answer.Text);
        Assert.All(texts, text => Assert.True(SeenIn(text) <= SeenMax, $"{form} shows {SeenIn(text)} of it: {text}"));
    }

    /// <summary>How much of the credential a reader can put together from the pieces of a text.</summary>
    private static int SeenIn(string text)
    {
        var plain = EscapePattern().Replace(text, match => $"{(char)Convert.ToInt32(match.Groups[1].Value, 16)}")
            .Replace("\\", "", StringComparison.Ordinal);
        var joined = string.Concat(PiecePattern().Matches(plain).Select(match => match.Groups[1].Value)
            .Where(piece => piece is not ("other" or "thinking")));
        return Enumerable.Range(0, Key.Length + 1).Last(length =>
            plain.Contains(Key[..length], StringComparison.Ordinal)
            || joined.Contains(Key[..length], StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\\+u([0-9a-f]{4})")]
    private static partial Regex EscapePattern();

    [GeneratedRegex("\"(?:content|arguments|text)\":\"(.*?)\"[}\\]]")]
    private static partial Regex PiecePattern();

    private static IEnumerable<string> Pieces(string text, int length)
        => text.Chunk(length).Select(piece => new string(piece));

    private static string Content(string text) => $"\"content\":\"{text}\"";

    private static string Chat(IEnumerable<(int Index, string Delta)> deltas)
    {
        var text = new StringBuilder();
        foreach (var (index, delta) in deltas)
        {
            text.Append("data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":").Append(index)
                .Append(",\"delta\":{").Append(delta).Append("},\"finish_reason\":null}]}\n\n");
        }
        text.Append("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n");
        return text.ToString();
    }
}
