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
    [InlineData("\"tools\":[{\"google_search\":{}}]", "google_search")]
    [InlineData("\"tools\":[{\"strict\":true}]", "untyped-tool")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"googleSearch\":{}}]", "googleSearch")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"server_url\":\"x\"}]", "server_url")]
    [InlineData("\"tools\":[{\"type\":\"openrouter:web_search\"}]", "openrouter-web_search")]
    [InlineData("\"tools\":[{\"type\":\"namespace\",\"name\":\"n\",\"tools\":[{\"type\":\"web_search\"}]}]",
        "web_search")]
    [InlineData("\"tools\":[{\"type\":\"namespace\",\"name\":\"n\",\"tools\":{\"type\":\"mcp\"}}]", "mcp")]
    [InlineData("\"tools\":[{\"type\":\"shell\",\"environment\":{\"type\":\"container_auto\"}}]", "container")]
    [InlineData("\"tools\":[{\"type\":\"shell\",\"environment\":{}}]", "container")]
    [InlineData("\"tools\":[{\"type\":\"shell\",\"environment\":\"cntr_1\"}]", "container")]
    [InlineData("\"input\":[{\"type\":\"image_generation_call\",\"id\":\"ig_1\"}]", "image_generation")]
    [InlineData("\"input\":[{\"type\":\"web_search_call\",\"id\":\"ws_1\",\"action\":{\"type\":\"search\"}}]",
        "web_search")]
    [InlineData("\"input\":[{\"type\":\"mcp_approval_response\",\"approve\":true}]", "mcp")]
    [InlineData("\"input\":[{\"type\":\"novel_call\",\"call_id\":\"c\"}]", "novel_call")]
    [InlineData("\"thread\":{\"type\":\"create\"}", "conversation")]
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
    [InlineData("\"messages\":[{\"content\":[{\"type\":\"file\",\"file\":{\"file_data\":\"https://x\"}}]}]",
        "remote-image")]
    [InlineData("\"messages\":[{\"content\":[{\"type\":\"input_audio\",\"input_audio\":{"
        + "\"data\":\"https://x\",\"format\":\"wav\"}}]}]", "remote-image")]
    [InlineData("\"messages\":[{\"content\":[{\"type\":\"image\",\"image\":\"//x/y\"}]}]", "remote-image")]
    [InlineData("\"messages\":[{\"content\":[{\"type\":\"image\",\"image\":\"\\/etc\\/passwd\"}]}]", "remote-image")]
    [InlineData("\"messages\":[{\"content\":[{\"type\":\"image\",\"image\":\"x.example\"}]}]", "remote-image")]
    [InlineData("\"messages\":[{\"content\":[{\"type\":\"image\",\"source\":\"https://x\"}]}]", "remote-image")]
    [InlineData("\"messages\":[{\"content\":[{\"type\":\"last_upload\"}]}]", "last_upload")]
    [InlineData("\"messages\":[{\"content\":[{\"type\":\"file\",\"bucket\":\"b\"}]}]", "bucket")]
    [InlineData("\"messages\":[{\"content\":[{\"type\":\"file\",\"file\":{\"uri\":\"gs:b\"}}]}]", "uri")]
    [InlineData("\"messages\":[{\"role\":\"assistant\",\"audio\":{\"id\":\"a_1\"}}]", "held-audio")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"attachments\":[{\"at\":\"https://x\"}]}]", "attachments")]
    [InlineData("\"extra_body\":{\"tools\":[{\"type\":\"web_search\"}]}", "extra_body")]
    [InlineData("\"extra_body\":{\"enable_search\":true}", "extra_body")]
    [InlineData("\"user_config\":{\"model_list\":[{\"x\":1}]}", "user_config")]
    [InlineData("\"api_base\":\"x\"", "api_base")]
    [InlineData("\"web_search\":{}", "web_search")]
    [InlineData("\"enable_code_interpreter\":true", "enable_code_interpreter")]
    [InlineData("\"anything\":[{\"deep\":\" HTTPS:\\/\\/x\"}]", "anything")]
    [InlineData("\"\\u00e4-web-\\u00e4\":{}", "x---web---")]
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
    [InlineData("\"messages\":[{\"content\":[{\"source\":{\"url\":\"https://x\",\"type\":\"text\"}}]}]",
        "remote-image")]
    [InlineData("\"messages\":[{\"content\":[{\"type\":\"document\",\"source\":{\"type\":\"file\","
        + "\"file_id\":\"f\"}}]}]", "file_id")]
    [InlineData("\"messages\":[{\"content\":[{\"type\":\"container_upload\",\"file_id\":\"f\"}]}]", "file_id")]
    [InlineData("\"messages\":[{\"content\":[{\"type\":\"tool_result\",\"content\":[{\"source\":{"
        + "\"type\":\"url\"}}]}]}]", "remote-image")]
    [InlineData("\"messages\":[{\"content\":[{\"source\":{\"type\":\"content\",\"content\":[{\"source\":{"
        + "\"type\":\"url\"}}]}}]}]", "remote-image")]
    [InlineData("\"system\":[{\"type\":\"image\",\"source\":{\"type\":\"url\"}}]", "remote-image")]
    [InlineData("\"messages\":[{\"content\":[{\"source\":{\"type\":\"s3\"}}]}]", "s3")]
    [InlineData("\"messages\":[{\"content\":[{\"source\":{\"type\":\"gcs\"}}]}]", "gcs")]
    [InlineData("\"messages\":[{\"content\":[{\"source\":{\"bucket\":\"b\"}}]}]", "bucket")]
    [InlineData("\"messages\":[{\"content\":[{\"source\":{\"type\":\"base64\",\"data\":\"https://x\"}}]}]",
        "remote-image")]
    [InlineData("\"messages\":[{\"role\":\"system\",\"content\":[{\"type\":\"tool_addition\",\"tool\":{"
        + "\"type\":\"tool_definition\",\"definition\":{\"type\":\"web_fetch_20260318\"}}}]}]", "web_fetch")]
    [InlineData("\"messages\":[{\"content\":[{\"type\":\"web_search_tool_result\",\"tool_use_id\":\"s\",\"content\":[{"
        + "\"type\":\"web_search_result\",\"url\":\"https://x\",\"page_age\":\"1 day\"}]}]}]", "web_search")]
    [InlineData("\"messages\":[{\"content\":[{\"type\":\"mcp_tool_result\",\"content\":[]}]}]", "mcp_servers")]
    [InlineData("\"tools\":[{\"type\":\"advisor_20260301\",\"name\":\"a\"}]", "advisor")]
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
    [InlineData(Endpoint.OpenAIResponses, "\"tools\":[{\"type\":\"namespace\",\"name\":\"multi_agent_v1\","
        + "\"description\":\"\","
        + "\"tools\":[{\"type\":\"function\",\"name\":\"close_agent\",\"parameters\":{}},{\"type\":\"custom\","
        + "\"name\":\"c\"}]},"
        + "{\"type\":\"local_shell\"},{\"type\":\"shell\"},{\"type\":\"shell\",\"environment\":{"
        + "\"type\":\"local\",\"skills\":"
        + "[{\"name\":\"s\",\"path\":\"/x\"}]}},{\"type\":\"apply_patch\"},{\"type\":\"computer\"},"
        + "{\"type\":\"computer_use_preview\",\"environment\":null},{\"type\":\"tool_search\","
        + "\"execution\":\"client\"},"
        + "{\"type\":\"custom\",\"name\":\"p\",\"format\":{\"type\":\"grammar\",\"definition\":\"x\"}}]")]
    [InlineData(Endpoint.OpenAIResponses, "\"input\":[{\"type\":\"local_shell_call\",\"id\":\"l\",\"call_id\":\"c\","
        + "\"action\":{\"type\":\"exec\",\"command\":[\"curl\",\"https://x\"]}},{\"type\":\"shell_call_output\","
        + "\"output\":[{\"stdout\":\"https://x\",\"stderr\":\"\",\"outcome\":{\"type\":\"exit\",\"exit_code\":0}}]},"
        + "{\"type\":\"function_call\",\"name\":\"f\",\"arguments\":\"{}\",\"namespace\":\"n\"},{"
        + "\"type\":\"compaction\","
        + "\"encrypted_content\":\"AA\"},{\"type\":\"custom_tool_call\",\"input\":\"https://x\"}]")]
    [InlineData(Endpoint.AnthropicMessages, "\"tools\":[{\"type\":\"tool_search_tool_regex_20251119\",\"name\":\"t\"},"
        + "{\"type\":\"browser_toolset_20260801\",\"configs\":{}},{\"name\":\"f\",\"input_schema\":{},"
        + "\"cache_control\":{\"type\":\"ephemeral\"},\"eager_input_streaming\":true,\"defer_loading\":true,"
        + "\"input_examples\":[{\"url\":\"https://x\"}]}],\"context_management\":{\"edits\":[{"
        + "\"type\":\"clear_tool_uses_20250919\"}]},\"metadata\":{\"user_id\":\"u\"},\"output_config\":{"
        + "\"effort\":\"high\"}")]
    [InlineData(Endpoint.AnthropicMessages, "\"messages\":[{\"content\":[{\"type\":\"tool_result\","
        + "\"tool_use_id\":\"t\","
        + "\"content\":[{\"type\":\"tool_reference\",\"tool_name\":\"f\"}]},{\"type\":\"thinking\",\"thinking\":\"x\","
        + "\"signature\":\"AA\"},{\"type\":\"redacted_thinking\",\"data\":\"EmAA/+==\"}]}]")]
    [InlineData(Endpoint.OpenAIChat, "\"chat_template_kwargs\":{\"enable_thinking\":false},\"guided_json\":{"
        + "\"properties\":{"
        + "\"url\":{\"type\":\"string\"}}},\"min_p\":0.1,\"use_beam_search\":true,\"web_search\":null,"
        + "\"usage\":{\"include\":true},\"extra_body\":{\"google\":{\"thinking_config\":{\"include_thoughts\":true}}},"
        + "\"some_text\":\"read https://x\",\"search_mode\":null,\"user_profile\":\"x\"")]
    [InlineData(Endpoint.OpenAIChat, "\"messages\":[{\"role\":\"assistant\",\"content\":null,\"reasoning_details\":[{"
        + "\"type\":\"reasoning.text\",\"text\":\"https://x\"}],\"provider_specific_fields\":{\"citations\":null},"
        + "\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"},"
        + "\"extra_content\":{\"google\":{\"thought_signature\":\"AA\"}}}]}]")]
    [InlineData(Endpoint.OpenAIChat, "\"messages\":[{\"content\":[{\"type\":\"file\",\"file\":{\"filename\":\"a.pdf\","
        + "\"file_data\":\"data:application/pdf;base64,JVBERi0=\"}},{\"type\":\"image\","
        + "\"image\":\"iVBO\\/Rw0K\\nGgo=\"}]}]")]
    [InlineData(Endpoint.OpenAIResponses, "\"client_metadata\":{\"x-codex-turn-metadata\":\"{}\",\"remote\":"
        + "\"https://git.example/x\",\"tools\":[\"web_search\"]}")]
    [InlineData(Endpoint.OllamaChat, "\"CustomHeaders\":{},\"options\":{}")]
    [InlineData(Endpoint.OllamaChat, "\"CustomHeaders\":{\"X-A\":\"https://x\"},\"useTools\":true")]
    [InlineData(Endpoint.OpenAICompletions, "\"api_type\":\"ooba\",\"api_server\":\"http://127.0.0.1:5000/\"")]
    [InlineData(Endpoint.OllamaEmbed, "\"CustomHeaders\":{}")]
    public void What_stays_between_caller_and_model_names_nothing(Endpoint endpoint, string member) =>
        Assert.Empty(Features(endpoint, member));

    [Fact]
    public void Sound_in_base64_may_begin_like_an_address_and_an_image_may_not()
    {
        var bytes = "//uQ" + new string('A', 96);
        Assert.Empty(Features(Endpoint.OpenAIChat,
            "\"messages\":[{\"content\":[{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"" + bytes + "\"}}]}]"));
        Assert.Equal(["remote-image"], Features(Endpoint.OllamaChat,
            "\"messages\":[{\"content\":\"x\",\"images\":[\"" + bytes + "\"]}]"));
    }

    [Theory]
    [InlineData(Endpoint.OpenAIChat, "\"messages\":{\"0\":{\"content\":[{\"image_url\":\"https://x\"}]}}")]
    [InlineData(Endpoint.OllamaChat, "\"messages\":{\"0\":{\"images\":[\"https://x\"]}}")]
    [InlineData(Endpoint.OpenAIResponses, "\"input\":{\"0\":{\"file_id\":\"f\"}}")]
    [InlineData(Endpoint.OpenAIChat, "\"tools\":{\"0\":{\"type\":\"mcp\"}}")]
    [InlineData(Endpoint.OpenAIResponses, "\"input\":[{\"role\":\"developer\",\"tools\":{\"0\":{\"type\":\"mcp\"}}}]")]
    public void An_object_in_the_place_of_a_list_is_malformed(Endpoint endpoint, string member) =>
        Assert.Equal(RefusalKind.Malformed, Inspect(endpoint, member).Refusal?.Kind);

    [Fact]
    public void Every_feature_has_one_name_that_the_estate_file_takes()
    {
        Assert.Equal(ProviderFeature.All.Length, ProviderFeature.All.DistinctBy(feature => feature.Name).Count());
        Assert.All(ProviderFeature.All, feature => Assert.Matches("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", feature.Name));
    }

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
