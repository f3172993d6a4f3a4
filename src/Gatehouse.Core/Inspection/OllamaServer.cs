using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Inspection;

/// <summary>What is known of a container or unit that is an Ollama.</summary>
internal static class OllamaServer
{
    /// <summary>What keeps an Ollama from handing calls to ollama.com (its documentation, 2026).</summary>
    public const string NoCloud = "OLLAMA_NO_CLOUD";

    /// <summary>
    /// What was read that lets it hand calls on; null when it may not, or is no Ollama. Releases that know no cloud
    /// cannot, but an image's tag says little of the release inside.
    /// </summary>
    public static string? MayHandOn(ContainerFacts container)
    {
        var isOllama = container.ExposedPorts.Contains("11434/tcp")
            || container.Image.Contains("ollama", StringComparison.OrdinalIgnoreCase);
        if (!isOllama) return null;
        return Unset("Config.Env: ", container.Environment);
    }

    /// <summary>The same of a unit.</summary>
    public static string? MayHandOn(UnitCase unit)
    {
        var words = unit.Words("ExecStart");
        var isServer = words.Zip(words.Skip(1)).Any(static pair => pair.Second == "serve"
            && pair.First.Split('/')[^1].TrimStart('@', '-', '+', '!', ':') == "ollama");
        return isServer ? Unset("Environment=: ", unit.Words("Environment").Select(EnvironmentFact.Parse)) : null;
    }

    private static string? Unset(string where, IEnumerable<EnvironmentFact> environment)
    {
        var set = environment.LastOrDefault(static one => one.Name == NoCloud);
        // As Go reads a truth value; any other text counts as true.
        return set?.Value?.ToUpperInvariant() is null or "" or "0" or "F" or "FALSE"
            ? set is null ? $"{where}{NoCloud} is not set" : $"{where}{NoCloud}={set.Value}" : null;
    }
}
