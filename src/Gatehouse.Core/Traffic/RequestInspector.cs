using System.Text.Json;
using System.Text.Unicode;

namespace Gatehouse.Core.Traffic;

/// <summary>What the gate knows of a request body after its one reading.</summary>
public sealed record RequestInspection
{
    /// <summary>
    /// Why the body is refused; null when it is not. With a refusal nothing else here means anything.
    /// </summary>
    public Refusal? Refusal { get; init; }

    /// <summary>The model as the body names it; empty where only the path names one.</summary>
    public string Model { get; init; } = "";

    /// <summary>
    /// Where the JSON string with the model begins, its quote included, in bytes from the body's start. Without one,
    /// where the body's object begins.
    /// </summary>
    public int ModelOffset { get; init; }

    /// <summary>The length of that JSON string with both quotes, in bytes.</summary>
    public int ModelLength { get; init; }

    /// <summary>Whether the caller asked for a stream, the route's default included.</summary>
    public bool Stream { get; init; }

    /// <summary>
    /// The splice that asks for usage in the stream, for OpenAI chat and completions streams that do not ask
    /// themselves; else null. Where it is applied, <see cref="UsageStripper"/> takes the answer's extras out again.
    /// </summary>
    public Splice? UsageRequest { get; init; }

    /// <summary>The most output tokens that the caller asked for, per answer; null when no limit was given.</summary>
    public long? OutputTokensMax { get; init; }

    /// <summary>How many answers were asked for (<c>n</c>), 1 when not said.</summary>
    public int Answers { get; init; } = 1;

    /// <summary>
    /// An estimate of the prompt's tokens: a quarter of the body's bytes, with each inline image or file counted as
    /// 1,000 instead of by its bytes. Good for limits before the call; the answer's usage settles it.
    /// </summary>
    public long PromptTokensEstimate { get; init; }

    /// <summary>The texts of the prompt, in the order in which they stand; empty where nobody asked for them.</summary>
    public IReadOnlyList<RequestText> Texts { get; init; } = [];

    /// <summary>What the request asks the provider to do outside the gate, each name once: see
    /// <see cref="ProviderFeature"/>.</summary>
    public IReadOnlyList<string> ProviderFeatures { get; init; } = [];

    /// <summary>
    /// The splices for <see cref="Splicer"/>: the upstream's name for the model unless the caller used that one, and
    /// the request for usage if the upstream may be asked and the caller did not.
    /// </summary>
    public Splice[] Splices(string upstreamName, bool mayAskForUsage)
    {
        var rename = !string.Equals(upstreamName, Model, StringComparison.Ordinal);
        var usage = mayAskForUsage ? UsageRequest : null;
        return (rename, usage) switch
        {
            (true, { } asked) => [RenameModel(upstreamName), asked],
            (true, null) => [RenameModel(upstreamName)],
            (false, { } asked) => [asked],
            (false, null) => [],
        };
    }

    /// <summary>The splice that puts the upstream's name in the place of the caller's.</summary>
    public Splice RenameModel(string upstreamName)
    {
        var quoted = JsonText.Quote(upstreamName);
        byte[] replacement = Model.Length > 0 ? quoted : [.. "{\"model\":"u8, .. quoted, .. ","u8];
        return new Splice(ModelOffset, ModelLength, replacement);
    }
}

/// <summary>
/// Reads a request body once, strictly: what this reading cannot be sure of, the gate does not forward.
/// </summary>
public static class RequestInspector
{
    /// <summary>How deep a body may nest. Ours: deeper than any schema seen, shallow enough for every parser.</summary>
    public const int DepthMax = 64;

