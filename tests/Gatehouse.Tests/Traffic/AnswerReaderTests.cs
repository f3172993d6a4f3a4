using System.Text;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Tests.Traffic;

public sealed class AnswerReaderTests
{
    [Theory]
    [InlineData(Endpoint.OpenAIChat, "{\"model\":\"m\",\"choices\":[{}],\"usage\":{\"prompt_tokens\":1,"
        + "\"completion_tokens\":2}}", 1L, 2L)]
    [InlineData(Endpoint.OpenAIEmbeddings, "{\"data\":[{\"embedding\":[0.1]}],\"model\":\"m\",\"usage\":{"
        + "\"prompt_tokens\":8}}", 8L, null)]
    [InlineData(Endpoint.OpenAIResponses, "{\"model\":\"m\",\"error\":null,\"usage\":{\"input_tokens\":3,"
        + "\"output_tokens\":4}}", 3L, 4L)]
    [InlineData(Endpoint.AnthropicMessages, "{\"model\":\"m\",\"usage\":{\"input_tokens\":3,"
        + "\"cache_read_input_tokens\":5,\"output_tokens\":4}}", 8L, 4L)]
    [InlineData(Endpoint.OllamaChat, "{\"model\":\"m\",\"message\":{},\"done\":true,\"prompt_eval_count\":6,"
        + "\"eval_count\":7}", 6L, 7L)]
    [InlineData(Endpoint.OllamaGenerate, "{\"model\":\"m\",\"done\":true}", null, 0L)]
    [InlineData(Endpoint.OllamaEmbed, "{\"model\":\"m\",\"embeddings\":[[0.1]],\"prompt_eval_count\":6}", 6L, null)]
    [InlineData(Endpoint.AnthropicCountTokens, "{\"model\":\"m\",\"input_tokens\":14}", null, null)]
    public void Each_dialect_says_its_usage(Endpoint endpoint, string body, long? input, long? output)
    {
        var facts = AnswerReader.Read(Encoding.UTF8.GetBytes(body), RouteTable.Of(endpoint));
        Assert.True(facts.IsReadable);
        Assert.False(facts.IsError);
        Assert.Equal(new TokenUsage(input, output), facts.Usage);
        Assert.Equal("m", facts.ReportedModel);
    }

    [Theory]
    [InlineData("{\"error\":{\"message\":\"x\"}}")]
    [InlineData("{\"type\":\"error\",\"error\":{\"type\":\"api_error\"}}")]
    [InlineData("{\"error\":\"x\"}")]
    public void An_error_is_seen_whatever_its_status(string body) =>
        Assert.True(AnswerReader.Read(Encoding.UTF8.GetBytes(body), RouteTable.Of(Endpoint.OpenAIChat)).IsError);

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("{\"model\":\"m\"")]
    [InlineData("{\"model\":\"m\"} {}")]
    public void What_is_not_one_object_is_not_readable(string body) => Assert.Equal(
        new AnswerFacts(), AnswerReader.Read(Encoding.UTF8.GetBytes(body), RouteTable.Of(Endpoint.OpenAIChat)));

    [Fact]
    public void A_name_that_is_too_long_or_broken_is_left_out()
    {
        var route = RouteTable.Of(Endpoint.OpenAIChat);
        var body = $"{{\"model\":\"{new string('m', 300)}\",\"system_fingerprint\":\"\\ud83d\"}}";
        var facts = AnswerReader.Read(Encoding.UTF8.GetBytes(body), route);
        Assert.Equal(new AnswerFacts { IsReadable = true }, facts);
        Assert.Equal("fp", AnswerReader.Read("{\"system_fingerprint\":\"fp\"}"u8, route).SystemFingerprint);
    }
}
