using System.Text;
using System.Text.Json;

namespace Gatehouse.Core.Traffic;

/// <summary>
/// Watches a request for what makes the provider act outside the gate, and for inline media. In the places that name
/// tools, files and sources only what is known to be harmless passes; elsewhere an unknown key passes unless it names
/// such a thing or holds an address. Methods that return false have set <see cref="Problem"/>.
/// </summary>
internal sealed class CarrierWatch(Route route)
{
    /// <summary>A string shorter than this is counted as text wherever it stands. Ours.</summary>
    private const int MediaBytesMin = 256;

    /// <summary>
    /// Tokens that an inline image or file counts as. Ours: the order of an image at the providers' prices.
    /// </summary>
    private const int TokensPerMedia = 1_000;

    /// <summary>Bytes of English text or JSON in a token, roughly (OpenAI's rule of thumb).</summary>
    private const int BytesPerToken = 4;

    private readonly Frame[] _frames = new Frame[RequestInspector.DepthMax + 1];
    private ProviderFeatureSet? _features;
    private int _open = -1;
    private string? _watched;
    private bool _watchesWords;
    private long _mediaBytes;
    private int _mediaCount;

    public string Problem { get; private set; } = "";

    public IReadOnlyList<string> Features => _features?.Names ?? [];

    private ProviderFeatureSet Set => _features ??= new ProviderFeatureSet();

    /// <summary>What is known of the innermost object that is open.</summary>
    private ref Frame Here => ref _frames[Math.Max(_open, 0)];

    public long TokensEstimate(int bodyBytes) =>
        (bodyBytes - _mediaBytes) / BytesPerToken + (long)_mediaCount * TokensPerMedia;

    public void Enter() => _frames[++_open] = default;

    public bool Leave(Place place)
    {
        var frame = _frames[_open--];
        return place switch
        {
            // What a hosted tool is configured with goes with the tool.
            Place.Tool when frame.Odd is { } odd => frame.IsHosted || Use(odd),
            Place.Tool when !frame.IsTyped => Use(ProviderFeature.UntypedTool),
            Place.Message when route.Endpoint == Endpoint.OpenAIResponses && frame.HasId && !frame.IsTyped =>
                Use(ProviderFeature.ItemReference),
            Place.Environment when !frame.IsTyped => Use(ProviderFeature.Container),
            Place.Message or Place.Part when frame.HasAddress => frame.IsHosted || Use(ProviderFeature.RemoteImage),
            Place.Part when frame.HasStringSource => frame.IsText || Use(ProviderFeature.RemoteImage),
            Place.Source when frame.HasAddress => frame.IsText || Use(ProviderFeature.RemoteImage),
            _ => true,
        };
    }

    public bool Take(Place place, RequestKey key, ReadOnlySpan<byte> keyText, ref Utf8JsonReader reader) => place switch
    {
        Place.Top => TakeTop(key, keyText, ref reader),
        Place.Message => TakeMessage(key, keyText, ref reader),
        Place.Part => TakePart(key, keyText, ref reader),
        Place.Source => TakeSource(key, keyText, ref reader),
        Place.Holder or Place.Images or Place.UrlHolder => TakeHeld(place, key, keyText, ref reader),
        Place.Tool => TakeTool(key, keyText, ref reader),
        Place.Environment => TakeEnvironment(key, keyText, ref reader),
        Place.Unknown => TakeUnknown(key, keyText, ref reader),
        _ => true,
    };

