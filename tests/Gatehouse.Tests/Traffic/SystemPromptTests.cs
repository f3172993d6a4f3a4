using System.Buffers;
using System.Text;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Tests.Traffic;

/// <summary>Where a text is added to the operator's words of a prompt.</summary>
public sealed class SystemPromptTests
{
    [Theory]
    [InlineData("""{"messages":[]}""", """{"messages":[{"role":"system","content":"+"}]}""")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}]}""",
        """{"messages":[{"role":"system","content":"+"},{"role":"user","content":"a"}]}""")]
    [InlineData("""{"messages":[{"content":"be","role":"system"},{"role":"user","content":"a"}]}""",
        """{"messages":[{"content":"be\n\n+","role":"system"},{"role":"user","content":"a"}]}""")]
    [InlineData("""{"messages":[{"role":"developer","content":[{"type":"text","text":"be"}]}]}""",
        """{"messages":[{"role":"developer","content":[{"type":"text","text":"be"},{"type":"text","text":"+"}]}]}""")]
    [InlineData("""{"messages":[{"role":"system","content":null}]}""",
        """{"messages":[{"role":"system","content":"+"},{"role":"system","content":null}]}""")]
    public void A_chat_has_it_in_its_first_system_message(string body, string expected)
    {
        foreach (var endpoint in new[] { Endpoint.OpenAIChat, Endpoint.OllamaChat })
            Assert.Equal(expected, Add(endpoint, body));
    }

    [Theory]
    [InlineData(Endpoint.AnthropicMessages, """{"system":"","messages":[]}""", """{"system":"+","messages":[]}""")]
    [InlineData(Endpoint.AnthropicMessages, """{"messages":[]}""", """{"system":"+","messages":[]}""")]
    [InlineData(Endpoint.AnthropicMessages, """{"system":[]}""", """{"system":[{"type":"text","text":"+"}]}""")]
    [InlineData(Endpoint.OpenAIResponses, """{"instructions":null}""", """{"instructions":"+"}""")]
    [InlineData(Endpoint.OpenAIResponses, """{"instructions":"\"x\""}""", """{"instructions":"\"x\"\n\n+"}""")]
    [InlineData(Endpoint.OllamaGenerate, """{"raw":false,"template":"","prompt":"a"}""",
        """{"system":"+","raw":false,"template":"","prompt":"a"}""")]
    [InlineData(Endpoint.OllamaGenerate, "{}", """{"system":"+"}""")]
    public void Others_have_it_in_a_member(Endpoint endpoint, string body, string expected)
        => Assert.Equal(expected, Add(endpoint, body));

    [Theory]
    [InlineData("""{"raw":true,"prompt":"a"}""")]
    [InlineData("""{"prompt":"a","template":"{{ .Prompt }}"}""")]
    public void What_skips_the_operators_words_has_no_place(string body)
        => Assert.Null(Add(Endpoint.OllamaGenerate, body));

    [Fact]
    public void A_route_without_a_prompt_has_no_place_whatever_its_body_is()
    {
        foreach (var endpoint in Enum.GetValues<Endpoint>().Where(one => !SystemPrompt.HasPlace(RouteTable.Of(one))))
            Assert.Null(Add(endpoint, "--x, and no JSON"));
    }

    private static string? Add(Endpoint endpoint, string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        if (!SystemPrompt.TryAdd(bytes, RouteTable.Of(endpoint), "+", out var place)) return null;
        return Encoding.UTF8.GetString(Splicer.Apply(bytes, [place.Change]).ToArray());
    }
}
