using System.Collections.Frozen;

namespace Gatehouse.Core.Estate;

/// <summary>One entry of <c>models:</c>, ready to be called.</summary>
public sealed record ModelPlan
{
    /// <summary>The upstream name that stands for every model that the server has.</summary>
    public const string AnyName = "*";

    /// <summary>Longest name that a call may give to a model of such a server.</summary>
    private const int NameCharsMax = 256;

    /// <summary>The key in the estate file; jobs may call the model by it.</summary>
    public required string Key { get; init; }

    /// <summary>The dialects that the upstream speaks.</summary>
    public required ModelProvider Provider { get; init; }

    /// <summary>Where it is served.</summary>
    public required UpstreamUrl Url { get; init; }

    /// <summary>The name that the upstream knows; jobs may call the model by it too.</summary>
    public required string UpstreamName { get; init; }

    /// <summary>
    /// Whether it stands for every model of its server, or for one of them that the estate does not name.
    /// </summary>
    public bool IsAny { get; init; }

    /// <summary>
    /// What a name has to begin with where <see cref="IsAny"/>: empty for <c>*</c>, <c>claude-</c> for
    /// <c>claude-*</c>.
    /// </summary>
    public string NamePrefix { get; init; } = "";

    /// <summary>Where the upstream's credential lies; null when it needs none.</summary>
    public CredentialReference? Credential { get; init; }

    /// <summary>Price from <c>prices:</c>, looked up by key, then by upstream name; null when none is listed.</summary>
    public ModelPrice? Price { get; init; }

    /// <summary>Whether the gate may ask the upstream to report token usage at the end of a stream.</summary>
    public required bool StreamUsage { get; init; }

    /// <summary>How long the gate waits for its server.</summary>
    public ModelTimeouts Timeouts { get; init; } = ModelTimeouts.Default;

    /// <summary>
    /// How far away the model lies, by its URL; external too where the server may hand calls on
    /// (<c>remote: allowed</c>). A model that is not external is only called where its own server runs it.
    /// </summary>
    public required Zone Zone { get; init; }

    /// <summary>The model of this server that a call names; only for an entry with <see cref="IsAny"/>.</summary>
    /// <param name="name">The name, as the call gives it.</param>
    /// <param name="prices">Prices by upstream name.</param>
    /// <returns>The model, or null when nothing is called like that anywhere.</returns>
    public ModelPlan? Named(string name, FrozenDictionary<string, ModelPrice> prices)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(prices);
        var isName = IsAny && name.Length is > 0 and <= NameCharsMax && !name.Contains('*') && !name.Any(char.IsControl)
            && name.StartsWith(NamePrefix, StringComparison.Ordinal);
        return isName ? this with { UpstreamName = name, Price = PriceOf(name, prices) ?? Price } : null;
    }

    // Another spelling of a name is not another price.
    private ModelPrice? PriceOf(string name, FrozenDictionary<string, ModelPrice> prices) =>
        prices.GetValueOrDefault(name) ?? (Provider != ModelProvider.Ollama ? null
            : prices.Where(price => OllamaName.Same(price.Key, name)).Select(price => price.Value).FirstOrDefault());
}

/// <summary>What a model costs, in the currency that the user thinks in (the same as <c>cost-per-month</c>).</summary>
/// <param name="InputPerMillion">Price of 1,000,000 input tokens.</param>
/// <param name="OutputPerMillion">Price of 1,000,000 output tokens.</param>
public sealed record ModelPrice(decimal InputPerMillion, decimal OutputPerMillion)
{
    /// <summary>Price of one call.</summary>
    /// <param name="inputTokens">Tokens of the prompt.</param>
    /// <param name="outputTokens">Tokens of the answer.</param>
    public decimal Of(long inputTokens, long outputTokens) =>
        ((inputTokens * InputPerMillion) + (outputTokens * OutputPerMillion)) / 1_000_000m;
}

/// <summary>The family of dialects that an upstream speaks.</summary>
public enum ModelProvider
{
    /// <summary>Ollama: its own dialect, and OpenAI's and Anthropic's messages beside it.</summary>
    Ollama,

    /// <summary>Anything that speaks OpenAI's dialect.</summary>
    OpenAI,

    /// <summary>Anthropic's dialect.</summary>
    Anthropic,
}

/// <summary>How long the gate waits for a model's server.</summary>
/// <param name="Connect">For a connection.</param>
/// <param name="FirstByte">From then on for the first byte of the answer's body: a model loads and reads the prompt.
/// </param>
/// <param name="Silence">For the next byte of a stream that has begun.</param>
public sealed record ModelTimeouts(TimeSpan Connect, TimeSpan FirstByte, TimeSpan Silence)
{
    /// <summary>What an entry has that sets none.</summary>
    public static ModelTimeouts Default { get; } =
        new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(600), TimeSpan.FromSeconds(300));

    /// <summary>For the next byte of an answer that is no stream: some servers begin it before they think.</summary>
    public TimeSpan Whole => FirstByte > Silence ? FirstByte : Silence;
}

/// <summary>How large the ledger may grow and how long each class of payload is kept.</summary>
/// <param name="BytesMax">Bytes that the ledger may take; when full, calls are refused.</param>
/// <param name="KeepInputs">How long prompts are kept.</param>
/// <param name="KeepOutputs">How long answers are kept.</param>
/// <param name="KeepLogs">How long everything else is kept.</param>
public sealed record LedgerPlan(long BytesMax, TimeSpan KeepInputs, TimeSpan KeepOutputs, TimeSpan KeepLogs);
