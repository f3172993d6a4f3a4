namespace Gatehouse.Core.Traffic;

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
