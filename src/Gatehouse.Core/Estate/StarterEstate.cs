namespace Gatehouse.Core.Estate;

/// <summary>The estate file that <c>gatehouse init</c> writes: commented, and loading as it stands.</summary>
public static class StarterEstate
{
    /// <summary>Writes the text.</summary>
    /// <param name="name">Name of the estate.</param>
    /// <param name="timeZone">IANA name of the zone in which schedules are meant.</param>
    /// <param name="gate">Where the gate listens; null for the default.</param>
    /// <exception cref="ArgumentException">A name that the estate file does not accept.</exception>
    public static string Text(string name, string timeZone = "UTC", ListenAddress? gate = null)
    {
        if (!NameText.IsKey(name))
            throw new ArgumentException($"An estate's name is {NameText.KeyExpected}.", nameof(name));
        ArgumentException.ThrowIfNullOrWhiteSpace(timeZone);
        // Who listens on interfaces runs in a container, where loopback is nobody else and Compose names the others.
        var (ollama, node) = gate is ListenAddress.Interfaces
            ? ("http://ollama:11434",
            "\nnode: gate                    # a container's host name changes when it is made anew")
            : ("http://127.0.0.1:11434", "");
        return $$"""
            # yaml-language-server: $schema=./{{EstateSchema.FileName}}
            #
            # What runs here: job -> model -> input source -> output sink.
            # After a change: `gatehouse jobs` checks this file, `gatehouse reload` applies it.

            estate: {{EstateKeys.Version}}                     # version of this format
            name: {{name}}{{node}}
            time-zone: {{timeZone}}                # for schedules

            listen:
              gate: {{$"{gate ?? ListenAddress.DefaultGate}",-20}}  # jobs call models here
              control: 127.0.0.1:8421     # health, metrics and the live page

            ledger:
              bytes-max: 10GiB            # when full, calls are refused: nothing unexpired is dropped
              keep: { inputs: 7d, outputs: 30d, logs: 90d }

            # Limits of every job that sets no others.
            defaults:
              limits:
                requests-per-minute: 60
                tokens-per-minute: 50000
                tokens-per-day: 1000000
                concurrent: 4
                bytes-per-day: 500MiB

            {{Rest(ollama)}}
            """;
    }

    private static string Rest(string ollama) => $$"""
            models:
              llama: { provider: ollama, url: {{ollama}}, name: "llama3.2:3b" }
              # A credential is a reference, never the secret: pass:ENTRY, systemd:NAME, file:/PATH or env:VARIABLE.
              # gpt: { provider: openai, url: https://api.openai.com/v1, name: gpt-4o-mini, credential: pass:ai/openai }

            # Needed for `cost-per-month`; in your currency.
            # prices:
            #   gpt-4o-mini: { input-per-million: 0.15, output-per-million: 0.60 }

            sinks:
              log: { kind: file, path: /var/log/classifier.log }
              # mastodon: { kind: mastodon, url: https://social.example, credential: pass:social/mastodon }

            jobs:
              # A person at a keyboard.
              chat:
                owner: me
                model: llama
                trigger: prompt
                source: prompt
                sink: stdout              # the answer goes back to the caller and nowhere else
                can: { alter-data: false, send-externally: false, receive-feedback: false, change-itself: false }

              log-classifier:
                owner: me
                model: llama
                trigger: { cron: "*/15 * * * *" }
                source: { kind: file, path: /var/log/syslog }
                sink: log
                can: { alter-data: false, send-externally: false, receive-feedback: false, change-itself: false }
                limits: { requests-per-minute: 30 }
                # run-as: classifier      # the system user that may fetch this job's tokens

            """;
}
