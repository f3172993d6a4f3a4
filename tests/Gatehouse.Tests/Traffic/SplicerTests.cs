using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Tests.Traffic;

public sealed class SplicerTests
{
    [Theory]
    [InlineData("{\"model\":\"a\",\"stream\":true}", "{\"stream_options\":{\"include_usage\":true},"
        + "\"model\":\"B\",\"stream\":true}")]
    [InlineData(" { \"stream\":true,\"model\":\"a\"}", " {\"stream_options\":{\"include_usage\":true},"
        + " \"stream\":true,\"model\":\"B\"}")]
    [InlineData("{\"model\":\"a\",\"stream\":true,\"stream_options\":null}", "{\"model\":\"B\",\"stream\":true,"
        + "\"stream_options\":{\"include_usage\":true}}")]
    [InlineData("{\"stream_options\":{},\"model\":\"a\",\"stream\":true}", "{\"stream_options\":{"
        + "\"include_usage\":true},\"model\":\"B\",\"stream\":true}")]
    [InlineData("{\"model\":\"a\",\"stream\":true,\"stream_options\":{ \"x\":{}}}", "{\"model\":\"B\","
        + "\"stream\":true,\"stream_options\":{\"include_usage\":true, \"x\":{}}}")]
    [InlineData("{\"model\":\"a\",\"stream\":true,\"stream_options\":{\"include_usage\":false,"
        + "\"x\":1}}", "{\"model\":\"B\",\"stream\":true,\"stream_options\":{\"include_usage\":true,\"x\":1}}")]
    [InlineData("{\"model\":\"a\",\"stream\":true,\"stream_options\":{\"x\":1,\"include_usage\":null}}", "{\"model"
        + "\":\"B\",\"stream\":true,\"stream_options\":{\"x\":1,\"include_usage\":true}}")]
    public void Model_and_usage_are_changed_where_they_stand(string body, string expected) =>
        Assert.Equal(expected, Forward(body, "B", Endpoint.OpenAIChat));

    [Theory]
    [InlineData("{\"model\":\"a\"}", Endpoint.OpenAIChat)]
    [InlineData("{\"model\":\"a\",\"stream\":true,\"stream_options\":{\"include_usage\":true}}", Endpoint.OpenAIChat)]
    [InlineData("{\"model\":\"a\",\"stream\":true}", Endpoint.OpenAIResponses)]
    [InlineData("{\"model\":\"a\",\"stream\":true}", Endpoint.AnthropicMessages)]
    [InlineData("{\"model\":\"a\"}", Endpoint.OllamaChat)]
    public void Usage_is_asked_for_only_where_it_is_missing(string body, Endpoint endpoint) =>
        Assert.Null(RequestInspector.Inspect(Encoding.UTF8.GetBytes(body), RouteTable.Of(endpoint)).UsageRequest);

    [Fact]
    public void A_call_that_needs_no_change_has_no_splices()
    {
        var body = "{\"model\":\"a\",\"stream\":true}"u8;
        var read = RequestInspector.Inspect(body, RouteTable.Of(Endpoint.OpenAIChat));
        Assert.Empty(read.Splices("a", mayAskForUsage: false));
        Assert.Equal([read.UsageRequest!.Value], read.Splices("a", mayAskForUsage: true));
        Assert.Equal(new Splice(9, 3, default), Assert.Single(read.Splices("b", false)) with { Replacement = default });
    }

    [Fact]
    public void A_model_that_only_the_path_names_is_put_into_the_body_beside_the_request_for_usage()
    {
        var body = " {\"stream\":true}"u8.ToArray();
        var read = RequestInspector.Inspect(body, RouteTable.Of(Endpoint.OpenAIChat), isNamedInPath: true);
        Assert.Null(read.Refusal);
        Assert.Equal(
            " {\"model\":\"a\\\"b\",\"stream_options\":{\"include_usage\":true},\"stream\":true}",
            Encoding.UTF8.GetString(Splicer.Apply(body, read.Splices("a\"b", mayAskForUsage: true))));
        Assert.NotNull(RequestInspector.Inspect(body, RouteTable.Of(Endpoint.OpenAIChat)).Refusal);
    }

    [Fact]
    public void What_is_forwarded_is_the_body_but_for_the_spliced_members()
    {
        var text = Gen.String[Gen.Char["ab\"\\\u00e9\u65e5\n/ "], 0, 8];
        var json = Gen.Recursive<JsonNode?>((depth, nested) => depth > 3
            ? text.Select(value => (JsonNode?)JsonValue.Create(value))
            : Gen.Frequency(
                (3, text.Select(value => (JsonNode?)JsonValue.Create(value))),
                (1, Gen.Int.Select(value => (JsonNode?)JsonValue.Create(value))),
                (1, Gen.Const((JsonNode?)null)),
                (2, Gen.Dictionary(Gen.Int[0, 40], nested)[0, 20].Select(Members)),
                (1, nested.Array[0, 4].Select(items => (JsonNode?)new JsonArray(items)))));
        var cases = Gen.Select(Gen.Dictionary(Gen.Int[0, 40], json)[0, 20].Select(Members), text, text, Gen.Int[0, 20]);
        FixedCases.Check(cases, 3_000, sample =>
        {
            var (body, model, upstream, at) = sample;
            var members = body!.AsObject();
            members.Insert(Math.Min(at, members.Count), "model", "m" + model);
            members.Insert(Math.Min(20 - at, members.Count), "stream", true);
            var forwarded = JsonNode.Parse(Forward(members.ToJsonString(), upstream, Endpoint.OpenAIChat))!.AsObject();
            Assert.Equal(upstream, (string?)forwarded["model"]);
            Assert.Equal("{\"include_usage\":true}", forwarded["stream_options"]!.ToJsonString());
            forwarded.Remove("stream_options");
            forwarded["model"] = "m" + model;
            Assert.Equal(members.ToJsonString(), forwarded.ToJsonString());
        });
    }

    [Fact]
    public void Splices_may_come_in_any_order_and_say_their_length()
    {
        Splice[] splices =
        [
            new(4, 1, "XY"u8.ToArray()), new(0, 0, "<"u8.ToArray()), new(2, 2, default), new(6, 0, ">"u8.ToArray()),
        ];
        var output = Splicer.Apply("abcdef"u8.ToArray(), splices);
        Assert.Equal("<abXYf>", Encoding.UTF8.GetString(output));
        Assert.Equal(output.Length, Splicer.LengthAfter("abcdef"u8, splices));
    }

    [Theory]
    [InlineData(0, 2, 1, 1)]
    [InlineData(3, 0, 3, 0)]
    [InlineData(5, 2, 0, 0)]
    [InlineData(-1, 1, 3, 0)]
    [InlineData(0, -1, 3, 0)]
    [InlineData(7, 0, 3, 0)]
    public void Splices_that_do_not_fit_are_refused(int offset, int length, int otherOffset, int otherLength)
    {
        Assert.Throws<ArgumentException>(() => Splicer.Apply(
            "abcdef"u8.ToArray(), [new(offset, length, default), new(otherOffset, otherLength, default)]));
    }

    private static JsonNode? Members(Dictionary<int, JsonNode?> members) => new JsonObject(
        members.Select(pair => KeyValuePair.Create($"k{pair.Key}\u00e9", pair.Value?.DeepClone())));

    private static string Forward(string body, string upstream, Endpoint endpoint)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var read = RequestInspector.Inspect(bytes, RouteTable.Of(endpoint));
        Assert.Null(read.Refusal);
        return Encoding.UTF8.GetString(Splicer.Apply(bytes, read.Splices(upstream, mayAskForUsage: true)));
    }
}
