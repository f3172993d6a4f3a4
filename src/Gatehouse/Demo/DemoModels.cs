using System.Text.Json;

namespace Gatehouse.Demo;

/// <summary>Which models the demo's estate names, and where they are.</summary>
internal sealed record DemoModels(string Url, bool IsOllama, string Chat, string Embedding)
{
    private static readonly Uri Ollama = new("http://127.0.0.1:11434");

    public static DemoModels OfScript(string address) => new(address, false, "llama3.2:3b", "nomic-embed-text");

    /// <summary>The first models that the local Ollama has.</summary>
    /// <exception cref="IOException">No Ollama answers, or it has no model.</exception>
    public static async Task<DemoModels> OfOllamaAsync(CancellationToken stop)
    {
        using var client = new HttpClient { BaseAddress = Ollama, Timeout = TimeSpan.FromSeconds(3) };
        try
        {
            using var tags =
                JsonDocument.Parse(await client.GetByteArrayAsync(new Uri("/api/tags", UriKind.Relative), stop));
            var names = tags.RootElement.GetProperty("models").EnumerateArray()
                .Select(model => model.GetProperty("name").GetString()!).ToArray();
            var chat = names.FirstOrDefault(name => !name.Contains("embed", StringComparison.Ordinal))
                ?? throw new IOException(
                    "The Ollama on this machine has no model. Fetch one with: ollama pull llama3.2:3b");
            return new DemoModels(Ollama.ToString(), true, chat,
                names.FirstOrDefault(name => name.Contains("embed", StringComparison.Ordinal)) ?? chat);
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException or JsonException)
        {
            throw new IOException($"No Ollama answers at {Ollama}. Start it, or run the demo without --ollama.", error);
        }
    }
}
