using System.Text;
using System.Text.Json;

namespace Gatehouse.Core.Traffic;

/// <summary>Whose words a text of a prompt are.</summary>
public enum PromptKind : byte
{
    /// <summary>Of nobody that is known: a string at a place that no dialect has.</summary>
    Unknown,

    /// <summary>The operator's: system prompts, instructions, templates.</summary>
    System,

    /// <summary>The developer's, in the dialect that tells them from the system's.</summary>
    Developer,

    /// <summary>The user's, and prompts without a role.</summary>
    User,

    /// <summary>The model's own, from before.</summary>
    Assistant,

    /// <summary>What the model thought before.</summary>
    Reasoning,

    /// <summary>A call of a tool that the model asked for before: name or arguments.</summary>
    ToolCall,

    /// <summary>What a tool answered: text of the outside world.</summary>
    ToolResult,

    /// <summary>A description or a schema of a tool, or the schema of the answer.</summary>
    ToolDefinition,

    /// <summary>A document or a search result that lies beside the prompt.</summary>
    Document,

    /// <summary>What is to be turned into a vector.</summary>
    EmbeddingInput,

    /// <summary>A name: of who speaks, of a file.</summary>
    Name,

    /// <summary>A picture, a sound, a file: content that is no text.</summary>
    Unread,
}

/// <summary>A text of a prompt: where it stands, and whose it is. Decoded only when somebody asks.</summary>
/// <param name="Kind">Whose words they are.</param>
/// <param name="Offset">Where its JSON string begins, in bytes from the start of the body.</param>
/// <param name="Length">The length of that string in bytes, with its quotes.</param>
public readonly record struct RequestText(PromptKind Kind, int Offset, int Length)
{
    /// <summary>The characters of the text.</summary>
    public string Decode(ReadOnlySpan<byte> body) => JsonText.Decode(body.Slice(Offset + 1, Length - 2));

    /// <summary>Where it stands, such as <c>messages[3].content</c>.</summary>
    public string PathIn(ReadOnlySpan<byte> body) => JsonText.PathAt(body, Offset);

    /// <summary>The change of the body that puts another text in its place.</summary>
    public Splice Replace(string text) => new(Offset, Length, JsonText.Encode(text));
}

/// <summary>
/// Gathers the texts of a request while <see cref="RequestWalk"/> walks over it. Every string that is not known to be
/// none is a text: a place that nobody thought of is of kind <see cref="PromptKind.Unknown"/>, never left out.
/// </summary>
internal sealed class RequestTexts(Route route)
{
    private readonly Scope[] _scopes = new Scope[RequestInspector.DepthMax + 1];
    private readonly List<RequestText> _texts = [];
    private int _depth;

    public IReadOnlyList<RequestText> Texts => _texts;

    /// <summary>An object or an array begins.</summary>
    public void Open(ReadOnlySpan<byte> key, bool isObject)
    {
        var parent = _scopes[_depth];
        _scopes[++_depth] = new Scope
        {
            First = _texts.Count,
            IsObject = isObject,
            Area = _depth == 1 ? Area.Top
                : _depth == 2 && Settings.Contains(key) ? Area.Setting
                : parent.IsObject ? Below(parent, key) : parent.Area,
            Kind = _depth == 2 ? KindOfTop(key)
                : parent.Kind == PromptKind.Unknown ? parent.Kind : KindBelow(parent, key),
        };
    }

    /// <summary>It ends. What its role or type says holds for all of its texts, also for those before that.</summary>
    public void Close()
    {
        var scope = _scopes[_depth--];
        for (var at = scope.First; at < _texts.Count; at++)
        {
            if (scope.HoldsText && _texts[at].Kind == PromptKind.Unread)
                _texts[at] = _texts[at] with { Kind = PromptKind.Document };
            if (scope.Says is { } says && Yields(_texts[at].Kind, says))
                _texts[at] = _texts[at] with { Kind = says };
        }
    }

