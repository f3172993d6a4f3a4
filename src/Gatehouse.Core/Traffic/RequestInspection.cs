namespace Gatehouse.Core.Traffic;

/// <summary>What the gate knows of a request body after its one reading.</summary>
public sealed record RequestInspection
{
    /// <summary>
    /// Why the body is refused; null when it is not. With a refusal nothing else here means anything.
    /// </summary>
    public Refusal? Refusal { get; init; }

    /// <summary>The model as the caller named it.</summary>
    public string Model { get; init; } = "";

    /// <summary>
    /// Where the JSON string with the model begins, its quote included, in bytes from the body's start.
    /// </summary>
    public int ModelOffset { get; init; }

    /// <summary>The length of that JSON string with both quotes, in bytes.</summary>
    public int ModelLength { get; init; }

    /// <summary>Whether the caller asked for a stream, the route's default included.</summary>
    public bool Stream { get; init; }

    /// <summary>Whether the caller asked for usage in the stream (<c>stream_options.include_usage</c>).</summary>
    public bool UsageAsked { get; init; }

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

    /// <summary>Whether the request offers tools.</summary>
    public bool HasTools { get; init; }

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
    public Splice RenameModel(string upstreamName) =>
        new(ModelOffset, ModelLength, JsonText.Quote(upstreamName));
}
