using System.Collections.Frozen;

namespace Gatehouse.Core.Traffic;

/// <summary>
/// Where the text of an answer stands, by dialect and endpoint: one table for streams and whole answers (OpenAI,
/// Anthropic and Ollama API references, and what compatible servers add, 2026). A string at a place that no table has
/// is of kind <see cref="TextKind.Unknown"/>, so that a guard sees it.
/// </summary>
/// <remarks>
/// A line is a path, a kind and marks. The elements of an array have the path of the array. <c>a|b</c> stands for
/// either, a last <c>**</c> for everything below. Before a <c>/</c> stands the type of an event. The marks:
/// <c>repeat</c>: the text came before, in pieces; <c>ends</c>: after it nothing more comes on its channel;
/// <c>alone</c>: the text is not a piece of a longer one.
/// </remarks>
internal sealed class AnswerTable
{
    private const string Chat = """
        choices.delta|message.content Text
        choices.delta|message.content.text Text
        choices.delta|message.content.thinking|reasoning Reasoning
        choices.delta|message.content.thinking.text Reasoning
        choices.delta|message.content.type Metadata
        choices.delta|message.content.thinking.type Metadata
        choices.delta|message.content.image_url Unread
        choices.delta|message.reasoning_content|reasoning|reasoning_text|thinking Reasoning
        choices.delta|message.reasoning_details.text|summary ReasoningSummary
        choices.delta|message.reasoning_details.data|signature Unread
        choices.delta|message.reasoning_details.type|format|id Metadata
        choices.delta|message.refusal Refusal
        choices.delta|message.tool_calls.function.name ToolName
        choices.delta|message.tool_calls.function.arguments ToolArguments
        choices.delta|message.tool_calls.custom.name ToolName
        choices.delta|message.tool_calls.custom.input ToolArguments
        choices.delta|message.tool_calls.id|type Metadata
        choices.delta|message.tool_calls.extra_content.** Unread
        choices.delta|message.function_call.name ToolName
        choices.delta|message.function_call.arguments ToolArguments
        choices.delta|message.audio.transcript Transcript
        choices.delta|message.audio.data Unread
        choices.delta|message.audio.id Metadata
        choices.delta|message.images.image_url.url Unread
        choices.delta|message.images.type Metadata
        choices.delta|message.annotations.url_citation.title|url|content Citation
        choices.delta|message.annotations.file_citation.filename|file_id Citation
        choices.delta|message.annotations.type Metadata
        choices.delta|message.executed_tools.** ToolOutput
        choices.delta|message.context.** ToolOutput
        choices.delta|message.role|id|obfuscation|channel|phase Metadata
        choices.logprobs.content|refusal.token LogProb
        choices.logprobs.content|refusal.top_logprobs.token LogProb alone
        choices.logprobs.content|refusal.bytes Shadow
        choices.logprobs.content|refusal.top_logprobs.bytes Shadow
        choices.finish_reason|stop_reason|native_finish_reason|matched_stop Metadata
        choices.content_filter_results.** Metadata
        choices.error.message Error
        choices.error.** Metadata
        prompt_filter_results.** Metadata
        citations Citation
        search_results.title|url|snippet|date|last_updated|source Citation
        related_questions Text
        images.image_url|origin_url|title Citation
        id|object|model|system_fingerprint|service_tier|provider|obfuscation Metadata
        usage.** Metadata
        x_groq.** Metadata
        timings.** Metadata
        time_info.** Metadata
        moderation.** Metadata
        kv_transfer_params.** Metadata
        metadata.** Metadata
        request_id Metadata
        """;

    private const string Completions = """
        choices.text Text
        choices.reasoning Reasoning
        choices.logprobs.tokens LogProb
        choices.logprobs.top_logprobs Shadow
        choices.finish_reason|stop_reason|native_finish_reason|matched_stop Metadata
        choices.content_filter_results.** Metadata
        id|object|model|system_fingerprint|service_tier|provider Metadata
        usage.** Metadata
        timings.** Metadata
        kv_transfer_params.** Metadata
        """;

