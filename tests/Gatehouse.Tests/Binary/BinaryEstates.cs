namespace Gatehouse.Tests.Binary;

/// <summary>Estates that the binary serves. <c>{model}</c> is the scripted model's address.</summary>
internal static class BinaryEstates
{
    public const string Usual = """
        estate: 1
        name: test
        node: stage
        listen: { gate: "127.0.0.1:0", control: "127.0.0.1:0" }
        models:
          gpt:    { provider: openai, url: "{model}/v1", name: gpt-4o-mini }
          llama:  { provider: ollama, url: "{model}", name: "llama3.2:3b" }
          claude: { provider: anthropic, url: "{model}", name: claude-haiku-4-5 }
        sinks:
          log: { kind: file, path: /var/log/test.log }
        jobs:
          news:
            owner: ops
            models: [gpt, llama, claude]
            source: { kind: rss, url: https://news.example/feed.xml }
            sink: log
            can: { alter-data: false, send-externally: false, receive-feedback: false, change-itself: false }
          tagger:
            owner: ops
            model: gpt
            source: { kind: prompt }
            sink: log
            can: { alter-data: false, send-externally: false, receive-feedback: false, change-itself: false }

        """;
}
