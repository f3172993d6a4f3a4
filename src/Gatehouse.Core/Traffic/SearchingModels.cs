namespace Gatehouse.Core.Traffic;

/// <summary>
/// Models that reach the world by themselves, told by their names: OpenRouter's <c>:online</c> and <c>@preset/…</c>,
/// OpenAI's search previews and deep research, Perplexity's sonar, Groq's compound. Only asked where a call may name
/// any model of a server; a model that the estate names was chosen by its owner.
/// </summary>
public static class SearchingModels
{
    private static readonly string[] Words =
        ["online", "search", "browser", "browsing", "preset", "research", "sonar", "compound"];

    /// <summary>Whether a name says so.</summary>
    public static bool Has(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var parts = name.Split([':', '-', '_', '/', '@', '.', ' '], StringSplitOptions.RemoveEmptyEntries);
        return parts.Any(part => Words.Contains(part, StringComparer.OrdinalIgnoreCase));
    }
}