    private bool TakeTop(RequestKey key, ReadOnlySpan<byte> keyText, ref Utf8JsonReader reader)
    {
        var responses = route.Endpoint == Endpoint.OpenAIResponses;
        _watched = null;
        switch (key)
        {
            case RequestKey.Background:
                if (reader.TokenType is JsonTokenType.False or JsonTokenType.Null)
                    return true;
                return reader.TokenType == JsonTokenType.True
                    ? Use(ProviderFeature.Background) : Wrong("\"background\" is neither true nor false.");
            case RequestKey.Container:
                return UseUnlessNull(ProviderFeature.Container, ref reader);
            case RequestKey.Conversation:
                return UseUnlessNull(ProviderFeature.Conversation, ref reader);
            case RequestKey.McpServers:
                return UseUnlessNull(ProviderFeature.McpServers, ref reader);
            case RequestKey.Models:
                return UseUnlessNull(ProviderFeature.FallbackModels, ref reader);
            case RequestKey.Plugins:
                return UseUnlessNull(ProviderFeature.Plugins, ref reader);
            case RequestKey.PreviousResponseId:
                return UseUnlessNull(ProviderFeature.PreviousResponse, ref reader);
            case RequestKey.Prompt when responses:
                return UseUnlessNull(ProviderFeature.StoredPrompt, ref reader);
            case RequestKey.SearchParameters:
                return UseUnlessNull(ProviderFeature.SearchParameters, ref reader);
            case RequestKey.WebSearchOptions:
                return UseUnlessNull(ProviderFeature.WebSearchOptions, ref reader);
            case RequestKey.Routing:
                return reader.TokenType == JsonTokenType.False || UseUnlessNull(ProviderFeature.Routing, ref reader);
            case RequestKey.Images:
                return TakeMedia(key, ref reader);
            // Some servers take an object for a list, and read what it holds under any key.
            case RequestKey.Messages or RequestKey.Tools or RequestKey.Functions when IsObject(reader):
            case RequestKey.Input when responses && IsObject(reader):
                return Wrong($"\"{Encoding.UTF8.GetString(keyText)}\" is an object; send a list.");
            case RequestKey.Messages or RequestKey.Tools or RequestKey.Functions or RequestKey.Input or RequestKey.Inert
                or RequestKey.Model or RequestKey.Name or RequestKey.Stream or RequestKey.StreamOptions
                or RequestKey.MaxTokens or RequestKey.N or RequestKey.Options or RequestKey.System or RequestKey.Prompt
                or RequestKey.NumPredict:
                return true;
            // A voice to speak with, or options of images.
            case RequestKey.Audio or RequestKey.Image when IsObject(reader):
                return Watch(keyText, watchesWords: false, ref reader);
            default:
                return Watch(keyText, watchesWords: true, ref reader);
        }
    }

    private bool TakeMessage(RequestKey key, ReadOnlySpan<byte> keyText, ref Utf8JsonReader reader)
    {
        switch (key)
        {
            case RequestKey.Id:
                Here.HasId |= reader.TokenType == JsonTokenType.String;
                return true;
            case RequestKey.Role:
                Here.IsTyped |= reader.TokenType == JsonTokenType.String;
                return true;
            case RequestKey.Type when route.Endpoint == Endpoint.OpenAIResponses:
                return TakeType(ref reader);
            case RequestKey.Audio:
                return UseUnlessNull(ProviderFeature.HeldAudio, ref reader);
            case RequestKey.None:
                return Watch(keyText, watchesWords: false, ref reader);
            case RequestKey.Environment:
                return TakeEnvironmentItself(ref reader);
            case RequestKey.Tools when IsObject(reader):
                return Wrong("The \"tools\" of a message are an object; send a list.");
            case RequestKey.FileId or RequestKey.FileUrl or RequestKey.MediaUrl or RequestKey.Url or RequestKey.FileData
                or RequestKey.Data or RequestKey.Image or RequestKey.Images or RequestKey.Video or RequestKey.File
                or RequestKey.InputAudio or RequestKey.Source or RequestKey.Container:
                return TakePart(key, keyText, ref reader);
            default:
                return true;
        }
    }

    private bool TakePart(RequestKey key, ReadOnlySpan<byte> keyText, ref Utf8JsonReader reader)
    {
        switch (key)
        {
            case RequestKey.Type:
                return TakeType(ref reader);
            case RequestKey.FileId:
                return UseUnlessNull(ProviderFeature.FileId, ref reader);
            case RequestKey.FileUrl:
                return UseUnlessNull(ProviderFeature.FileUrl, ref reader);
            case RequestKey.MediaUrl or RequestKey.Url:
                Here.HasAddress |= !IsInline(ref reader);
                return true;
            case RequestKey.Data or RequestKey.FileData or RequestKey.Image or RequestKey.Images or RequestKey.Audio
                or RequestKey.Video or RequestKey.File or RequestKey.InputAudio:
                Here.HasAddress |= !IsMedia(key, ref reader);
                return true;
            case RequestKey.Source:
                Here.HasStringSource |= reader.TokenType == JsonTokenType.String && !IsInline(ref reader);
                return true;
            case RequestKey.Element or RequestKey.Inert or RequestKey.Content or RequestKey.Output or RequestKey.Input
                or RequestKey.Arguments or RequestKey.Summary or RequestKey.Id or RequestKey.Name or RequestKey.Role
                or RequestKey.Function or RequestKey.Definition or RequestKey.ToolCalls:
                return true;
            default:
                return IsTrivial(reader) || Use(ProviderFeatureSet.NameOf(keyText));
        }
    }

