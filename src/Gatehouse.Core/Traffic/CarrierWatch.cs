using System.Text.Json;

namespace Gatehouse.Core.Traffic;

/// <summary>
/// Watches a request for what makes the provider act outside the gate, and for inline media. Methods that return
/// false have set <see cref="Problem"/>.
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

    private ProviderFeatureSet? _features;
    private bool _toolIsTyped;
    private bool _itemHasRole;
    private bool _itemHasId;
    private long _mediaBytes;
    private int _mediaCount;

    public string Problem { get; private set; } = "";

    public IReadOnlyList<string> Features => _features?.Names ?? [];

    public long TokensEstimate(int bodyBytes) =>
        (bodyBytes - _mediaBytes) / BytesPerToken + (long)_mediaCount * TokensPerMedia;

    public void Enter(Place place)
    {
        if (place == Place.Tool)
            _toolIsTyped = false;
        else if (place == Place.Message)
            _itemHasRole = _itemHasId = false;
    }

    public bool Leave(Place place) => place switch
    {
        Place.Tool when !_toolIsTyped => Set.AddUntypedTool() || TooMany(),
        Place.Message when route.Endpoint == Endpoint.OpenAIResponses && _itemHasId && !_itemHasRole =>
            Use(ProviderFeature.ItemReference),
        _ => true,
    };

    public bool Take(Place place, KnownName key, ref Utf8JsonReader reader) => place switch
    {
        Place.Top => TakeTop(key, ref reader),
        Place.Message => TakeMessage(key, ref reader),
        Place.Part => TakePart(key, ref reader),
        Place.Source => TakeSource(key, ref reader),
        Place.UrlHolder when key is KnownName.Url or KnownName.Element => TakeUrl(ref reader),
        Place.UrlHolder when key is KnownName.FileId => UseUnlessNull(ProviderFeature.FileId, ref reader),
        Place.Images when key == KnownName.Element => TakeMedia(ref reader),
        Place.Images when key is KnownName.Url or KnownName.MediaUrl => TakeUrl(ref reader),
        Place.Tool => TakeTool(key, ref reader),
        _ => true,
    };

    private ProviderFeatureSet Set => _features ??= new ProviderFeatureSet();

    private bool TakeTop(KnownName key, ref Utf8JsonReader reader)
    {
        var responses = route.Endpoint == Endpoint.OpenAIResponses;
        switch (key)
        {
            case KnownName.Background:
                if (reader.TokenType is JsonTokenType.False or JsonTokenType.Null)
                    return true;
                return reader.TokenType == JsonTokenType.True
                    ? Use(ProviderFeature.Background) : Wrong("\"background\" is neither true nor false.");
            case KnownName.Container:
                return UseUnlessNull(ProviderFeature.Container, ref reader);
            case KnownName.Conversation:
                return UseUnlessNull(ProviderFeature.Conversation, ref reader);
            case KnownName.McpServers:
                return UseUnlessNull(ProviderFeature.McpServers, ref reader);
            case KnownName.Models:
                return UseUnlessNull(ProviderFeature.FallbackModels, ref reader);
            case KnownName.Plugins:
                return UseUnlessNull(ProviderFeature.Plugins, ref reader);
            case KnownName.PreviousResponseId:
                return UseUnlessNull(ProviderFeature.PreviousResponse, ref reader);
            case KnownName.Prompt when responses:
                return UseUnlessNull(ProviderFeature.StoredPrompt, ref reader);
            case KnownName.SearchParameters:
                return UseUnlessNull(ProviderFeature.SearchParameters, ref reader);
            case KnownName.WebSearchOptions:
                return UseUnlessNull(ProviderFeature.WebSearchOptions, ref reader);
            case KnownName.Routing:
                return reader.TokenType == JsonTokenType.False || UseUnlessNull(ProviderFeature.Routing, ref reader);
            case KnownName.Images:
                return TakeMedia(ref reader);
            default:
                return true;
        }
    }

    private bool TakeMessage(KnownName key, ref Utf8JsonReader reader)
    {
        switch (key)
        {
            case KnownName.Id:
                _itemHasId |= reader.TokenType == JsonTokenType.String;
                return true;
            case KnownName.Role:
                _itemHasRole |= reader.TokenType == JsonTokenType.String;
                return true;
            case KnownName.Type when reader.TokenType == JsonTokenType.String:
                if (reader.ValueTextEquals("item_reference"u8))
                    return Use(ProviderFeature.ItemReference);
                _itemHasRole = true;
                return true;
            case KnownName.Images:
                return TakeMedia(ref reader);
            case KnownName.FileId:
                return UseUnlessNull(ProviderFeature.FileId, ref reader);
            case KnownName.FileUrl:
                return UseUnlessNull(ProviderFeature.FileUrl, ref reader);
            case KnownName.MediaUrl:
                return TakeUrl(ref reader);
            default:
                return true;
        }
    }

    private bool TakePart(KnownName key, ref Utf8JsonReader reader)
    {
        switch (key)
        {
            case KnownName.FileId:
                return UseUnlessNull(ProviderFeature.FileId, ref reader);
            case KnownName.FileUrl:
                return UseUnlessNull(ProviderFeature.FileUrl, ref reader);
            case KnownName.MediaUrl or KnownName.Url:
                return TakeUrl(ref reader);
            case KnownName.Data or KnownName.FileData:
                // Anthropic puts plain text here too, which has a space somewhere near its beginning.
                if (reader.TokenType == JsonTokenType.String
                    && !reader.ValueSpan[..Math.Min(reader.ValueSpan.Length, MediaBytesMin)].Contains((byte)' '))
                {
                    Count(reader.ValueSpan.Length);
                }
                return true;
            case KnownName.Image or KnownName.Images or KnownName.Audio or KnownName.Video:
                return TakeMedia(ref reader);
            default:
                return true;
        }
    }

    private bool TakeSource(KnownName key, ref Utf8JsonReader reader)
    {
        if (key != KnownName.Type || reader.TokenType != JsonTokenType.String)
            return TakePart(key, ref reader);
        if (reader.ValueTextEquals("url"u8))
            return Use(ProviderFeature.RemoteImage);
        return !reader.ValueTextEquals("file"u8) || Use(ProviderFeature.FileId);
    }

    private bool TakeTool(KnownName key, ref Utf8JsonReader reader)
    {
        if (key is KnownName.Function or KnownName.Name)
            _toolIsTyped = true;
        if (key != KnownName.Type || reader.TokenType == JsonTokenType.Null)
            return true;
        if (reader.TokenType != JsonTokenType.String)
            return Wrong("The type of a tool is not a string.");
        _toolIsTyped = true;
        if (reader.ValueIsEscaped)
            return Wrong("The type of a tool is written with escapes; write it plainly.");
        return Set.AddTool(reader.ValueSpan) || TooMany();
    }

    /// <summary>
    /// What must be inline as a <c>data:</c> address; every other address is fetched by the provider.
    /// </summary>
    private bool TakeUrl(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
            return true;
        if (!JsonText.StartsWith(reader.ValueSpan, "data:"u8))
            return Use(ProviderFeature.RemoteImage);
        Count(reader.ValueSpan.Length);
        return true;
    }

    /// <summary>What may be bare base64, which has no colon, or a <c>data:</c> address.</summary>
    private bool TakeMedia(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
            return true;
        var raw = reader.ValueSpan;
        if (!JsonText.StartsWith(raw, "data:"u8)
            && (raw.Contains((byte)':') || JsonText.NextUnicodeEscape(raw, 0) >= 0))
        {
            return Use(ProviderFeature.RemoteImage);
        }
        Count(raw.Length);
        return true;
    }

    private void Count(int rawBytes)
    {
        if (rawBytes < MediaBytesMin)
            return;
        _mediaBytes += rawBytes;
        _mediaCount++;
    }

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
}
