using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Inspection;

/// <summary>What is known of a container that is an Ollama.</summary>
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
        var set = container.Environment.FirstOrDefault(static one => one.Name == NoCloud);
        // As Go reads a truth value; any other text counts as true.
        return set?.Value?.ToUpperInvariant() is null or "" or "0" or "F" or "FALSE"
            ? set is null ? $"Config.Env: {NoCloud} is not set" : $"Config.Env: {NoCloud}={set.Value}" : null;
    }
}