    /// <summary>
    /// Inspects a body for a route whose <see cref="Route.ModelInBody"/> is true, or the JSON of an opaque one. Never
    /// throws on a body.
    /// </summary>
    /// <param name="body">The body, decoded.</param>
    /// <param name="route">The route that it came to.</param>
    /// <param name="withTexts">Whether the texts of the prompt are wanted; they cost a list.</param>
    /// <param name="isNamedInPath">Whether the path names the model, so that the body need not.</param>
    /// <exception cref="ArgumentException">The route's bodies name no model.</exception>
    public static RequestInspection Inspect(
        ReadOnlySpan<byte> body, Route route, bool withTexts = false, bool isNamedInPath = false)
    {
        ArgumentNullException.ThrowIfNull(route);
        if (!route.ModelInBody && route.OpaqueName is null)
            throw new ArgumentException($"The bodies of {route.Name} are not inspected.", nameof(route));
        if (body.IsEmpty)
            return Malformed("The body is empty; send a JSON object.");
        if (body.StartsWith("\ufeff"u8))
            return Malformed("The body begins with a byte order mark; send the JSON without it.");
        if (!Utf8.IsValid(body))
            return Malformed("The body is not valid UTF-8.");
        var walk = new RequestWalk(
            body, route, withTexts ? new RequestTexts(route) : null, stackalloc Place[DepthMax + 1],
            stackalloc int[DepthMax + 1], stackalloc int[DepthMax + 1]);
        try
        {
            return walk.Run(isNamedInPath);
        }
        catch (JsonException error)
        {
            return Malformed(
                $"The body is not one valid JSON object of at most {DepthMax} levels: it cannot be read at line "
                + $"{error.LineNumber + 1}, byte {error.BytePositionInLine + 1}.");
        }
        finally
        {
            walk.Dispose();
        }
    }

    private static RequestInspection Malformed(string message) =>
        new() { Refusal = new Refusal(RefusalKind.Malformed, message) };
}

/// <summary>
/// What the walk over a request body has found so far. Methods that return false have set
/// <see cref="Refusal"/>, and the walk stops.
/// </summary>
internal sealed class RequestFindings(Route route, int bodyBytes)
{
    /// <summary>The longest model name in raw bytes. Ours: the longest real ones have about 100.</summary>
    private const int ModelBytesMax = 512;

    /// <summary>The most answers that one call may ask for (OpenAI API reference, <c>n</c>).</summary>
    private const int AnswersMax = 128;

    private readonly UsageRequest _usage = new();
    private readonly CarrierWatch _carriers = new(route);
    private string? _model;
    private string? _legacyModel;
    private bool _hasMembers;
    private int _modelOffset;
    private int _modelLength;
    private bool? _stream;
    private long? _outputTokensMax;
    private int _answers = 1;

    /// <summary>Where the body's object begins, in bytes.</summary>
    public int BodyOffset { get; set; }

    public Refusal? Refusal { get; private set; }

    public bool Refuse(RefusalKind kind, string message)
    {
        Refusal = new Refusal(kind, message);
        return false;
    }

    /// <summary>Notes that an object begins.</summary>
    public void Enter() => _carriers.Enter();

    /// <summary>Notes that an object ends.</summary>
    public bool Leave(Place place) => _carriers.Leave(place) || Refuse(RefusalKind.Malformed, _carriers.Problem);

    /// <summary>Takes the value at which the reader stands: a scalar, or the beginning of an object or array.</summary>
    public bool Take(Place place, RequestKey key, ReadOnlySpan<byte> keyText, ref Utf8JsonReader reader)
    {
        if (place == Place.Other)
            return true;
        _hasMembers = true;
        var taken = place switch
        {
            Place.Top => TakeTop(key, ref reader),
            Place.Options when key == RequestKey.NumPredict => TakeOutputTokens("options.num_predict", ref reader),
            Place.StreamOptions when key == RequestKey.IncludeUsage => _usage.TakeIncludeUsage(reader)
                || Refuse(RefusalKind.Malformed, "\"stream_options.include_usage\" is neither true nor false."),
            _ => true,
        };
        if (!taken)
            return false;
        return _carriers.Take(place, key, keyText, ref reader) || Refuse(RefusalKind.Malformed, _carriers.Problem);
    }

    public RequestInspection Conclude(bool isNamedInPath)
    {
        if (_model is not null && _legacyModel is not null && _model != _legacyModel)
        {
            Refuse(RefusalKind.AmbiguousJson, "\"model\" and \"name\" name two different models; send one of them.");
            return new RequestInspection { Refusal = Refusal };
        }
        if ((_model ?? _legacyModel) is not { } model)
        {
            if (isNamedInPath && _hasMembers)
                return Inspected("", BodyOffset, 1);
            Refuse(RefusalKind.Malformed, "The body names no model; send \"model\" as a string.");
            return new RequestInspection { Refusal = Refusal };
        }
        return Inspected(model, _modelOffset, _modelLength);
    }

