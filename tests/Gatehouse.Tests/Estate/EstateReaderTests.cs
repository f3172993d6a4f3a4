using System.Net;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Tests.Estate;

public sealed class EstateReaderTests
{
    private static readonly EstatePlan Sample = Plan(SampleEstate.Text);

    [Fact]
    public void The_estate_of_the_sample_says_what_the_file_says()
    {
        Assert.Equal("home", Sample.Name);
        Assert.Null(Sample.Node);
        Assert.Equal(new ListenAddress.Tcp(IPEndPoint.Parse("127.0.0.1:8420")), Sample.Gate);
        Assert.Equal(new ListenAddress.Tcp(IPEndPoint.Parse("127.0.0.1:8421")), Sample.Control);
        Assert.Equal(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fd00::/8"],
            Sample.Zones.Lan.Select(network => network.ToString()));
        Assert.Equal(new LedgerPlan(10L << 30, Days(7), Days(30), Days(90)), Sample.Ledger);
        Assert.Equal(["claude", "embed", "gpt", "llama", "local"], Sample.Models.Keys.Order());
        Assert.Equal(["log", "mastodon", "none", "stdout"], Sample.Sinks.Keys.Order());
        Assert.Equal(["news-summariser"], Sample.Jobs.Keys);
        Assert.Empty(Sample.Prices);
    }

    [Fact]
    public void The_models_of_the_sample_say_what_the_file_says()
    {
        var local = Sample.Models["local"];
        Assert.Equal((ModelProvider.OpenAI, "m", Zone.Host), (local.Provider, local.UpstreamName, local.Zone));
        Assert.Equal((UpstreamScheme.Unix, "/run/model.sock"), (local.Url.Scheme, local.Url.SocketPath));
        var gpt = Sample.Models["gpt"];
        Assert.Equal((ModelProvider.OpenAI, "gpt-4o-mini", Zone.External), (gpt.Provider, gpt.UpstreamName, gpt.Zone));
        Assert.Equal(new CredentialReference.Pass("ai/openai"), gpt.Credential);
        Assert.Equal(new CredentialReference.Systemd("anthropic"), Sample.Models["claude"].Credential);
        var llama = Sample.Models["llama"];
        Assert.Equal(("llama3.2:3b", Zone.Host, true), (llama.UpstreamName, llama.Zone, llama.StreamUsage));
        Assert.Null(llama.Credential);
        Assert.Null(llama.Price);
    }

    [Fact]
    public void The_sinks_of_the_sample_say_what_the_file_says()
    {
        var mastodon = Sample.Sinks["mastodon"];
        Assert.Equal((SinkKind.Mastodon, Zone.External), (mastodon.Kind, mastodon.Zone));
        Assert.Equal(new Uri("https://social.example"), mastodon.Url);
        Assert.Equal(new CredentialReference.Pass("social/mastodon"), mastodon.Credential);
        var log = Sample.Sinks["log"];
        Assert.Equal((SinkKind.File, Zone.Host, "/var/log/classifier.log"), (log.Kind, log.Zone, log.Path));
    }

    [Fact]
    public void The_job_of_the_sample_says_what_the_file_says()
    {
        var job = Sample.Jobs["news-summariser"];

        Assert.Equal("ops", job.Owner);
        Assert.Equal(["llama", "embed"], job.Models.Select(model => model.Key));
        Assert.Equal((TriggerKind.Cron, "0 7 * * *"), (job.Trigger.Kind, job.Trigger.Schedule!.ToString()));
        Assert.Equal((SourceKind.Rss, new Uri("https://news.example/feed.xml")), (job.Source.Kind, job.Source.Url));
        Assert.Equal("mastodon", job.Sink.Key);
        Assert.Equal([new JobStore("intermediate", "/srv/news/work", Days(7))], job.Stores);
        Assert.Equal(["fetch", "clean", "summarise", "post"], job.Pipeline);
        Assert.Equal((YesNo.No, YesNo.Yes), (job.Can.AlterData, job.Can.SendExternally));
        Assert.Equal((YesNo.No, YesNo.No), (job.Can.ReceiveFeedback, job.Can.ChangeItself));
        Assert.Equal(new RunAs("news", null), job.RunAs);
        Assert.Equal(
            new JobLimits
            {
                RequestsPerMinute = 60,
                TokensPerMinute = 20_000,
                TokensPerDay = 200_000,
                Concurrent = 4,
                CostPerMonth = 5,
                BytesPerDay = 200L << 20,
            },
            job.Limits);
        Assert.Equal((32L << 20, TimeSpan.FromHours(1)), (job.BodyBytesMax, job.Window));
        Assert.False(job.MayManageModels);
        Assert.Empty(job.Opaque);
        Assert.Empty(job.ProviderTools);
        Assert.Empty(job.Listen);
        Assert.Equal(JobMode.Enforce, job.Mode);
    }

