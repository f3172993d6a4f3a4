using System.Text;
using System.Text.Json;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Tests.Traffic;

/// <summary>Where the texts of prompts stand, and whose they are.</summary>
public sealed class RequestTextTests
{
    /// <summary>
    /// Requests of all dialects. Each string that is a text begins with the word for whose it is; what has no such
    /// word is a setting, an id or a type.
    /// </summary>
    public static TheoryData<Endpoint, string> Requests => new()
    {
        {
            Endpoint.OpenAIChat,
            """
            {"model":"m","user":"u","stop":["END"],"tool_choice":{"type":"function","function":{"name":"f"}},
             "messages":[{"role":"system","content":"System: be brief"},{"role":"developer","content":"Developer: x"},
             {"content":"User: before its role","role":"user","name":"Name: ann"},
             {"role":"user","content":[{"type":"text","text":"User: look"},
               {"type":"image_url","image_url":{"url":"data:image/png;base64,Unread","detail":"low"}},
               {"type":"input_audio","input_audio":{"data":"Unread:AAAA","format":"wav"}},
               {"type":"file","file":{"filename":"Name: a.pdf","file_data":"Unread:AA"}}]},
             {"role":"assistant","content":"Assistant: yes","reasoning_content":"Reasoning: hm","tool_calls":[{"id":"c",
               "type":"function","function":{"name":"ToolCall: look","arguments":"ToolCall: {}"}}]},
             {"role":"tool","tool_call_id":"c","content":"ToolResult: sunny"}],
             "tools":[{"type":"ToolDefinition: function","function":{"name":"ToolDefinition: look",
               "description":"ToolDefinition: looks","parameters":{"type":"ToolDefinition: object"}}}],
             "response_format":{"type":"ToolDefinition: json"},"brand_new":{"deep":["Unknown: x"]}}
            """
        },
        {
            Endpoint.OpenAIResponses,
            """
            {"model":"m","instructions":"System: be brief","input":[
             {"type":"message","role":"developer","content":[{"type":"input_text","text":"Developer: x"}]},
             {"role":"user","content":"User: hi"},
             {"type":"message","role":"assistant","id":"m1","content":[{"type":"output_text","text":"Assistant: yes"}]},
             {"type":"reasoning","id":"r","summary":[{"type":"summary_text","text":"Reasoning: hm"}],
               "encrypted_content":"xx"},
             {"type":"function_call","call_id":"c","name":"ToolCall: look","arguments":"ToolCall: {}"},
             {"type":"function_call_output","call_id":"c","output":"ToolResult: sunny"}],
             "text":{"format":{"type":"ToolDefinition: json"}}}
            """
        },
        { Endpoint.OpenAIResponses, """{"model":"m","input":"User: hi"}""" },
        { Endpoint.OpenAICompletions, """{"model":"m","prompt":["User: a","User: b"],"suffix":"User: c"}""" },
        { Endpoint.OpenAIEmbeddings, """{"model":"m","input":["EmbeddingInput: a"],"encoding_format":"float"}""" },
        {
            Endpoint.AnthropicMessages,
            """
            {"model":"m","system":[{"type":"text","text":"System: be brief","cache_control":{"type":"ephemeral"}}],
             "messages":[{"role":"user","content":[{"type":"text","text":"User: hi"},
               {"type":"document","title":"Name: d","context":"Document: about","source":{"type":"text",
                 "media_type":"text/plain","data":"Document: text"}},
               {"type":"image","source":{"type":"base64","media_type":"image/png","data":"Unread:AA"}}]},
             {"role":"assistant","content":[{"type":"thinking","thinking":"Reasoning: hm","signature":"s"},
               {"type":"text","text":"Assistant: yes"},
               {"type":"tool_use","id":"t","name":"ToolCall: look","input":{"type":"ToolCall: x"}}]},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text",
               "text":"ToolResult: sunny"}]}]}],
             "tools":[{"name":"ToolDefinition: look","input_schema":{"type":"ToolDefinition: object"}}],"max_tokens":9}
            """
        },
        {
            Endpoint.OllamaChat,
            """
            {"model":"m","keep_alive":"5m","format":{"type":"ToolDefinition: object"},"messages":[
             {"role":"system","content":"System: x"},{"role":"user","content":"User: hi","images":["Unread:AA"]},
             {"role":"assistant","content":"Assistant: yes","thinking":"Reasoning: hm",
               "tool_calls":[{"function":{"name":"ToolCall: look","arguments":{"q":"ToolCall: x"}}}]},
             {"role":"tool","tool_name":"Name: look","content":"ToolResult: sunny"}]}
            """
        },
        {
            Endpoint.OllamaGenerate,
            """
            {"model":"m","prompt":"User: hi","system":"System: x","template":"System: t","suffix":"User: y",
             "images":["Unread:AA"]}
            """
        },
        { Endpoint.OllamaEmbed, """{"model":"m","input":"EmbeddingInput: a"}""" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public void Every_string_of_a_prompt_is_a_text_of_somebody(Endpoint endpoint, string json)
    {
        var body = Encoding.UTF8.GetBytes(json);
        var read = RequestInspector.Inspect(body, RouteTable.Of(endpoint), withTexts: true);

        Assert.Null(read.Refusal);
        var texts = read.Texts.Select(text => (text.PathIn(body), text.Kind, text.Decode(body))).ToList();
        Assert.All(texts, text => Assert.Contains($"{text.Kind}", text.Item3, StringComparison.Ordinal));
        var marked = Enum.GetNames<PromptKind>()
            .Sum(kind => json.Split($"{kind}:").Length - 1 + json.Split($"base64,{kind}").Length - 1);
        Assert.Equal(marked, texts.Count);
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_text_can_be_replaced_and_the_rest_stays(Endpoint endpoint, string json)
    {
        var body = Encoding.UTF8.GetBytes(json);
        var texts = RequestInspector.Inspect(body, RouteTable.Of(endpoint), withTexts: true).Texts;
        foreach (var text in texts)
        {
            var changed = Splicer.Apply(body, [text.Replace("new \"words\" 😀")]);
            var bytes = System.Buffers.BuffersExtensions.ToArray(changed);
            using var document = JsonDocument.Parse(bytes);

            Assert.Equal(body[..text.Offset], bytes[..text.Offset]);
            Assert.Equal(body[(text.Offset + text.Length)..], bytes[^(body.Length - text.Offset - text.Length)..]);
            Assert.Contains("new \\\"words\\\" 😀", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Nobody_who_does_not_ask_gets_texts()
        => Assert.Empty(RequestInspector.Inspect(
            """{"model":"m","prompt":"x"}"""u8, RouteTable.Of(Endpoint.OllamaGenerate)).Texts);
}