    /// <summary>What an item of a Responses output holds, wherever the item stands.</summary>
    private const string Item = """
        content.text Text
        content.refusal Refusal
        content.transcript Transcript
        content.data|image_url|file_id Unread
        content.annotations.title|url|filename|quote|text|file_id|container_id Citation
        content.annotations.type Metadata
        content.logprobs.token LogProb
        content.logprobs.top_logprobs.token LogProb alone
        content.logprobs.bytes Shadow
        content.logprobs.top_logprobs.bytes Shadow
        content.type Metadata
        summary.text ReasoningSummary
        summary.type Metadata
        name|namespace ToolName
        arguments|input|code|queries ToolArguments
        action.** ToolArguments
        operation.** ToolArguments
        output ToolOutput
        output.** ToolOutput
        outputs.logs ToolOutput
        outputs.url Unread
        outputs.type Metadata
        results.** ToolOutput
        tools.** ToolOutput
        result Unread
        revised_prompt ToolOutput
        error ToolOutput
        error.** ToolOutput
        pending_safety_checks.** Metadata
        acknowledged_safety_checks.** Metadata
        caller.** Metadata
        encrypted_content Unread
        id|call_id|type|role|status|phase|server_label|approval_request_id|container_id|execution|created_by Metadata
        background|output_format|quality|size|reason Metadata
        """;

    private const string Responses = """
        output_text.delta/delta Text
        output_text.done/text Text repeat ends
        output_text.annotation.added/annotation.title|url|filename|quote|text|file_id|container_id Citation
        annotation.type Metadata
        logprobs.token LogProb
        logprobs.top_logprobs.token LogProb alone
        logprobs.bytes Shadow
        logprobs.top_logprobs.bytes Shadow
        refusal.delta/delta Refusal
        refusal.done/refusal Refusal repeat ends
        reasoning_text.delta/delta Reasoning
        reasoning_text.done/text Reasoning repeat ends
        reasoning_summary_text.delta/delta ReasoningSummary
        reasoning_summary_text.done/text ReasoningSummary repeat ends
        reasoning_summary_part.added|reasoning_summary_part.done/part.text ReasoningSummary repeat
        content_part.added|content_part.done/part.text Text repeat
        content_part.added|content_part.done/part.refusal Refusal repeat
        part.annotations.title|url|filename|quote|text|file_id|container_id Citation repeat
        part.annotations.type Metadata
        part.logprobs.token LogProb repeat
        part.logprobs.top_logprobs.token LogProb alone
        part.logprobs.bytes Shadow
        part.logprobs.top_logprobs.bytes Shadow
        part.type Metadata
        function_call_arguments.delta/delta ToolArguments
        function_call_arguments.done/arguments ToolArguments repeat ends
        function_call_arguments.done/name ToolName repeat
        custom_tool_call_input.delta/delta ToolArguments
        custom_tool_call_input.done/input ToolArguments repeat ends
        mcp_call_arguments.delta/delta ToolArguments
        mcp_call_arguments.done/arguments ToolArguments repeat ends
        code_interpreter_call_code.delta/delta ToolArguments
        code_interpreter_call_code.done/code ToolArguments repeat ends
        audio.transcript.delta/delta Transcript
        audio.delta/delta Unread
        image_generation_call.partial_image/partial_image_b64 Unread
        output_item.added/item.name|namespace ToolName
        error/message Error
        error/code|error/param Metadata
        type|item_id|call_id|obfuscation|output_format|quality|size|background Metadata
        """;

    /// <summary>A Responses object itself: the whole answer, or the state of it in an event.</summary>
    private const string Response = """
        output_text Text repeat
        instructions Metadata
        instructions.** Metadata
        id|object|status|model|previous_response_id|service_tier|truncation|user|safety_identifier Metadata
        prompt_cache_key|prompt_cache_retention|tool_choice Metadata
        tool_choice.** Metadata
        tools.** Metadata
        text.** Metadata
        reasoning.** Metadata
        metadata.** Metadata
        prompt.** Metadata
        conversation.** Metadata
        usage.** Metadata
        moderation.** Metadata
        incomplete_details.** Metadata
        error.message Error
        error.code|type|param Metadata
        """;

