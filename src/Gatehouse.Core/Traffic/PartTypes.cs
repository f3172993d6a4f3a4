using System.Collections.Frozen;
using System.Text;

namespace Gatehouse.Core.Traffic;

/// <summary>
/// What the types of content blocks and of items of a Responses input say of the provider (the type definitions of
/// openai 7 and @anthropic-ai/sdk 1.14).
/// </summary>
internal static class PartTypes
{
    /// <summary>A type that begins or ends so belongs to a tool of the provider, with its name as a feature.</summary>
    private static readonly (string Part, string Feature)[] Hosted =
    [
        ("web_search", "web_search"), ("web_fetch", "web_fetch"), ("code_execution", "code_execution"),
        ("code_interpreter", "code_interpreter"), ("file_search", "file_search"),
        ("image_generation", "image_generation"), ("mcp_tool", ProviderFeature.McpServers), ("mcp_", "mcp"),
        ("advisor", "advisor"), ("program", "programmatic_tool_calling"),
        ("item_reference", ProviderFeature.ItemReference),
    ];

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Inert = new[]
    {
        "additional_tools", "apply_patch_call", "apply_patch_call_output", "audio", "audio_url", "browser_state",
        "char_location", "compaction", "compaction_trigger", "computer_call", "computer_call_output",
        "computer_screenshot", "configuration_update", "container_upload", "content_block_location",
        "custom_tool_call", "custom_tool_call_output", "document", "document_url", "file", "function_call",
        "function_call_output", "image", "image_url", "input_audio", "input_file", "input_image", "input_text",
        "input_video", "local_shell_call", "local_shell_call_output", "message", "output_audio", "output_text",
        "page_location", "reasoning", "reasoning_text", "redacted_thinking", "refusal", "search_result",
        "search_result_location", "server_tool_use", "shell_call", "shell_call_output", "summary_text", "text",
        "thinking", "tool_addition", "tool_definition", "tool_reference", "tool_removal", "tool_result",
        "tool_search_call", "tool_search_output", "tool_search_tool_result", "tool_search_tool_result_error",
        "tool_search_tool_search_result", "tool_use", "video", "video_url",
    }.ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The feature that a type shows, or null when the type is of what the request itself holds.</summary>
    public static string? FeatureOf(ReadOnlySpan<byte> type)
    {
        const int CharsMax = 64;
        if (type.Length <= CharsMax)
        {
            Span<char> text = stackalloc char[CharsMax];
            var known = text[..Encoding.UTF8.GetChars(type, text)];
            if (Inert.Contains(known))
                return null;
            foreach (var (part, feature) in Hosted)
            {
                if (known.Contains(part, StringComparison.Ordinal))
                    return feature;
            }
        }
        return ProviderFeatureSet.NameOf(ProviderFeatureSet.WithoutDate(type));
    }
}
