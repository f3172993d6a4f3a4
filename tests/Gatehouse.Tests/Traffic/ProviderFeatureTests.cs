using System.Text;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Tests.Traffic;

public sealed class ProviderFeatureTests
{
    [Theory]
    [InlineData("\"tools\":[{\"type\":\"web_search\"}]", "web_search")]
    [InlineData("\"tools\":[{\"type\":\"web_search_preview_2025_03_11\"}]", "web_search_preview")]
    [InlineData("\"tools\":[{\"type\":\"mcp\",\"server_url\":\"https://x\"}]", "mcp")]
    [InlineData("\"tools\":[{\"type\":\"code_interpreter\",\"container\":{\"type\":\"auto\"}}]", "code_interpreter")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"name\":\"f\"},{\"type\":\"file_search\"}]", "file_search")]
    [InlineData("\"tools\":[{\"google_search\":{}}]", "untyped-tool")]
    [InlineData("\"tools\":[[{\"type\":\"mcp\"}]]", "mcp")]
    [InlineData("\"prompt\":{\"id\":\"pmpt_1\"}", "stored-prompt")]
    [InlineData("\"background\":true", "background")]
    [InlineData("\"previous_response_id\":\"resp_1\"", "previous_response_id")]
    [InlineData("\"conversation\":\"conv_1\"", "conversation")]
    [InlineData("\"conversation\":{\"id\":\"conv_1\"}", "conversation")]
    [InlineData("\"input\":[{\"type\":\"item_reference\",\"id\":\"msg_1\"}]", "item_reference")]
    [InlineData("\"input\":[{\"id\":\"msg_1\"}]", "item_reference")]
    [InlineData("\"input\":[{\"id\":\"msg_1\",\"type\":null}]", "item_reference")]
    [InlineData("\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_file\",\"file_id\":\"f\"}]}]", "file_id")]
    [InlineData("\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_file\","
        + "\"file_url\":\"x\"}]}]", "file_url")]
    [InlineData("\"input\":[{\"content\":[{\"image_url\":\"https://x/y.png\"}]}]", "remote-image")]
    [InlineData("\"input\":[{\"type\":\"computer_call_output\",\"output\":{"
        + "\"image_url\":\"http://x\"}}]", "remote-image")]
    [InlineData("\"input\":[{\"type\":\"function_call_output\",\"output\":[{\"file_id\":\"f\"}]}]", "file_id")]
    [InlineData("\"input\":[{\"type\":\"tool_search_output\",\"tools\":[{\"type\":\"mcp\"}]}]", "mcp")]
    public void Responses_name_what_the_provider_would_do(string member, string feature) =>
        Assert.Equal([feature], Features(Endpoint.OpenAIResponses, member));

    [Theory]
    [InlineData("\"web_search_options\":{}", "web_search_options")]
    [InlineData("\"search_parameters\":{\"mode\":\"on\"}", "search_parameters")]
    [InlineData("\"plugins\":[{\"id\":\"web\"}]", "plugins")]
    [InlineData("\"models\":[\"other\"]", "models")]
    [InlineData("\"messages\":[{\"content\":[{\"type\":\"image_url\",\"image_url\":{"
        + "\"url\":\"https://x\"}}]}]", "remote-image")]
    [InlineData("\"messages\":[{\"content\":[{\"image_url\":{\"url\":\"\\u0068ttps://x\"}}]}]", "remote-image")]
    [InlineData("\"messages\":[{\"content\":[{\"image_url\":{\"url\":\"HTTPS://x\"}}]}]", "remote-image")]
    [InlineData("\"messages\":[{\"content\":[{\"image_url\":{\"url\":\" https://x\"}}]}]", "remote-image")]
    [InlineData("\"messages\":[{\"content\":[{\"image_url\":{\"url\":\"file:///etc/passwd\"}}]}]", "remote-image")]
    [InlineData("\"messages\":[{\"content\":[{\"image_url\":{\"url\":\"//x/y\"}}]}]", "remote-image")]
    [InlineData("\"messages\":[{\"content\":[{\"type\":\"video_url\",\"video_url\":{"
        + "\"url\":\"http://x\"}}]}]", "remote-image")]
    [InlineData("\"messages\":[{\"content\":[{\"type\":\"image\",\"image\":\"https://x\"}]}]", "remote-image")]
    [InlineData("\"messages\":[{\"content\":[{\"type\":\"video\",\"video\":[\"https://x\"]}]}]", "remote-image")]
    [InlineData("\"messages\":[{\"content\":[{\"type\":\"file\",\"file\":{\"file_id\":\"f\"}}]}]", "file_id")]
    [InlineData("\"messages\":[{\"content\":{\"image_url\":\"https://x\"}}]", "remote-image")]
    public void Chat_names_what_the_provider_would_do(string member, string feature) =>
        Assert.Equal([feature], Features(Endpoint.OpenAIChat, member));

    [Theory]
    [InlineData("\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}]", "web_search")]
    [InlineData("\"tools\":[{\"type\":\"code_execution_20250825\",\"name\":\"c\"}]", "code_execution")]
    [InlineData("\"tools\":[{\"type\":\"bash_evil\",\"name\":\"c\"}]", "bash_evil")]
    [InlineData("\"mcp_servers\":[{\"type\":\"url\",\"url\":\"https://x\"}]", "mcp_servers")]
    [InlineData("\"container\":\"c_1\"", "container")]
    [InlineData("\"messages\":[{\"content\":[{\"type\":\"image\",\"source\":{\"type\":\"url\","
        + "\"url\":\"https://x\"}}]}]", "remote-image")]
    [InlineData("\"messages\":[{\"content\":[{\"source\":{\"url\":\"https://x\",\"type\":\"x\"}}]}]", "remote-image")]
    [InlineData("\"messages\":[{\"content\":[{\"type\":\"document\",\"source\":{\"type\":\"file\","
        + "\"file_id\":\"f\"}}]}]", "file_id")]
    [InlineData("\"messages\":[{\"content\":[{\"type\":\"container_upload\",\"file_id\":\"f\"}]}]", "file_id")]
    [InlineData("\"messages\":[{\"content\":[{\"type\":\"tool_result\",\"content\":[{\"source\":{"
        + "\"type\":\"url\"}}]}]}]", "remote-image")]
    [InlineData("\"messages\":[{\"content\":[{\"source\":{\"type\":\"content\",\"content\":[{\"source\":{"
        + "\"type\":\"url\"}}]}}]}]", "remote-image")]
    [InlineData("\"system\":[{\"type\":\"image\",\"source\":{\"type\":\"url\"}}]", "remote-image")]
    public void Messages_name_what_the_provider_would_do(string member, string feature)
    {
        Assert.Equal([feature], Features(Endpoint.AnthropicMessages, member));
        Assert.Equal([feature], Features(Endpoint.AnthropicCountTokens, member));
    }

    [Theory]
    [InlineData(Endpoint.AnthropicMessages, "\"tools\":[{\"name\":\"f\",\"input_schema\":{\"type\":\"object\"}}]")]
    [InlineData(Endpoint.AnthropicMessages, "\"tools\":[{\"type\":\"bash_20250124\",\"name\":\"bash\"},{"
        + "\"type\":\"text_editor_20250728\"},{\"type\":\"computer_20250124\"},{\"type\":\"memory_20250818\"}]")]
    [InlineData(Endpoint.AnthropicMessages, "\"mcp_servers\":[],\"container\":null")]
    [InlineData(Endpoint.AnthropicMessages, "\"messages\":[{\"content\":[{\"type\":\"document\",\"source\":{"
        + "\"type\":\"text\",\"data\":\"See https://x\"}}]}]")]
    [InlineData(Endpoint.AnthropicMessages, "\"messages\":[{\"content\":[{\"type\":\"tool_use\",\"id\":\"t\","
        + "\"input\":{\"url\":\"https://x\",\"file_id\":1}}]}]")]
    [InlineData(Endpoint.AnthropicMessages, "\"messages\":[{\"content\":[{\"type\":\"search_result\","
        + "\"source\":\"https://x\",\"content\":[]}]}]")]
    [InlineData(Endpoint.OpenAIChat, "\"messages\":[{\"role\":\"user\",\"content\":\"look at https://x\"}]")]
    [InlineData(Endpoint.OpenAIChat, "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\","
        + "\"parameters\":{\"properties\":{\"type\":{\"type\":\"mcp\"}}}}},{\"type\":\"custom\",\"custom\":{}}]")]
    [InlineData(Endpoint.OpenAIChat, "\"messages\":[{\"content\":[{\"type\":\"input_audio\",\"input_audio\":{"
        + "\"data\":\"AAAA\",\"format\":\"wav\"}}]}]")]
    [InlineData(Endpoint.OpenAIChat, "\"messages\":[{\"content\":[{\"image_url\":{\"url\":\"DATA:image\\/png;base6"
        + "4,AA\"}}]}]")]
    [InlineData(Endpoint.OpenAIChat, "\"prediction\":{\"type\":\"content\"},\"metadata\":{\"file_id\":\"x\"}")]
    [InlineData(Endpoint.OpenAIResponses, "\"input\":\"text\",\"background\":false,\"previous_response_id\":null,"
        + "\"prompt\":null")]
    [InlineData(Endpoint.OpenAIResponses, "\"input\":[{\"type\":\"reasoning\",\"id\":\"r\",\"summary\":[]},{"
        + "\"role\":\"user\",\"content\":\"x\"}]")]
    [InlineData(Endpoint.OpenAICompletions, "\"prompt\":\"text\"")]
    [InlineData(Endpoint.OllamaGenerate, "\"prompt\":\"x\",\"images\":[\"iVBORw0KGgo=\"]")]
    [InlineData(Endpoint.OllamaChat, "\"messages\":[{\"role\":\"user\",\"content\":\"x\",\"images\":["
        + "\"iVBORw0KGgo=\"]}]")]
    public void What_stays_between_caller_and_model_names_nothing(Endpoint endpoint, string member) =>
        Assert.Empty(Features(endpoint, member));

    [Fact]
    public void An_image_of_ollama_is_not_an_address() => Assert.Equal(
        ["remote-image"],
        Features(Endpoint.OllamaChat, "\"messages\":[{\"content\":\"x\",\"images\":[\"https://x/y.png\"]}]"));

    [Fact]
    public void Each_feature_is_named_once() => Assert.Equal(
        ["mcp", "web_search"],
        Features(
            Endpoint.OpenAIResponses,
            "\"tools\":[{\"type\":\"mcp\"},{\"type\":\"mcp\"},{\"type\":\"web_search\"},{\"type\":\"function\","
                + "\"name\":\"f\"}]"));

    [Theory]
    [InlineData("{\"type\":7}")]
    [InlineData("{\"type\":\"\\u0066unction\"}")]
    [InlineData("{\"type\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}")]
    public void A_type_of_tool_that_is_no_plain_short_word_is_malformed(string tool) =>
        Assert.Equal(RefusalKind.Malformed, Inspect(Endpoint.OpenAIChat, $"\"tools\":[{tool}]").Refusal?.Kind);

    [Fact]
    public void Too_many_kinds_of_tool_are_malformed()
    {
        var tools = string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"{{\"type\":\"t{i}\"}}"));
        Assert.Equal(RefusalKind.Malformed, Inspect(Endpoint.OpenAIChat, $"\"tools\":[{tools}]").Refusal?.Kind);
    }

    private static IReadOnlyList<string> Features(Endpoint endpoint, string member)
    {
        var read = Inspect(endpoint, member);
        Assert.Null(read.Refusal);
        return read.ProviderFeatures;
    }

    private static RequestInspection Inspect(Endpoint endpoint, string member) =>
        RequestInspector.Inspect(Encoding.UTF8.GetBytes($"{{\"model\":\"m\",{member}}}"), RouteTable.Of(endpoint));
}
