namespace Gatehouse.Core.Traffic;

/// <summary>Where one gets to by a key.</summary>
internal static class Places
{
    /// <summary>The place of the object or array under a key; for an array that of its elements.</summary>
    public static Place Under(Place parent, KnownName key, Route route) => parent switch
    {
        Place.Top => UnderTop(key, route),
        Place.Message => UnderMessage(key),
        Place.Part or Place.Source or Place.Holder => UnderPart(key),
        Place.Tool when key == KnownName.Tools => Place.Tool,
        Place.Tool when key == KnownName.Environment => Place.Environment,
        Place.ToolCall when key == KnownName.Function => Place.Function,
        Place.Unknown => Place.Unknown,
        _ => Place.Other,
    };

    private static Place UnderTop(KnownName key, Route route) => key switch
    {
        KnownName.Messages => Place.Message,
        KnownName.Input when route.Endpoint == Endpoint.OpenAIResponses => Place.Message,
        KnownName.Tools => Place.Tool,
        KnownName.System or KnownName.Input => Place.Part,
        KnownName.Options => Place.Options,
        KnownName.StreamOptions => Place.StreamOptions,
        KnownName.Images => Place.Images,
        KnownName.Inert or KnownName.Functions => Place.Other,
        _ => Place.Unknown,
    };

    private static Place UnderMessage(KnownName key) => key switch
    {
        KnownName.ToolCalls => Place.ToolCall,
        KnownName.Tools => Place.Tool,
        KnownName.Summary => Place.Part,
        KnownName.Audio => Place.Other,
        KnownName.Environment => Place.Environment,
        KnownName.None => Place.Unknown,
        _ => UnderPart(key),
    };

    private static Place UnderPart(KnownName key) => key switch
    {
        KnownName.Content or KnownName.Output => Place.Part,
        KnownName.File or KnownName.InputAudio => Place.Holder,
        KnownName.Image or KnownName.Images or KnownName.Audio or KnownName.Video => Place.Images,
        KnownName.Source => Place.Source,
        KnownName.MediaUrl => Place.UrlHolder,
        KnownName.Definition => Place.Tool,
        _ => Place.Other,
    };
}