    /// <summary>What a block of an Anthropic message holds.</summary>
    private const string Block = """
        text Text
        thinking Reasoning
        name ToolName
        input Raw
        content ToolOutput
        content.** ToolOutput
        citations.cited_text|title|document_title|source|url|file_id Citation
        citations.encrypted_index Unread
        citations.type Metadata
        data|signature Unread
        id|type|tool_use_id|server_name|file_id Metadata
        caller.** Metadata
        """;

    private const string Messages = """
        content_block_delta/delta.text Text
        content_block_delta/delta.thinking Reasoning
        content_block_delta/delta.partial_json ToolArguments
        content_block_delta/delta.content ToolOutput
        content_block_delta/delta.signature Unread
        content_block_delta/delta.citation.cited_text|title|document_title|source|url|file_id Citation
        content_block_delta/delta.citation.encrypted_index Unread
        content_block_delta/delta.citation.type Metadata
        delta.type|stop_reason|stop_sequence Metadata
        delta.stop_details.** Metadata
        delta.container.** Metadata
        type|id|role|model|stop_reason|stop_sequence|request_id Metadata
        message.type|id|role|model|stop_reason|stop_sequence Metadata
        message.usage.** Metadata
        message.container.** Metadata
        message.context_management.** Metadata
        message.diagnostics.** Metadata
        diagnostics.** Metadata
        stop_details.** Metadata
        usage.** Metadata
        container.** Metadata
        context_management.** Metadata
        """;

    private const string Ollama = """
        message.content Text
        message.thinking Reasoning
        message.tool_calls.function.name ToolName
        message.tool_calls.function.arguments Raw
        message.tool_calls.id|type Metadata
        message.tool_name|role Metadata
        message.images Unread
        response Text
        thinking Reasoning
        tool_calls.function.name ToolName
        tool_calls.function.arguments Raw
        tool_calls.id|type Metadata
        image Unread
        context Shadow
        logprobs.token LogProb
        logprobs.top_logprobs.token LogProb alone
        logprobs.bytes Shadow
        logprobs.top_logprobs.bytes Shadow
        model|created_at|done_reason|remote_model|remote_host Metadata
        """;

    private const string Vectors = """
        data.embedding Unread
        data.object Metadata
        object|model|id Metadata
        usage.** Metadata
        """;

    private const string Errors = """
        error Error
        error.message Error
        error.metadata.raw Error
        error.type|code|param Metadata
        error.** Metadata
        signin_url Metadata
        detail|message Error
        detail.** Error
        """;

    private static readonly AnswerTable ChatTable = new([("", Chat), ("", Errors)], "choices",
        "choices.delta.tool_calls", "choices.message.tool_calls");

    private static readonly AnswerTable CompletionsTable = new([("", Completions), ("", Errors)], "choices");

    private static readonly AnswerTable ResponsesTable = new(
        [
            ("", Responses), ("", Response), ("response.", Response), ("output.", Item),
            ("item. repeat", Item), ("response.output. repeat", Item), ("", Errors),
        ],
        "output", "output.content", "output.summary", "response.output", "response.output.content",
        "response.output.summary", "item.content", "item.summary")
    { IsTyped = true, TypePrefix = "response." };

    private static readonly AnswerTable MessagesTable = new(
        [("", Messages), ("content.", Block), ("message.content.", Block), ("content_block.", Block), ("", Errors)],
        "content", "message.content")
    { IsTyped = true };

    private static readonly AnswerTable OllamaTable = new(
        [("", Ollama), ("", Errors)], "tool_calls", "message.tool_calls");

    private static readonly AnswerTable VectorsTable = new([("", Vectors), ("", Errors)]);

    private const StringSplitOptions Trimmed = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;

    private readonly FrozenDictionary<string, AnswerPlace> _places;
    private readonly FrozenDictionary<string, AnswerPlace>.AlternateLookup<ReadOnlySpan<char>> _byPath;
    private readonly FrozenSet<string> _counted;