    private bool TakeType(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
            return reader.TokenType == JsonTokenType.Null || Wrong("The type of a part of the body is not a string.");
        if (reader.ValueIsEscaped)
            return Wrong("The type of a part of the body is written with escapes; write it plainly.");
        Here.IsTyped = true;
        Here.IsText |= reader.ValueTextEquals("search_result"u8);
        if (PartTypes.FeatureOf(reader.ValueSpan) is not { } feature)
            return true;
        Here.IsHosted = true;
        return Use(feature);
    }

    private bool TakeSource(RequestKey key, ReadOnlySpan<byte> keyText, ref Utf8JsonReader reader)
    {
        if (key != RequestKey.Type || reader.TokenType != JsonTokenType.String)
        {
            return key is RequestKey.Url or RequestKey.MediaUrl
                ? TakeUrl(ref reader) : TakePart(key == RequestKey.Type ? RequestKey.None : key, keyText, ref reader);
        }
        if (reader.ValueTextEquals("url"u8))
            return Use(ProviderFeature.RemoteImage);
        if (reader.ValueTextEquals("file"u8))
            return Use(ProviderFeature.FileId);
        // Text stands as it is, whatever it looks like.
        Here.IsText |= reader.ValueTextEquals("text"u8);
        return Here.IsText || reader.ValueTextEquals("base64"u8) || reader.ValueTextEquals("content"u8)
            || Use(ProviderFeatureSet.NameOf(reader.ValueSpan));
    }

    /// <summary>What holds one file, image or sound, or a list of them.</summary>
    private bool TakeHeld(Place place, RequestKey key, ReadOnlySpan<byte> keyText, ref Utf8JsonReader reader)
    {
        switch (key)
        {
            case RequestKey.Element when place == Place.UrlHolder:
            case RequestKey.Url or RequestKey.MediaUrl:
                return TakeUrl(ref reader);
            case RequestKey.Element or RequestKey.Data or RequestKey.FileData:
                return TakeMedia(key, ref reader);
            case RequestKey.FileId:
                return UseUnlessNull(ProviderFeature.FileId, ref reader);
            case RequestKey.FileUrl:
                return UseUnlessNull(ProviderFeature.FileUrl, ref reader);
            case RequestKey.Inert or RequestKey.Name or RequestKey.Type:
                return true;
            default:
                return IsTrivial(reader) || Use(ProviderFeatureSet.NameOf(keyText));
        }
    }

    private bool TakeTool(RequestKey key, ReadOnlySpan<byte> keyText, ref Utf8JsonReader reader)
    {
        switch (key)
        {
            case RequestKey.Type:
                return TakeToolType(ref reader);
            case RequestKey.Function or RequestKey.Name:
                Here.IsTyped = true;
                return true;
            case RequestKey.Environment when !Here.IsHosted:
                return TakeEnvironmentItself(ref reader);
            case RequestKey.Tools or RequestKey.Inert or RequestKey.Element or RequestKey.Environment:
                return true;
            default:
                if (!IsTrivial(reader))
                    Here.Odd ??= ProviderFeatureSet.NameOf(keyText);
                return true;
        }
    }

    private bool TakeToolType(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return true;
        if (reader.TokenType != JsonTokenType.String)
            return Wrong("The type of a tool is not a string.");
        if (reader.ValueIsEscaped)
            return Wrong("The type of a tool is written with escapes; write it plainly.");
        Here.IsTyped = true;
        var isTaken = Set.AddTool(reader.ValueSpan, out var isHosted);
        Here.IsHosted = isHosted;
        return isTaken || TooMany();
    }