    private RequestInspection Inspected(string model, int modelOffset, int modelLength)
    {
        var stream = route.Framing != StreamFraming.None && (_stream ?? route.StreamByDefault);
        return new RequestInspection
        {
            Model = model,
            ModelOffset = modelOffset,
            ModelLength = modelLength,
            Stream = stream,
            UsageRequest = stream && route.Endpoint is Endpoint.OpenAIChat or Endpoint.OpenAICompletions
                ? _usage.Request(BodyOffset) : null,
            OutputTokensMax = _outputTokensMax,
            Answers = _answers,
            PromptTokensEstimate = _carriers.TokensEstimate(bodyBytes),
            ProviderFeatures = _carriers.Features,
        };
    }

    private bool TakeTop(RequestKey key, ref Utf8JsonReader reader)
    {
        switch (key)
        {
            case RequestKey.Model:
                return TakeModel(ref reader, ref _model);
            case RequestKey.Name when route.Endpoint == Endpoint.OllamaShow:
                return _model is null ? TakeModel(ref reader, ref _legacyModel) : TakeLegacyName(ref reader);
            case RequestKey.Stream:
                return TakeStream(reader.TokenType);
            case RequestKey.StreamOptions:
                return _usage.TakeOptions(reader)
                    || Refuse(RefusalKind.Malformed, "\"stream_options\" is not an object.");
            case RequestKey.MaxTokens:
                return TakeOutputTokens("The output token limit", ref reader);
            case RequestKey.N:
                return TakeAnswers(ref reader);
            default:
                return true;
        }
    }

    private bool TakeModel(ref Utf8JsonReader reader, ref string? model)
    {
        if (reader.TokenType != JsonTokenType.String)
            return Refuse(RefusalKind.Malformed, "\"model\" is not a string.");
        model = JsonText.Read(reader, ModelBytesMax);
        if (string.IsNullOrEmpty(model))
            return Refuse(RefusalKind.Malformed, $"\"model\" is empty or longer than {ModelBytesMax} bytes.");
        _modelOffset = (int)reader.TokenStartIndex;
        _modelLength = (int)(reader.BytesConsumed - reader.TokenStartIndex);
        return true;
    }

    /// <summary>The older name of the field must not take the place of the newer one.</summary>
    private bool TakeLegacyName(ref Utf8JsonReader reader)
    {
        var (offset, length) = (_modelOffset, _modelLength);
        if (!TakeModel(ref reader, ref _legacyModel))
            return false;
        (_modelOffset, _modelLength) = (offset, length);
        return true;
    }

    /// <summary>Null means the default, as OpenAI's specification and Go's decoder have it.</summary>
    private bool TakeStream(JsonTokenType token)
    {
        switch (token)
        {
            case JsonTokenType.True: _stream = true; return true;
            case JsonTokenType.False: _stream = false; return true;
            case JsonTokenType.Null: return true;
            default: return Refuse(RefusalKind.Malformed, "\"stream\" is neither true nor false.");
        }
    }

    // No model writes as much; sums over it and n stay far from the end of the integers.
    private const long OutputTokensCap = 1_000_000_000;

    /// <summary>A negative number is Ollama's "no limit".</summary>
    private bool TakeOutputTokens(string what, ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return true;
        if (reader.TokenType != JsonTokenType.Number)
            return Refuse(RefusalKind.Malformed, $"{what} is not a number.");
        if (!reader.TryGetInt64(out var asked))
            asked = reader.TryGetDouble(out var broken) && broken < 1e15 ? (long)broken : long.MaxValue;
        if (asked >= 0)
            _outputTokensMax = Math.Max(_outputTokensMax ?? 0, Math.Min(asked, OutputTokensCap));
        return true;
    }

    private bool TakeAnswers(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return true;
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out _answers)
            || _answers is < 1 or > AnswersMax)
        {
            return Refuse(RefusalKind.Malformed, $"\"n\" is not a whole number from 1 to {AnswersMax}.");
        }
        return true;
    }
}