    [Fact]
    public void The_smallest_file_loads_with_the_defaults_of_the_documents()
    {
        var plan = Plan("estate: 1\nmodels: {}\njobs: {}");

        Assert.Equal("home", plan.Name);
        Assert.Equal("127.0.0.1:8420", plan.Gate.ToString());
        Assert.Equal("127.0.0.1:8421", plan.Control.ToString());
        Assert.Equal(NetworkZones.Default.Lan, plan.Zones.Lan);
        Assert.Equal(new LedgerPlan(10L << 30, Days(7), Days(30), Days(90)), plan.Ledger);
        Assert.Equal(TimeZoneInfo.Utc, plan.TimeZone);
        Assert.Equal(new JobDefaults(JobLimits.None, 32L << 20, TimeSpan.FromHours(1)), plan.Defaults);
        Assert.Empty(plan.Jobs);
    }

    [Fact]
    public void A_job_may_have_several_addresses_of_its_own()
    {
        var job = OneJob("""
            listen: ["172.20.0.5:11434", "[fd00::5]:11434", "unix:/run/j.sock"]
            """);

        Assert.Equal(
            ["172.20.0.5:11434", "[fd00::5]:11434", "unix:/run/j.sock"], job.Listen.Select(one => one.ToString()));
    }

    [Fact]
    public void The_gate_may_listen_on_each_interface()
    {
        var plan = Plan("estate: 1\nlisten: { gate: 'interfaces:8420' }\nmodels: {}\njobs: {}");

        Assert.Equal(new ListenAddress.Interfaces(8420), plan.Gate);
        Assert.Equal("interfaces:8420", plan.Gate.ToString());
    }

    [Fact]
    public void Every_other_key_of_a_job_is_read()
    {
        var job = OneJob("""
            listen: "unix:/run/j.sock"
                may-manage-models: true
                opaque: [audio/speech, images/edits]
                provider-tools: [web_search, file_id]
                body-bytes-max: 1MiB
                window: 1h30m
                run-as: 1001
                mode: observe
            """);

        Assert.Equal([new ListenAddress.Unix("/run/j.sock")], job.Listen);
        Assert.Equal(JobMode.Observe, job.Mode);
        Assert.True(job.MayManageModels);
        Assert.Equal(["audio/speech", "images/edits"], job.Opaque.Order());
        Assert.Equal(["file_id", "web_search"], job.ProviderTools.Order());
        Assert.Equal((1L << 20, TimeSpan.FromMinutes(90)), (job.BodyBytesMax, job.Window));
        Assert.Equal(new RunAs(null, 1001), job.RunAs);
    }

    [Theory]
    [InlineData("webhook", TriggerKind.Webhook, null)]
    [InlineData("always", TriggerKind.Always, null)]
    [InlineData("{ webhook: gitea }", TriggerKind.Webhook, "gitea")]
    [InlineData("{ event: true }", TriggerKind.Event, null)]
    [InlineData("{ prompt: true }", TriggerKind.Prompt, null)]
    [InlineData("manual", TriggerKind.Manual, null)]
    public void A_trigger_is_a_word_or_a_mapping(string trigger, TriggerKind kind, string? detail)
    {
        var read = OneJob($"trigger: {trigger}").Trigger;

        Assert.Equal((kind, detail), (read.Kind, read.Detail));
    }