    /// <summary>Takes a string value.</summary>
    public void Take(ReadOnlySpan<byte> key, in Utf8JsonReader reader)
    {
        ref var scope = ref _scopes[_depth];
        var value = reader.ValueSpan;
        if (scope.IsObject && key.SequenceEqual("role"u8) && scope.Area == Area.Message)
        {
            scope.Says = KindOfRole(value) ?? scope.Says;
            return;
        }
        if (scope.IsObject && key.SequenceEqual("type"u8) && scope.Area != Area.Definition)
        {
            scope.Says = KindOfType(value) ?? scope.Says;
            scope.HoldsText |= value.SequenceEqual("text"u8);
            return;
        }
        if (KindOf(scope, key) is { } kind)
            _texts.Add(new RequestText(kind, (int)reader.TokenStartIndex, value.Length + 2));
    }

    private PromptKind? KindOf(in Scope scope, ReadOnlySpan<byte> key)
    {
        if (!scope.IsObject)
            key = default;
        if (scope.Area == Area.Setting)
            return null;
        if (scope.Area == Area.Definition)
            return scope.Kind;
        if (scope.Area == Area.Top)
            return Settings.Contains(key) ? null : KindOfTop(key);
        if (Names.Contains(key))
            return scope.Area == Area.Call ? PromptKind.ToolCall : PromptKind.Name;
        return Marks.Contains(key) ? null : KindBelow(scope, key);
    }

    /// <summary>What the text under a key of the body is.</summary>
    private PromptKind KindOfTop(ReadOnlySpan<byte> key)
        => key.SequenceEqual("input"u8) && route.Endpoint != Endpoint.OpenAIResponses ? PromptKind.EmbeddingInput
            : Prompts.Contains(key) ? PromptKind.User
            : Instructions.Contains(key) ? PromptKind.System
            : Schemas.Contains(key) || key.StartsWith("guided_"u8) ? PromptKind.ToolDefinition
            : key.SequenceEqual("documents"u8) ? PromptKind.Document
            : key.SequenceEqual("prediction"u8) ? PromptKind.Assistant
            : Media.Contains(key) ? PromptKind.Unread : PromptKind.Unknown;

    private static PromptKind KindBelow(in Scope scope, ReadOnlySpan<byte> key)
    {
        if (scope.Area == Area.Definition)
            return scope.Kind;
        if (Media.Contains(key))
            return PromptKind.Unread;
        return Calls.Contains(key) ? PromptKind.ToolCall
            : Thoughts.Contains(key) ? PromptKind.Reasoning
            : Results.Contains(key) ? PromptKind.ToolResult
            : Definitions.Contains(key) ? PromptKind.ToolDefinition : scope.Kind;
    }

    private static Area Below(in Scope parent, ReadOnlySpan<byte> key) => parent.Area switch
    {
        Area.Definition or Area.Setting => parent.Area,
        Area.Top when key.SequenceEqual("messages"u8) || key.SequenceEqual("input"u8) => Area.Message,
        Area.Top => Schemas.Contains(key) ? Area.Definition : Area.Part,
        _ when Callees.Contains(key) => Area.Call,
        // What a tool was called with and what it gave have keys of their own: nothing in them is a mark.
        _ when Given.Contains(key) => Area.Definition,
        _ => Area.Part,
    };

    private static PromptKind? KindOfRole(ReadOnlySpan<byte> role)
        => role.SequenceEqual("system"u8) ? PromptKind.System
            : role.SequenceEqual("developer"u8) ? PromptKind.Developer
            : role.SequenceEqual("assistant"u8) || role.SequenceEqual("model"u8) ? PromptKind.Assistant
            : role.SequenceEqual("tool"u8) || role.SequenceEqual("function"u8) || role.SequenceEqual("ipython"u8)
                ? PromptKind.ToolResult
            : role.SequenceEqual("user"u8) ? PromptKind.User : PromptKind.Unknown;

    private static PromptKind? KindOfType(ReadOnlySpan<byte> type)
    {
        if (type.EndsWith("_output"u8) || type.EndsWith("tool_result"u8))
            return PromptKind.ToolResult;
        if (type.EndsWith("_call"u8) || type.EndsWith("tool_use"u8))
            return PromptKind.ToolCall;
        if (type.SequenceEqual("reasoning"u8) || type.SequenceEqual("thinking"u8))
            return PromptKind.Reasoning;
        return type.SequenceEqual("document"u8) || type.SequenceEqual("search_result"u8) ? PromptKind.Document : null;
    }

