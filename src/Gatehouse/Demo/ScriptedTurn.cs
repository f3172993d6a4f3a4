namespace Gatehouse.Demo;

/// <summary>A request and its answer, with what gives the answer its identity.</summary>
internal sealed record ScriptedTurn(ScriptedRequest Request, ScriptedAnswer Answer, long Number, DateTimeOffset Now)
{
    public long CreatedSeconds => Now.ToUnixTimeSeconds();

    /// <summary>An id as the dialects make them: a prefix and something unique per call.</summary>
    public string Id(string prefix) => $"{prefix}scripted{Number:d8}";
}