    [Fact]
    public void A_job_without_a_trigger_counts_as_unattended()
    {
        var trigger = OneJob("pipeline: []").Trigger;

        Assert.Equal(TriggerKind.Unknown, trigger.Kind);
        Assert.True(trigger.IsUnattended);
    }

    [Fact]
    public void A_limit_of_the_job_stands_over_the_default_and_gaps_are_filled()
    {
        var plan = Plan("""
            estate: 1
            defaults: { limits: { requests-per-minute: 10, concurrent: 2 }, body-bytes-max: 1MB, window: 10m }
            models: { m: { provider: ollama, url: http://127.0.0.1:11434 } }
            jobs:
              j: { owner: o, model: m, source: prompt, sink: none, limits: { concurrent: 7 } }
            """);

        var job = plan.Jobs["j"];
        Assert.Equal(new JobLimits { RequestsPerMinute = 10, Concurrent = 7 }, job.Limits);
        Assert.Equal((1_000_000L, TimeSpan.FromMinutes(10)), (job.BodyBytesMax, job.Window));
    }

    [Fact]
    public void A_price_is_found_by_key_and_by_upstream_name()
    {
        var plan = Plan("""
            estate: 1
            prices:
              a: { input-per-million: 1, output-per-million: 2.5 }
              up: { input-per-million: 3 }
            models:
              a: { provider: openai, url: http://b, name: up }
              c: { provider: openai, url: http://b, name: up }
              d: { provider: openai, url: http://b, name: other }
            jobs: {}
            """);

        Assert.Equal(new ModelPrice(1, 2.5m), plan.Models["a"].Price);
        Assert.Equal(new ModelPrice(3, 0), plan.Models["c"].Price);
        Assert.Null(plan.Models["d"].Price);
        Assert.Equal(0.0035m, plan.Models["a"].Price!.Of(1000, 1000));
    }

    [Theory]
    [InlineData("nomic", "nomic:latest")]
    [InlineData("nomic:latest", "nomic")]
    [InlineData("Qwen2.5-Coder:7B", "qwen2.5-coder:7b")]
    [InlineData("library/nomic", "registry.ollama.ai/library/Nomic:latest")]
    public void A_call_may_name_an_Ollama_model_as_Ollama_resolves_it(string declared, string called)
    {
        var plan = Plan($$"""
            estate: 1
            models: { m: { provider: ollama, url: http://b, name: "{{declared}}" } }
            jobs: { j: { owner: o, model: m, source: prompt, sink: none } }
            """);

        var job = plan.Jobs["j"];
        Assert.Same(plan.Models["m"], job.ModelNamed(called));
        Assert.Same(plan.Models["m"], job.ModelNamed(declared));
        Assert.Same(plan.Models["m"], job.ModelNamed("m"));
        Assert.Null(job.ModelNamed("M"));
        Assert.Null(job.ModelNamed("other/" + called));
    }

    [Fact]
    public void A_name_as_the_estate_writes_it_wins_over_one_that_Ollama_takes_for_the_same()
    {
        var plan = Plan("""
            estate: 1
            models:
              near: { provider: ollama, url: http://b, name: "Nomic" }
              far: { provider: openai, url: http://c, name: "nomic" }
            jobs: { j: { owner: o, models: [near, far], source: prompt, sink: none } }
            """);

        Assert.Same(plan.Models["far"], plan.Jobs["j"].ModelNamed("nomic"));
        Assert.Same(plan.Models["near"], plan.Jobs["j"].ModelNamed("nomic:latest"));
    }

