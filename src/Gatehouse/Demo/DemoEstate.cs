using System.Globalization;
using System.Text.Json;
using Gatehouse.Outbound;

namespace Gatehouse.Demo;

/// <summary>The estate of the demo: four jobs as a homelab has them.</summary>
internal static class DemoEstate
{
    public static string Text(DemoModels models, int gatePort, int controlPort)
    {
        // An Ollama speaks the other dialects too; the script plays all three providers.
        var (openAi, anthropic) = models.IsOllama ? ("ollama", "ollama") : ("openai", "anthropic");
        var (gpt, claude) = models.IsOllama ? (models.Chat, models.Chat) : ("gpt-4o-mini", "claude-haiku-4-5");
        return string.Create(CultureInfo.InvariantCulture, $"""
            # Written by `gatehouse demo` at every start: change it in a home of your own (gatehouse init).
            estate: 1
            name: demo
            listen: {"{"} gate: 127.0.0.1:{gatePort}, control: 127.0.0.1:{controlPort} {"}"}
            models:
              llama:  {"{"} provider: ollama, url: "{models.Url}", name: "{models.Chat}" {"}"}
              embed:  {"{"} provider: ollama, url: "{models.Url}", name: "{models.Embedding}" {"}"}
              gpt:    {"{"} provider: {openAi}, url: "{models.Url}", name: "{gpt}" {"}"}
              claude: {"{"} provider: {anthropic}, url: "{models.Url}", name: "{claude}" {"}"}
            guards:
              posts:
                constraints: [no-invented-facts, mark-uncertainty]
                prompt: {"{"} injection: flag {"}"}
                answer:
                  personal-data: redact
                  unsourced-numbers: [mark, review]
                  overconfidence: [mark, review]
                patterns:
                  - {"{"} id: no-recovery-phrases, match: 'recovery phrase', in: answer, action: block {"}"}
              house:
                tools:
                  rules:
                    - {"{"} tool: "*lock*", action: hold {"}"}
            sinks:
              mastodon: {"{"} kind: mastodon, url: https://social.example {"}"}
              log:      {"{"} kind: file, path: /var/log/classifier.log {"}"}
              speaker:  {"{"} kind: mqtt, url: "mqtt://homeassistant.lan", topic: voice/say {"}"}
              archive:  {"{"} kind: file, path: /srv/documents/tags.json {"}"}
            jobs:
              news-summariser:
                owner: ops
                guard: posts
                models: [llama]
                trigger: {"{"} always: true {"}"}
                source: {"{"} kind: rss, url: https://news.example/feed.xml {"}"}
                sink: mastodon
                can: {"{"} alter-data: false, send-externally: true, receive-feedback: false, change-itself: false {"}"}
                limits: {"{"} requests-per-minute: 60, tokens-per-minute: 20000, concurrent: 4 {"}"}
              log-classifier:
                owner: ops
                model: gpt
                trigger: {"{"} always: true {"}"}
                source: {"{"} kind: file, path: /var/log/syslog {"}"}
                sink: log
                can: {"{"} alter-data: false, send-externally: false,
                       receive-feedback: false, change-itself: false {"}"}
              voice-assistant:
                owner: family
                guard: house
                model: llama
                trigger: {"{"} prompt: true {"}"}
                source: {"{"} kind: prompt {"}"}
                sink: speaker
                can: {"{"} alter-data: true, send-externally: false, receive-feedback: true, change-itself: false {"}"}
              document-tagger:
                owner: ops
                models: [claude, embed]
                trigger: {"{"} event: new-document {"}"}
                source: {"{"} kind: file, path: /srv/documents/inbox {"}"}
                sink: archive
                can: {"{"} alter-data: true, send-externally: false, receive-feedback: false, change-itself: false {"}"}
            """) + "\n";
    }
}

/// <summary>Which models the demo's estate names, and where they are.</summary>
internal sealed record DemoModels(string Url, bool IsOllama, string Chat, string Embedding)
{
    private static readonly Uri Ollama = new("http://127.0.0.1:11434");

    public static DemoModels OfScript(string address) => new(address, false, "llama3.2:3b", "nomic-embed-text");

    /// <summary>The first models that the local Ollama has.</summary>
    /// <exception cref="IOException">No Ollama answers, or it has no model.</exception>
    public static async Task<DemoModels> OfOllamaAsync(CancellationToken stop)
    {
        using var client = new OutboundClient(new OutboundPolicy
        {
            Name = "demo",
            Zones = OutboundZones.Loopback,
            Total = TimeSpan.FromSeconds(3),
        });
        try
        {
            var reply = await client.FetchAsync(
                static () => new HttpRequestMessage(HttpMethod.Get, new Uri(Ollama, "/api/tags")), stop);
            using var tags = JsonDocument.Parse(reply.Body);
            var names = tags.RootElement.GetProperty("models").EnumerateArray()
                .Select(model => model.GetProperty("name").GetString()!).ToArray();
            var chat = names.FirstOrDefault(name => !name.Contains("embed", StringComparison.Ordinal))
                ?? throw new IOException(
                    "The Ollama on this machine has no model. Fetch one with: ollama pull llama3.2:3b");
            return new DemoModels(Ollama.ToString(), true, chat,
                names.FirstOrDefault(name => name.Contains("embed", StringComparison.Ordinal)) ?? chat);
        }
        catch (Exception error) when (error is OutboundException or JsonException)
        {
            throw new IOException($"No Ollama answers at {Ollama}. Start it, or run the demo without --ollama.", error);
        }
    }
}