    private AnswerTable((string Prefix, string Lines)[] parts, params string[] counted)
    {
        var places = new Dictionary<string, AnswerPlace>(StringComparer.Ordinal);
        foreach (var (prefix, lines) in parts)
        {
            foreach (var line in lines.Split('\n', Trimmed))
                Add(places, prefix, line);
        }
        _places = places.ToFrozenDictionary(StringComparer.Ordinal);
        _byPath = _places.GetAlternateLookup<ReadOnlySpan<char>>();
        _counted = counted.ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>Whether the type of an event says what its members are.</summary>
    public bool IsTyped { get; private init; }

    /// <summary>What all types of events begin with.</summary>
    public string TypePrefix { get; private init; } = "";

    /// <summary>Every path of the table, for tests.</summary>
    public IReadOnlyCollection<string> Paths => _places.Keys;

    /// <summary>The table of an endpoint; null where its answers hold no text of a model.</summary>
    public static AnswerTable? Of(Route route) => route.Endpoint switch
    {
        Endpoint.OpenAIChat => ChatTable,
        Endpoint.OpenAICompletions => CompletionsTable,
        Endpoint.OpenAIResponses => ResponsesTable,
        Endpoint.AnthropicMessages => MessagesTable,
        Endpoint.OllamaChat or Endpoint.OllamaGenerate => OllamaTable,
        Endpoint.OpenAIEmbeddings or Endpoint.OllamaEmbed or Endpoint.OllamaEmbeddings
            or Endpoint.AnthropicCountTokens => VectorsTable,
        _ => null,
    };

    /// <summary>What stands at a path of an event of this type; null when nobody knows.</summary>
    public AnswerPlace? Find(ReadOnlySpan<char> type, ReadOnlySpan<char> path)
    {
        if (IsTyped && !type.IsEmpty)
        {
            Span<char> typed = stackalloc char[AnswerText.PathCharsMax * 2 + 1];
            type.CopyTo(typed);
            typed[type.Length] = '/';
            path.CopyTo(typed[(type.Length + 1)..]);
            if (_byPath.TryGetValue(typed[..(type.Length + 1 + path.Length)], out var exact)) return exact;
        }
        if (_byPath.TryGetValue(path, out var found)) return found;
        // Below a place that holds anything.
        Span<char> below = stackalloc char[AnswerText.PathCharsMax + 3];
        for (var dot = path.LastIndexOf('.'); dot > 0; dot = path[..dot].LastIndexOf('.'))
        {
            path[..dot].CopyTo(below);
            ".**".CopyTo(below[dot..]);
            if (_byPath.TryGetValue(below[..(dot + 3)], out found)) return found;
        }
        return null;
    }

    /// <summary>Whether the elements of the array at this path are numbered: choices, items, blocks, calls.</summary>
    public bool IsCounted(ReadOnlySpan<char> path) => _counted.GetAlternateLookup<ReadOnlySpan<char>>().Contains(path);

    private static void Add(Dictionary<string, AnswerPlace> places, string prefix, string line)
    {
        var words = line.Split(' ');
        var isRepeat = words.Contains("repeat") || prefix.EndsWith(" repeat", StringComparison.Ordinal);
        var kind = Enum.Parse<TextKind>(words[1]);
        var isAlone = words.Contains("alone")
            || kind is TextKind.Citation or TextKind.ToolOutput or TextKind.Error or TextKind.Unknown;
        var place = new AnswerPlace(kind, isRepeat, words.Contains("ends"), isAlone);
        foreach (var path in Expand(words[0]))
            places.TryAdd(prefix.Split(' ')[0] + path, place);
    }

    /// <summary>Writes out the alternatives of each step of a path.</summary>
    private static IEnumerable<string> Expand(string path)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        // The types of events have dots of their own.
        IEnumerable<string> paths = slash < 0 ? [""] : path[..slash].Split('|').Select(type => type + "/");
        var steps = path[(slash + 1)..].Split('.');
        for (var at = 0; at < steps.Length; at++)
        {
            var (dot, step) = (at == 0 ? "" : ".", steps[at]);
            paths = paths.SelectMany(left => step.Split('|').Select(choice => left + dot + choice)).ToList();
        }
        return paths;
    }
}

/// <summary>What stands at a place of an answer.</summary>
internal readonly record struct AnswerPlace(TextKind Kind, bool IsRepeat, bool Ends, bool IsAlone);
