namespace Gatehouse.Tests.Gate;

/// <summary>Estates that tests serve. <c>{model}</c> is the scripted model's address.</summary>
internal static class GateEstates
{
    public const string Usual = """
        estate: 1
        name: test
        node: stage
        listen: { gate: "127.0.0.1:0", control: "127.0.0.1:0" }
        models:
          llama:  { provider: ollama, url: "{model}", name: "llama3.2:3b" }
          embed:  { provider: ollama, url: "{model}", name: nomic-embed-text }
          gpt:    { provider: openai, url: "{model}/v1", name: gpt-4o-mini }
          claude: { provider: anthropic, url: "{model}", name: claude-haiku-4-5 }
        sinks:
          log: { kind: file, path: /var/log/test.log }
        jobs:
          all:
            owner: tester
            models: [llama, embed, gpt, claude]
            source: { kind: prompt }
            sink: log
          narrow:
            owner: tester
            model: gpt
            source: { kind: prompt }
            sink: log
        """;

    /// <summary>A job that is served, and one for each refusal that a client should know.</summary>
    public const string Clients = """
        estate: 1
        name: test
        node: clients
        listen: { gate: "127.0.0.1:0", control: "127.0.0.1:0" }
        models:
          llama:  { provider: ollama, url: "{model}", name: "llama3.2:3b" }
          embed:  { provider: ollama, url: "{model}", name: "nomic-embed-text:latest" }
          gpt:    { provider: openai, url: "{model}/v1", name: gpt-4o-mini }
          claude: { provider: anthropic, url: "{model}", name: claude-haiku-4-5 }
        prices:
          llama: { input-per-million: 1000000 }
        jobs:
          all: { owner: tester, models: [llama, embed, gpt, claude], source: { kind: prompt }, sink: none }
          small:
            { owner: tester, model: llama, source: { kind: prompt }, sink: none, body-bytes-max: 32KiB }
          single:
            { owner: tester, model: llama, source: { kind: prompt }, sink: none, limits: { concurrent: 1 } }
          spent:
            { owner: tester, model: llama, source: { kind: prompt }, sink: none, limits: { cost-per-month: 1 } }
          unrecorded: { owner: tester, model: llama, source: { kind: prompt }, sink: none }
          hasty: { owner: tester, model: llama, source: { kind: prompt }, sink: none }
        """;

    /// <summary>Jobs that differ in what they may do and in where they are met.</summary>
    public const string Rights = """
        estate: 1
        name: test
        node: rights
        listen: { gate: "127.0.0.1:0", control: "127.0.0.1:0" }
        models:
          llama:  { provider: ollama, url: "{model}", name: "llama3.2:3b" }
          embed:  { provider: ollama, url: "{model}", name: nomic-embed-text }
          gpt:    { provider: openai, url: "{model}/v1", name: gpt-4o-mini }
          claude: { provider: anthropic, url: "{model}", name: claude-haiku-4-5 }
        jobs:
          all: { owner: tester, models: [llama, embed, gpt, claude], source: { kind: prompt }, sink: none }
          narrow: { owner: tester, model: gpt, source: { kind: prompt }, sink: none }
          keeper:
            owner: tester
            models: [llama, gpt, claude]
            source: { kind: prompt }
            sink: none
            may-manage-models: true
            opaque: [audio/speech, audio/transcriptions, audio/translations, images/generations, images/edits,
              images/variations]
          socketed:
            { owner: tester, model: llama, source: { kind: prompt }, sink: none, listen: "unix:{home}/job.sock" }
          addressed:
            { owner: tester, model: gpt, source: { kind: prompt }, sink: none, listen: "127.0.0.2:0" }
        """;

    /// <summary>
    /// Models behind credentials, one that nobody serves, one on a socket; jobs with and without budgets.
    /// </summary>
    public const string Wire = """
        estate: 1
        name: test
        node: wire
        listen: { gate: "127.0.0.1:0", control: "127.0.0.1:0" }
        models:
          llama:  { provider: ollama, url: "{model}", name: "llama3.2:3b" }
          gpt:    { provider: openai, url: "{model}/v1", name: gpt-4o-mini, credential: "file:{home}/model.key" }
          claude: { provider: anthropic, url: "{model}", name: claude-haiku-4-5, credential: "file:{home}/model.key" }
          base:   { provider: openai, url: "{model}/base/v1/", name: based }
          local:  { provider: openai, url: "unix:{home}/model.sock", name: local-model }
          dead:   { provider: openai, url: "http://127.0.0.1:1/v1", name: dead-model }
          keyless: { provider: openai, url: "{model}/v1", name: keyless-model, credential: "file:{home}/none.key" }
        jobs:
          all:
            owner: tester
            models: [llama, gpt, claude, base, local, dead, keyless]
            source: { kind: prompt }
            sink: none
          metered:
            owner: tester
            models: [llama, gpt]
            source: { kind: prompt }
            sink: none
            limits: { tokens-per-day: 1000000 }
          searcher:
            { owner: tester, model: gpt, source: { kind: prompt }, sink: none, provider-tools: [web_search] }
        """;

    /// <summary>
    /// A job with limits, one without, in a time zone that is ahead of UTC. A token costs a millionth.
    /// </summary>
    public const string Limited = """
        estate: 1
        name: test
        node: limits
        time-zone: Europe/Zurich
        listen: { gate: "127.0.0.1:0", control: "127.0.0.1:0" }
        models:
          gpt:  { provider: openai, url: "{model}/v1", name: gpt-4o-mini }
          dead: { provider: openai, url: "http://127.0.0.1:1/v1", name: dead-model }
        prices:
          gpt: { input-per-million: 1, output-per-million: 1 }
        jobs:
          limited:
            owner: tester
            models: [gpt, dead]
            source: { kind: prompt }
            sink: none
            limits: { {limits} }
          free: { owner: tester, model: gpt, source: { kind: prompt }, sink: none }
        """;
}
