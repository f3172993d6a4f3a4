namespace Gatehouse.Tests.Estate;

/// <summary>The estate file that the documents show, as a fixture.</summary>
internal static class SampleEstate
{
    public const string Text = """
        estate: 1                                   # version of this format
        name: home                                  # with node: (default: host name) the ledger's origin
        listen: { gate: 127.0.0.1:8420, control: 127.0.0.1:8421 }
        zones: { lan: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fd00::/8] }      # the default
        ledger: { bytes-max: 10GiB, keep: { inputs: 7d, outputs: 30d, logs: 90d } }
        models:
          llama:  { provider: ollama,    url: http://127.0.0.1:11434, name: "llama3.2:3b" }
          embed:  { provider: ollama,    url: http://127.0.0.1:11434, name: nomic-embed-text }
          local:  { provider: openai,    url: unix:/run/model.sock, name: m }       # a model with no network at all
          gpt:    { provider: openai,    url: https://api.openai.com/v1, name: gpt-4o-mini, credential: pass:ai/openai }
          claude: { provider: anthropic, url: https://api.anthropic.com, name: claude-haiku-4-5, credential: systemd:anthropic }
        sinks:
          mastodon: { kind: mastodon, url: https://social.example, credential: pass:social/mastodon }
          log:      { kind: file, path: /var/log/classifier.log }
        jobs:
          news-summariser:
            owner: ops
            models: [llama, embed]                   # `model: llama` is short for a list of one
            trigger: { cron: "0 7 * * *" }           # cron | webhook | event | prompt | manual | always
            source: { kind: rss, url: https://news.example/feed.xml }
            sink: mastodon
            stores: [ { what: intermediate, path: /srv/news/work, keep: 7d } ]
            pipeline: [fetch, clean, summarise, post]      # the services this job chains
            can: { alter-data: false, send-externally: true, receive-feedback: false, change-itself: false }
            limits: { requests-per-minute: 60, tokens-per-minute: 20000, tokens-per-day: 200000, concurrent: 4, cost-per-month: 5, bytes-per-day: 200MiB }
            run-as: news                             # uid that may fetch this job's tokens
        """;
}
