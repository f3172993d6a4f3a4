namespace Gatehouse.Tests.Discovery;

/// <summary>
/// One file of each format that discovery reads. SECRET stands wherever such a file holds a credential; tests put a
/// token there and look for it in what comes out.
/// </summary>
internal static class Samples
{
    public const string SystemCrontab = """
        SHELL=/bin/bash
        OPENAI_API_KEY="SECRET"
        MAILTO = house@example.org
        # m h dom mon dow user command
        17 *  * * *  root  cd / && run-parts --report /etc/cron.hourly
        0 7 * * MON-FRI  news  /srv/news/morning.sh --token SECRET >> /var/log/news.log 2>&1
        @daily bob curl -H "X-Key: SECRET" http://me:SECRET@gpu:11434/api/generate -d %{"model": "qwen3:8b"}
        @reboot bob /usr/local/bin/ollama serve
        this is no entry
        """;

    public const string MorningScript = """
        #!/bin/bash
        export DISCORD_WEBHOOK_URL=https://discord.com/api/webhooks/123/SECRET
        news=$(curl -s https://example.org/feed.xml)
        text=$(llm -m gpt-4o-mini "sum up: $news")
        curl -X POST -d "$text" "$DISCORD_WEBHOOK_URL"
        """;

    public const string Service = """
        [Unit]
        Description=Sums up mail

        [Service]
        Type=oneshot
        User=mailer
        WorkingDirectory=/srv/mail
        Environment=OLLAMA_BASE_URL=http://user:SECRET@127.0.0.1:11434 "OPENAI_API_KEY=SECRET" OLLAMA_MODEL=phi4
        Environment=SMTP_PASSWORD=SECRET
        EnvironmentFile=-/etc/default/mailer
        ExecStart=/usr/bin/python3 ./sum.py --key SECRET
        """;

    public const string Timer = "[Timer]\nOnCalendar=Mon..Fri *-*-* 06:30\nPersistent=true\n";

    public const string EnvironmentFile = "# shared\nTELEGRAM_TOKEN='SECRET'\nANTHROPIC_API_KEY=SECRET\nLOG=info\n";

    public const string PythonScript = """
        import imaplib, smtplib, subprocess
        from openai import OpenAI
        client = OpenAI(base_url="http://127.0.0.1:11434/v1", api_key="SECRET")
        """;

    public const string Hooks = """
        [
          {
            "id": "deploy-notes",
            "execute-command": "/srv/hooks/notes.sh",
            "command-working-directory": "/srv/hooks",
            "pass-arguments-to-command": [ { "source": "string", "name": "--model=llama3.2" } ],
            "trigger-rule": { "match": { "type": "value", "value": "SECRET",
              "parameter": { "source": "header", "name": "X-Token" } } }
          },
          { "id": "open", "execute-command": "/usr/bin/ollama" }
        ]
        """;

    public const string N8n = """
        {
          "name": "Morning digest", "active": true, "id": "9",
          "nodes": [
            { "name": "At seven", "type": "n8n-nodes-base.scheduleTrigger", "typeVersion": 1.2,
              "parameters": { "rule": { "interval": [ { "triggerAtHour": 7, "triggerAtMinute": 30 } ] } } },
            { "name": "Feed", "type": "n8n-nodes-base.rssFeedRead",
              "parameters": { "url": "https://example.org/rss?key=SECRET" } },
            { "name": "Model", "type": "@n8n/n8n-nodes-langchain.lmChatOllama",
              "parameters": { "model": "qwen3:14b", "options": {} },
              "credentials": { "ollamaApi": { "id": "1", "name": "SECRET" } } },
            { "name": "Other", "type": "@n8n/n8n-nodes-langchain.lmChatOpenAi",
              "parameters": { "model": { "__rl": true, "value": "gpt-4o-mini", "mode": "list" },
                "options": { "baseURL": "http://user:SECRET@litellm:4000/v1" } },
              "credentials": { "openAiApi": { "id": "2", "name": "OpenAI" } } },
            { "name": "Ask", "type": "n8n-nodes-base.httpRequest",
              "parameters": { "method": "POST", "url": "https://hooks.slack.com/services/T0/B0/SECRET",
                "headerParameters": { "parameters": [ { "name": "Authorization", "value": "Bearer SECRET" } ] } } },
            { "name": "Tell", "type": "n8n-nodes-base.telegram",
              "parameters": { "chatId": "1", "text": "={{ $json.t }}" },
              "credentials": { "telegramApi": { "id": "3", "name": "bot" } } },
            { "name": "Run", "type": "n8n-nodes-base.executeCommand",
              "parameters": { "command": "docker restart web" } },
            { "name": "Off", "type": "n8n-nodes-base.discord", "disabled": true, "parameters": {} }
          ],
          "connections": {}, "pinData": { "Feed": [ { "json": { "k": "SECRET" } } ] }
        }
        """;

