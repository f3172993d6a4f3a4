namespace Gatehouse.Core.Estate;

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
