using System.Text;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Tests.Traffic;

public sealed class RequestInspectorTests
{
    private static readonly Route Chat = RouteTable.Of(Endpoint.OpenAIChat);

    [Fact]
    public void A_plain_call_gives_model_stream_and_limits()
    {
        const string Body = """
            {"model":"llama3.2:3b","messages":[{"role":"user","content":"hi"}],"stream":true,
            "max_tokens":7,"max_completion_tokens":9,"n":2,"stream_options":{"include_usage":true},
            "tools":[{"type":"function","function":{"name":"f","parameters":{"Model":1,"model":2}}}],"x":[1e3,null]}
            """;
        var read = Read(Body);
        Assert.Null(read.Refusal);
        Assert.Equal("llama3.2:3b", read.Model);
        Assert.Equal("\"llama3.2:3b\"", Body.Substring(read.ModelOffset, read.ModelLength));
        Assert.True(read.Stream);
        Assert.Null(read.UsageRequest);
        Assert.Equal(9, read.OutputTokensMax);
        Assert.Equal(2, read.Answers);
        Assert.Empty(read.ProviderFeatures);
        Assert.Equal(Body.Length / 4, read.PromptTokensEstimate);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("\ufeff{\"model\":\"m\"}", "byte order mark")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("\"model\"", "not a JSON object")]
    [InlineData("null", "not a JSON object")]
    [InlineData("[{\"model\":\"m\"}]", "not a JSON object")]
    [InlineData("{\"model\":\"m\"} x", "not one valid")]
    [InlineData("{\"model\":\"m\"}{\"model\":\"n\"}", "not one valid")]
    [InlineData("{\"model\":\"m\",}", "not one valid")]
    [InlineData("{\"model\":\"m\"/*c*/}", "not one valid")]
    [InlineData("{\"model\":\"m\"", "not one valid")]
    [InlineData("{'model':'m'}", "not one valid")]
    [InlineData("{\"model\":\"m\",\"x\":NaN}", "not one valid")]
    [InlineData("{}", "names no model")]
    [InlineData("{\"models\":null}", "names no model")]
    [InlineData("{\"x\":{\"model\":\"m\"}}", "names no model")]
    [InlineData("{\"model\":null}", "not a string")]
    [InlineData("{\"model\":7}", "not a string")]
    [InlineData("{\"model\":[\"m\"]}", "not a string")]
    [InlineData("{\"model\":{\"id\":\"m\"}}", "not a string")]
    [InlineData("{\"model\":\"\"}", "is empty")]
    [InlineData("{\"model\":\"m\",\"stream\":\"true\"}", "\"stream\"")]
    [InlineData("{\"model\":\"m\",\"stream\":1}", "\"stream\"")]
    [InlineData("{\"model\":\"m\",\"stream\":[true]}", "\"stream\"")]
    [InlineData("{\"model\":\"m\",\"stream_options\":\"x\"}", "stream_options")]
    [InlineData("{\"model\":\"m\",\"stream_options\":{\"include_usage\":1}}", "include_usage")]
    [InlineData("{\"model\":\"m\",\"max_tokens\":\"9\"}", "not a number")]
    [InlineData("{\"model\":\"m\",\"n\":0}", "\"n\"")]
    [InlineData("{\"model\":\"m\",\"n\":129}", "\"n\"")]
    [InlineData("{\"model\":\"m\",\"background\":\"true\"}", "background")]
    [InlineData("{\"model\":\"m\",\"x\":\"\\ud83d\"}", "half a character")]
    [InlineData("{\"model\":\"m\",\"x\":\"\\ude00\\ud83d\"}", "half a character")]
    [InlineData("{\"model\":\"m\",\"\\ud83d\":1}", "half a character")]
    [InlineData("{\"model\":\"\\ud83dx\"}", "The string at model (byte 9 of the body) holds half a character")]
    [InlineData("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"content\":[1,\"\\ud83d\"]}]}",
        "The string at messages[1].content[1] (byte ")]
    public void What_is_not_one_clear_object_is_malformed(string body, string why)
    {
        var refusal = Read(body).Refusal;
        Assert.NotNull(refusal);
        Assert.Equal(RefusalKind.Malformed, refusal.Kind);
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"cut \\ud83d\"}]}", false)]
    [InlineData("{\"model\":\"m\",\"prompt\":\"\\ude00\",\"system\":\"\\ud83d\"}", false)]
    [InlineData("{\"model\":\"\\ud83d\"}", true)]
    [InlineData("{\"model\":\"m\",\"messages\":[{\"content\":\"a\",\"\\ud83d\":1}]}", true)]
    public void Half_a_character_in_a_text_for_Ollama_passes_and_nowhere_else(string body, bool isRefused)
    {
        Assert.Equal(isRefused, Read(body, Endpoint.OllamaChat).Refusal is not null);
        Assert.NotNull(Read(body).Refusal);
    }

    [Theory]
    [InlineData("{\"model\":\"a\",\"model\":\"b\"}")]
    [InlineData("{\"model\":\"a\",\"\\u006dodel\":\"b\"}")]
    [InlineData("{\"\\u006dodel\":\"a\",\"mod\\u0065l\":\"b\"}")]
    [InlineData("{\"model\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":\"x\",\"content\":\"y\"}]}")]
    [InlineData("{\"model\":\"a\",\"x\":{\"y\":[[{\"k\":1,\"k\":1}]]}}")]
    [InlineData("{\"model\":\"a\",\"x\":{\"\":1,\"\":2}}")]
    [InlineData("{\"model\":\"a\",\"x\":{\"\\ud83d\\ude00\":1,\"😀\":2}}")]
    public void A_key_that_stands_twice_is_ambiguous(string body) =>
        Assert.Equal(RefusalKind.AmbiguousJson, Read(body).Refusal?.Kind);

    [Theory]
    [InlineData("{\"Model\":\"a\"}")]
    [InlineData("{\"model\":\"a\",\"MODEL\":\"b\"}")]
    [InlineData("{\"model\":\"a\",\"\\u004dodel\":\"b\"}")]
    [InlineData("{\"model\":\"a\",\"me\u017fsages\":[]}")]
    [InlineData("{\"model\":\"a\",\"\u212aeep_alive\":1}")]
    [InlineData("{\"model\":\"a\",\"Stream\":true}")]
    [InlineData("{\"model\":\"a\",\"options\":{\"Num_Predict\":1}}")]
    [InlineData("{\"model\":\"a\",\"messages\":[{\"role\":\"user\",\"Content\":\"b\"}]}")]
    [InlineData("{\"model\":\"a\",\"messages\":[{\"content\":[{\"type\":\"text\",\"Text\":\"b\"}]}]}")]
    [InlineData("{\"model\":\"a\",\"tools\":[{\"Type\":\"mcp\"}]}")]
    public void A_key_that_Go_would_read_as_a_known_one_is_ambiguous(string body)
    {
        foreach (var endpoint in new[] { Endpoint.OllamaChat, Endpoint.OpenAIChat, Endpoint.AnthropicMessages })
            Assert.Equal(RefusalKind.AmbiguousJson, Read(body, endpoint).Refusal?.Kind);
    }

    [Theory]
    [InlineData("{\"model\":\"a\",\"metadata\":{\"Model\":\"x\",\"model\":\"y\"}}")]
    [InlineData("{\"model\":\"a\",\"X-Own\":1,\"\u00fcber\":2,\"\u017fun\":3}")]
    [InlineData("{\"model\":\"a\",\"tools\":[{\"name\":\"f\",\"input_schema\":{\"properties\":{\"Type\":{},"
        + "\"type\":{}}}}]}")]
    [InlineData("{\"model\":\"a\",\"messages\":[{\"tool_calls\":[{\"function\":{\"arguments\":{\"Name\":1,"
        + "\"name\":2}}}]}]}")]
    [InlineData("{\"model\":\"a\",\"x\":\"\\\\ud83d \\\\\\\\ud83d \\ud83d\\ude00 \\u0000\"}")]
    [InlineData("{\"model\":\"a\",\"messages\":[{\"role\":\"u\"},{\"role\":\"u\"}]}")]
    [InlineData(" \r\n\t{ \"model\" : \"a\" } \n")]
    public void What_is_the_callers_own_passes(string body) => Assert.Null(Read(body).Refusal);

    [Fact]
    public void Invalid_utf8_is_malformed_wherever_it_stands()
    {
        byte[] body = [.. "{\"model\":\"m\",\"x\":\""u8, 0xC3, 0x28, .. "\"}"u8];
        Assert.Contains("UTF-8", RequestInspector.Inspect(body, Chat).Refusal?.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void Nesting_is_limited(int arrays, bool isTaken)
    {
        var body = $"{{\"model\":\"m\",\"x\":{new string('[', arrays)}{new string(']', arrays)}}}";
        Assert.Equal(isTaken, Read(body).Refusal is null);
    }

    [Theory]
    [InlineData(10_000, false, true)]
    [InlineData(10_001, false, false)]
    [InlineData(9_000, true, false)]
    [InlineData(17, true, false)]
    [InlineData(16, true, false)]
    public void Objects_of_many_keys_are_checked_too(int keys, bool repeatFirst, bool isTaken)
    {
        var members = Enumerable.Range(0, keys - (repeatFirst ? 1 : 0)).Select(i => $"\"key{i * 7919 % 20011}\":0");
        var last = repeatFirst ? ",\"key0\":1" : "";
        Assert.Equal(isTaken, Read($"{{\"model\":\"m\",\"x\":{{{string.Join(',', members)}{last}}}}}").Refusal is null);
    }

    [Fact]
    public void Hostile_shapes_take_time_in_proportion_to_their_size()
    {
        var many = string.Join(',', Enumerable.Range(0, 9_999).Select(i => $"\"\\u0061{i:D5}\":0"));
        var body = $"{{\"model\":\"m\",\"x\":[{string.Join(',', Enumerable.Repeat($"{{{many}}}", 60))}],"
            + $"\"y\":\"{new string('\\', 2_000_000)}\","
            + $"\"z\":[{string.Join(',', Enumerable.Repeat("{\"k\":{}}", 300_000))}]}}";
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.Null(Read(body).Refusal);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 20);
    }

    [Theory]
    [InlineData(Endpoint.OllamaChat, "", true)]
    [InlineData(Endpoint.OllamaGenerate, ",\"stream\":null", true)]
    [InlineData(Endpoint.OllamaGenerate, ",\"stream\":false", false)]
    [InlineData(Endpoint.OpenAIChat, "", false)]
    [InlineData(Endpoint.OpenAIChat, ",\"stream\":null", false)]
    [InlineData(Endpoint.OpenAIChat, ",\"stream\":true", true)]
    [InlineData(Endpoint.AnthropicMessages, ",\"stream\":true", true)]
    [InlineData(Endpoint.AnthropicCountTokens, ",\"stream\":true", false)]
    [InlineData(Endpoint.OllamaEmbed, "", false)]
    public void An_absent_stream_means_what_the_dialect_says(Endpoint endpoint, string member, bool stream) =>
        Assert.Equal(stream, Read($"{{\"model\":\"m\"{member}}}", endpoint).Stream);

    [Theory]
    [InlineData("\"max_tokens\":5", 5L)]
    [InlineData("\"max_output_tokens\":6", 6L)]
    [InlineData("\"options\":{\"num_predict\":8}", 8L)]
    [InlineData("\"options\":{\"num_predict\":-1}", null)]
    [InlineData("\"max_tokens\":1e2", 100L)]
    [InlineData("\"max_tokens\":99999999999999999999", 1_000_000_000L)]
    [InlineData("\"max_tokens\":null", null)]
    public void The_output_limit_is_found_under_each_of_its_names(string member, long? tokens) =>
        Assert.Equal(tokens, Read($"{{\"model\":\"m\",{member}}}").OutputTokensMax);

    [Theory]
    [InlineData("{\"name\":\"m\"}", "m", null)]
    [InlineData("{\"model\":\"m\"}", "m", null)]
    [InlineData("{\"name\":\"m\",\"model\":\"m\"}", "m", null)]
    [InlineData("{\"model\":\"m\",\"name\":\"m\",\"verbose\":true}", "m", null)]
    [InlineData("{\"name\":\"m\",\"model\":\"other\"}", "", RefusalKind.AmbiguousJson)]
    [InlineData("{\"name\":7}", "", RefusalKind.Malformed)]
    public void Show_takes_the_older_name_of_the_field(string body, string model, RefusalKind? refusal)
    {
        var read = Read(body, Endpoint.OllamaShow);
        Assert.Equal(refusal, read.Refusal?.Kind);
        Assert.Equal(model, read.Model);
    }

    [Fact]
    public void Inline_media_count_as_a_fixed_number_of_tokens()
    {
        var image = "data:image/png;base64," + new string('A', 400_000);
        var read = Read($$"""
            {"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"{{image}}"} }]}]}
            """);
        Assert.Empty(read.ProviderFeatures);
        Assert.InRange(read.PromptTokensEstimate, 1_000, 1_100);
    }

    private static RequestInspection Read(string body, Endpoint endpoint = Endpoint.OpenAIChat) =>
        RequestInspector.Inspect(Encoding.UTF8.GetBytes(body), RouteTable.Of(endpoint));
}