    public const string NodeRed = """
        [
          { "id": "t1", "type": "tab", "label": "Door bell", "disabled": false, "info": "SECRET" },
          { "id": "t2", "type": "tab", "label": "Lamps" },
          { "id": "c1", "type": "ollama-config", "name": "", "host": "http://gpu", "port": "11434",
            "apiKey": "SECRET" },
          { "id": "s1", "type": "subflow", "name": "Tell" },
          { "id": "n1", "type": "inject", "z": "t1", "crontab": "00 07 * * 1-5", "repeat": "", "wires": [["n2"]] },
          { "id": "n2", "type": "ollama-chat", "z": "t1", "server": "c1", "model": "gemma3:4b", "wires": [["n3"]] },
          { "id": "n3", "type": "subflow:s1", "z": "t1", "wires": [] },
          { "id": "n4", "type": "http request", "z": "s1", "method": "POST",
            "url": "https://api.telegram.org/bot99:SECRET/sendMessage", "wires": [] },
          { "id": "n5", "type": "exec", "z": "t1", "command": "sudo systemctl restart x", "wires": [] },
          { "id": "n6", "type": "http in", "z": "t1", "d": true, "url": "/off", "wires": [] },
          { "id": "n7", "type": "inject", "z": "t2", "repeat": "3600", "crontab": "", "wires": [["n8"]] },
          { "id": "n8", "type": "mqtt out", "z": "t2", "topic": "lamp", "wires": [] }
        ]
        """;

    public const string Automations = """
        - id: '1700'
          alias: Evening summary
          triggers:
            - trigger: time
              at: "21:00:00"
          actions:
            - action: conversation.process
              data: { agent_id: conversation.ollama, text: "Sum up the day" }
              response_variable: answer
            - choose:
                - conditions: []
                  sequence:
                    - action: notify.mobile_app_anna
                      data: { message: "{{ answer }}" }
                    - service: lock.unlock
            - action: rest_command.post_it
            - action: shell_command.note
        - alias: Lamp only
          trigger: { platform: state, entity_id: binary_sensor.door }
          action: [ { service: light.turn_on } ]
        - alias: From outside
          trigger:
            - platform: webhook
              webhook_id: SECRET
          action:
            - service: ai_task.generate_data
        """;

    public const string Configuration = """
        default_config:
        automation: !include automations.yaml
        homeassistant:
          packages:
            notes:
              script:
                weekly_note:
                  alias: Weekly note
                  sequence:
                    - action: google_generative_ai_conversation.generate_content
                      data: { prompt: hello }
        rest_command:
          post_it:
            url: https://social.example/api/v1/statuses
            method: post
            headers: { Authorization: "Bearer SECRET", X: !secret token }
        shell_command:
          note: "curl -d @/tmp/x http://localhost:11434/api/generate"
        """;

    public const string ConfigEntries = """
        { "version": 1, "key": "core.config_entries", "data": { "entries": [
          { "domain": "ollama", "title": "Local model", "data": { "url": "http://user:SECRET@192.168.1.9:11434" },
            "options": {}, "subentries": [ { "subentry_type": "conversation", "title": "Butler",
              "data": { "model": "qwen3:4b", "llm_hass_api": ["assist"], "prompt": "SECRET" } } ] },
          { "domain": "openai_conversation", "title": "ChatGPT", "data": { "api_key": "SECRET" },
            "options": { "chat_model": "gpt-4o-mini" } },
          { "domain": "hue", "title": "Bridge", "data": { "api_key": "SECRET", "host": "192.168.1.2" } } ] } }
        """;
}
