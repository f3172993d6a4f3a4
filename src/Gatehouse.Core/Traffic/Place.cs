namespace Gatehouse.Core.Traffic;

/// <summary>Where in a request a JSON object or array stands. An array has the place of its elements.</summary>
internal enum Place : byte
{
    /// <summary>Inside something whose keys are the caller's own, such as a tool's schema.</summary>
    Other,

    /// <summary>The body itself.</summary>
    Top,
    StreamOptions,

    /// <summary>Ollama's <c>options</c>.</summary>
    Options,

    /// <summary>A message, or an item of a Responses input.</summary>
    Message,

    /// <summary>A block of content, and what lies inside it.</summary>
    Part,

    /// <summary>What holds a file or a sound: <c>file</c> and <c>input_audio</c>.</summary>
    Holder,

    /// <summary>What holds the <c>url</c> of an image, a sound or a video.</summary>
    UrlHolder,

    /// <summary>Anthropic's <c>source</c>.</summary>
    Source,

    /// <summary>Ollama's list of images.</summary>
    Images,
    Tool,

    /// <summary>Where OpenAI's <c>shell</c> tool runs.</summary>
    Environment,

    /// <summary>Inside a key that no dialect has: watched for addresses and for names of what acts.</summary>
    Unknown,
    ToolCall,
    Function,
}