    [Theory]
    [InlineData("", Zone.Host, true)]
    [InlineData(", remote: refused", Zone.Host, true)]
    [InlineData(", remote: allowed", Zone.External, false)]
    public void A_model_that_may_run_elsewhere_is_external(string more, Zone zone, bool warns)
    {
        var plan = Plan($$"""
            estate: 1
            models: { m: { provider: ollama, url: http://127.0.0.1:11434, name: "gpt-oss:120b-cloud"{{more}} } }
            jobs: { j: { owner: o, model: m, source: prompt, sink: none } }
            """);

        Assert.Equal(zone, plan.Models["m"].Zone);
        Assert.Equal(warns, plan.Warnings.Any(warning => warning.Path == "models.m.name"));
        Assert.Equal(!warns, JobRisk.Assess(plan.Jobs["j"], plan).Reasons.Any(
            reason => reason.Sentence.Contains("prompts leave", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_a_refusal_names_loads_without_a_warning_and_another_word_with_one()
    {
        var names = string.Join(", ", ProviderFeature.All.Select(feature => feature.Name));
        var plan = Plan($$"""
            estate: 1
            models: { m: { provider: openai, url: https://b.example } }
            jobs:
              j: { owner: o, model: m, source: prompt, sink: none, provider-tools: [{{names}}] }
              k: { owner: o, model: m, source: prompt, sink: none, provider-tools: [made_up_thing] }
            """);

        var warning = Assert.Single(plan.Warnings);
        Assert.Contains("made_up_thing", warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("env:OPENAI_API_KEY", "`env:` shows the secret to every process")]
    [InlineData("file:/etc/key", "`file:` keeps the secret in clear text")]
    public void A_credential_outside_a_vault_loads_with_a_warning(string credential, string start)
    {
        var plan = Plan($$"""
            estate: 1
            models: { m: { provider: openai, url: https://b.example, credential: "{{credential}}" } }
            jobs: {}
            """);

        var warning = Assert.Single(plan.Warnings);
        Assert.Equal((2, "models.m.credential"), (warning.Line, warning.Path));
        Assert.StartsWith(start, warning.Message, StringComparison.Ordinal);
        Assert.Equal(credential, plan.Models["m"].Credential!.ToString());
    }

    [Theory]
    [InlineData("sk-proj-Abc123Abc123Abc123Abc123Abc123")]
    [InlineData("pass:sk-ant-api03-Abc123Abc123Abc123Abc123")]
    [InlineData("env:ghp_Abc123Abc123Abc123Abc123Abc123Abc123")]
    [InlineData("systemd:0123456789abcdef0123456789abcdef")]
    [InlineData("hunter2secretAbc123")]
    [InlineData("pass:-secretAbc123")]
    [InlineData("pass:../secretAbc123")]
    [InlineData("file:secretAbc123")]
    public void A_secret_in_the_place_of_a_reference_does_not_load_and_is_never_echoed(string value)
    {
        var reading = EstateReader.Read(
            $"estate: 1\nmodels: {{ m: {{ provider: openai, url: https://b, credential: '{value}' }} }}\njobs: {{}}",
            "f");

        Assert.Null(reading.Plan);
        var problem = Assert.Single(reading.Problems);
        Assert.Equal("models.m.credential", problem.Path);
        Assert.DoesNotContain("bc123", problem.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_that_strays_into_another_key_is_not_echoed()
    {
        const string Secret = "sk-proj-Abc123Abc123Abc123Abc123Abc123";
        var reading = EstateReader.Read(
            $"estate: 1\n{Secret}: x\nmodels: {{ m: {{ provider: {Secret}, url: '{Secret}' }} }}\njobs: {{}}", "f");

        Assert.True(reading.Problems.Length >= 3);
        Assert.All(reading.Problems, problem =>
            Assert.DoesNotContain("Abc123", problem.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void A_thousand_jobs_load()
    {
        var jobs = string.Concat(Enumerable.Range(0, 1000).Select(i =>
            $"  j{i}: {{ owner: o, model: m, source: prompt, sink: none, listen: '127.0.0.2:{i + 1}' }}\n"));

        var plan = Plan($"estate: 1\nmodels: {{ m: {{ provider: ollama, url: http://a }} }}\njobs:\n{jobs}");

        Assert.Equal(1000, plan.Jobs.Count);
    }

    private static JobPlan OneJob(string rest) => Plan($$"""
        estate: 1
        models: { m: { provider: ollama, url: http://127.0.0.1:11434 } }
        jobs:
          j:
            owner: o
            model: m
            source: prompt
            sink: none
            {{rest}}
        """).Jobs["j"];

    private static EstatePlan Plan(string yaml)
    {
        var reading = EstateReader.Read(yaml, "gatehouse.yaml");
        Assert.Empty(reading.Problems);
        return reading.Plan!;
    }

    private static TimeSpan Days(int count) => TimeSpan.FromDays(count);
}