    /// <summary>Whether the word of an object around a text says more than what is known of the text.</summary>
    private static bool Yields(PromptKind known, PromptKind says) => says switch
    {
        PromptKind.ToolCall when known == PromptKind.Name => true,
        PromptKind.ToolResult or PromptKind.ToolCall or PromptKind.Document or PromptKind.Reasoning =>
            known is PromptKind.User or PromptKind.Assistant or PromptKind.Unknown,
        _ => known == PromptKind.User,
    };

    private static readonly Words Prompts = new("messages", "prompt", "suffix", "input");

    private static readonly Words Instructions = new("system", "instructions", "template", "prefix", "chat_template");

    /// <summary>What tools the model has, and what its answer has to look like.</summary>
    private static readonly Words Schemas = new(
        "tools", "functions", "format", "response_format", "text", "output_config", "output_format",
        "structured_outputs", "grammar");

    private static readonly Words Calls = new("tool_calls", "function_call", "arguments");

    private static readonly Words Callees = new("tool_calls", "function_call", "function", "custom");

    private static readonly Words Given = new("tools", "input", "arguments", "action", "operation");

    private static readonly Words Thoughts = new(
        "reasoning_content", "thinking", "reasoning", "reasoning_details", "summary");

    private static readonly Words Results = new("output", "outputs", "stdout", "stderr", "results");

    private static readonly Words Definitions = new("tools", "tool");

    private static readonly Words Names = new("name", "filename", "tool_name", "title");

    /// <summary>Keys of the body whose strings are settings: they reach no prompt.</summary>
    private static readonly Words Settings = new(
        "model", "user", "keep_alive", "reasoning_effort", "service_tier", "previous_response_id", "truncation",
        "store", "encoding_format", "prompt_cache_key", "prompt_cache_retention", "safety_identifier", "tool_choice",
        "function_call", "verbosity", "session_id", "speed", "inference_geo", "include", "modalities",
        "reasoning_format", "name", "prompt_mode", "think", "stop", "stop_sequences", "betas", "container",
        "conversation", "cache_salt", "rid");

    /// <summary>Keys of messages and parts whose strings are ids, types and states.</summary>
    private static readonly Words Marks = new(
        "id", "type", "role", "call_id", "tool_call_id", "tool_use_id", "status", "phase", "detail", "media_type",
        "ttl", "signature", "encrypted_content", "encrypted_index", "approval_request_id", "server_label",
        "finish_reason", "created_by", "format", "container_id", "execution", "prompt_cache_breakpoint", "stop_reason",
        "allowed_callers", "caller");

    private static readonly Words Media = new(
        "data", "file_data", "image_url", "audio_url", "video_url", "url", "file_id", "file_url", "images", "image",
        "audio", "video", "document_url");

    private struct Scope
    {
        /// <summary>The first text that stands in it.</summary>
        public int First;

        public bool IsObject;

        /// <summary>For an array that of its elements.</summary>
        public Area Area;
        public PromptKind Kind;

        /// <summary>Its data are text, and no picture or sound.</summary>
        public bool HoldsText;

        /// <summary>What the role or type in it says of its texts.</summary>
        public PromptKind? Says;
    }

    private enum Area : byte
    {
        Top,
        Message,
        Part,
        Call,

        /// <summary>Where no string reaches the model.</summary>
        Setting,

        /// <summary>Where every string counts, whatever its key.</summary>
        Definition,
    }

    /// <summary>A few words, found by their bytes.</summary>
    private sealed class Words
    {
        private readonly byte[][] _words;

        public Words(params string[] words) => _words = Array.ConvertAll(words, Encoding.UTF8.GetBytes);

        public bool Contains(ReadOnlySpan<byte> key)
        {
            foreach (var word in _words)
            {
                if (key.SequenceEqual(word))
                    return true;
            }
            return false;
        }
    }
}
