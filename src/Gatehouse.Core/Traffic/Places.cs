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

/// <summary>Where one gets to by a key.</summary>
internal static class Places
{
    /// <summary>The place of the object or array under a key; for an array that of its elements.</summary>
    public static Place Under(Place parent, RequestKey key, Route route) => parent switch
    {
        Place.Top => UnderTop(key, route),
        Place.Message => UnderMessage(key),
        Place.Part or Place.Source or Place.Holder => UnderPart(key),
        Place.Tool when key == RequestKey.Tools => Place.Tool,
        Place.Tool when key == RequestKey.Environment => Place.Environment,
        Place.ToolCall when key == RequestKey.Function => Place.Function,
        Place.Unknown => Place.Unknown,
        _ => Place.Other,
    };

    private static Place UnderTop(RequestKey key, Route route) => key switch
    {
        RequestKey.Messages => Place.Message,
        RequestKey.Input when route.Endpoint == Endpoint.OpenAIResponses => Place.Message,
        RequestKey.Tools => Place.Tool,
        RequestKey.System or RequestKey.Input => Place.Part,
        RequestKey.Options => Place.Options,
        RequestKey.StreamOptions => Place.StreamOptions,
        RequestKey.Images => Place.Images,
        RequestKey.Inert or RequestKey.Functions => Place.Other,
        _ => Place.Unknown,
    };

    private static Place UnderMessage(RequestKey key) => key switch
    {
        RequestKey.ToolCalls => Place.ToolCall,
        RequestKey.Tools => Place.Tool,
        RequestKey.Summary => Place.Part,
        RequestKey.Audio => Place.Other,
        RequestKey.Environment => Place.Environment,
        RequestKey.None => Place.Unknown,
        _ => UnderPart(key),
    };

    private static Place UnderPart(RequestKey key) => key switch
    {
        RequestKey.Content or RequestKey.Output => Place.Part,
        RequestKey.File or RequestKey.InputAudio => Place.Holder,
        RequestKey.Image or RequestKey.Images or RequestKey.Audio or RequestKey.Video => Place.Images,
        RequestKey.Source => Place.Source,
        RequestKey.MediaUrl => Place.UrlHolder,
        RequestKey.Definition => Place.Tool,
        _ => Place.Other,
    };
}