    /// <summary>A shell runs with the caller unless it is given an environment of the provider.</summary>
    private bool TakeEnvironmentItself(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.Null or JsonTokenType.StartObject || Use(ProviderFeature.Container);

    private bool TakeEnvironment(RequestKey key, ReadOnlySpan<byte> keyText, ref Utf8JsonReader reader)
    {
        if (key == RequestKey.Inert)
            return true;
        if (key != RequestKey.Type)
            return IsTrivial(reader) || Use(ProviderFeatureSet.NameOf(keyText));
        Here.IsTyped = true;
        return (reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("local"u8))
            || Use(ProviderFeature.Container);
    }

    /// <summary>Begins to watch the value of a key that no dialect has, in this place.</summary>
    private bool Watch(ReadOnlySpan<byte> keyText, bool watchesWords, ref Utf8JsonReader reader)
    {
        if (IsTrivial(reader) && reader.TokenType != JsonTokenType.True)
            return true;
        (_watched, _watchesWords) = (ProviderFeatureSet.NameOf(keyText), watchesWords);
        return TakeUnknown(RequestKey.None, keyText, ref reader);
    }

    private bool TakeUnknown(RequestKey key, ReadOnlySpan<byte> keyText, ref Utf8JsonReader reader)
    {
        if (_watched is null || (IsTrivial(reader) && reader.TokenType != JsonTokenType.True))
            return true;
        var isNamed = _watchesWords && key != RequestKey.Element && WatchedWords.AreIn(keyText);
        return !(isNamed || (reader.TokenType == JsonTokenType.String && JsonText.IsAddress(reader.ValueSpan)))
            || Use(_watched);
    }

    private bool TakeUrl(ref Utf8JsonReader reader) => IsInline(ref reader) || Use(ProviderFeature.RemoteImage);

    private bool TakeMedia(RequestKey key, ref Utf8JsonReader reader) =>
        IsMedia(key, ref reader) || Use(ProviderFeature.RemoteImage);

    /// <summary>
    /// What must be inline as a <c>data:</c> address; every other address is fetched by the provider.
    /// </summary>
    private bool IsInline(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
            return true;
        if (!JsonText.StartsWith(reader.ValueSpan, "data:"u8))
            return false;
        Count(reader.ValueSpan.Length);
        return true;
    }

    /// <summary>What may be bare base64, or a <c>data:</c> address.</summary>
    private bool IsMedia(RequestKey key, ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
            return true;
        var isSound = key is RequestKey.Data or RequestKey.Audio or RequestKey.InputAudio;
        if (!JsonText.StartsWith(reader.ValueSpan, "data:"u8) && !JsonText.IsBase64(reader.ValueSpan, isSound))
            return false;
        Count(reader.ValueSpan.Length);
        return true;
    }

    private void Count(int rawBytes)
    {
        if (rawBytes < MediaBytesMin)
            return;
        _mediaBytes += rawBytes;
        _mediaCount++;
    }

    private static bool IsObject(in Utf8JsonReader reader) => reader.TokenType == JsonTokenType.StartObject;

    /// <summary>A value that can name nothing.</summary>
    private static bool IsTrivial(in Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False
        || JsonPeek.IsNullOrEmptyArray(reader);

    private bool UseUnlessNull(string feature, ref Utf8JsonReader reader) =>
        JsonPeek.IsNullOrEmptyArray(reader) || Use(feature);

    private bool Use(string feature) => Set.Add(feature) || TooMany();

    private bool TooMany() => Wrong(
        $"The body asks for more than {ProviderFeatureSet.FeaturesMax} kinds of tool, or names one that is none.");

    private bool Wrong(string problem)
    {
        Problem = problem;
        return false;
    }

    private struct Frame
    {
        /// <summary>It has what says what it is: a type, or a name or a role.</summary>
        public bool IsTyped;
        public bool HasId;

        /// <summary>Its type is of something that the provider runs or ran, and is already named.</summary>
        public bool IsHosted;

        /// <summary>Where media belong stands something else.</summary>
        public bool HasAddress;
        public bool HasStringSource;

        /// <summary>What looks like an address in it is text.</summary>
        public bool IsText;

        /// <summary>The first key of a tool that no tool of the caller has.</summary>
        public string? Odd;
    }
}
