using Gatehouse.Core.Estate;

namespace Gatehouse.Tests.Estate;

/// <summary>What is wrong, where, and what was expected: one row for each way to get a file wrong.</summary>
public sealed class EstateProblemsTests
{
    private const string Model = "models: { m: { provider: ollama, url: http://127.0.0.1:11434 } }";

    private const string Job = "jobs: { j: { owner: o, model: m, source: prompt, sink: none";

    [Theory]
    // The file as a whole.
    [InlineData("", 1, 1, "", "the file is empty; start with `estate: 1`")]
    [InlineData("- a", 1, 1, "", "holds a list; expected a mapping with the keys of an estate")]
    [InlineData("estate: 1\nname: [", 2, 1, "", "is not YAML: ")]
    [InlineData("estate: 2\nnonsense: 1", 1, 9, "estate", "this gatehouse reads version 1, the file says `2`")]
    [InlineData("estate: 1\n---\na: 1", 2, 1, "", "a second document starts here")]
    [InlineData("estate: &a 1", 1, 9, "", "anchors (`&name`) are not accepted")]
    [InlineData("estate: !x 1", 1, 9, "", "tags (`!name`) are not accepted")]
    [InlineData("estate: 1\nname: *a", 2, 7, "", "aliases (`*name`) are not accepted")]
    [InlineData("estate: 1\nname: a\nname: b", 3, 1, "", "the key `name` appears twice in the same mapping")]
    [InlineData("estate: 1\n? [a]\n: 1", 2, 3, "", "a key must be a single word, not a list")]
    [InlineData("name: home", 1, 1, "estate", "an estate needs `estate`")]
    [InlineData("estate: 1\nstore: pg", 2, 8, "store", "`store:` is not available yet")]
    [InlineData("estate: 1\nname:", 2, 6, "name", "holds nothing; expected up to 64 letters")]
    [InlineData("estate: 1\nname: -x", 2, 7, "name", "`-x` does not fit; expected up to 64 letters")]
    [InlineData("estate: 1\ntime-zone: Mars/Base", 2, 12, "time-zone", "this machine knows no time zone `Mars/Base`")]
    [InlineData("estate: 1\ntime-zone: ../../x", 2, 12, "time-zone",
        "`../../x` does not fit; expected an IANA time zone")]
    // Keys.
    [InlineData("estate: 1\njbos: {}", 2, 1, "jbos", "unknown key `jbos`; did you mean `jobs`?")]
    [InlineData("estate: 1\ntimezone: UTC", 2, 1, "timezone", "did you mean `time-zone`?")]
    [InlineData("estate: 1\nzzz: 1", 2, 1, "zzz", "unknown key `zzz`; expected one of estate, name, node")]
    [InlineData("estate: 1\ndefaults: { concurrent: 4 }", 2, 13, "defaults.concurrent",
        "unknown key `concurrent`; did you mean `limits.concurrent`?")]
    // The server.
    [InlineData("estate: 1\nlisten: { gate: 8420 }", 2, 17, "listen.gate", "`8420` does not fit; expected `ip:port`")]
    [InlineData("estate: 1\nlisten: { gate: '::1:8420' }", 2, 17, "listen.gate", "`::1:8420` does not fit")]
    [InlineData("estate: 1\nlisten: { gate: unix:run/x }", 2, 17, "listen.gate", "`unix:run/x` does not fit")]
    [InlineData("estate: 1\nlisten: { gate: 'interfaces:0' }", 2, 17, "listen.gate", "`interfaces:0` does not fit")]
    [InlineData("estate: 1\nlisten: { gate: 'interfaces:8421' }", 2, 17, "listen.gate", "have the same address")]
    [InlineData("estate: 1\nlisten: { control: 'interfaces:8421' }", 2, 20, "listen.control", "does not fit")]
    [InlineData("estate: 1\nlisten: { control: 0.0.0.0:8421 }", 2, 20, "listen.control",
        "control may not be reached from the network until people can sign in; expected a loopback address")]
    [InlineData("estate: 1\nlisten: { gate: 127.0.0.1:8421 }", 2, 17, "listen.gate",
        "gate and control have the same address")]
    [InlineData("estate: 1\nzones: { lan: [10.0.0.0/33] }", 2, 16, "zones.lan[0]", "`10.0.0.0/33` does not fit")]
    [InlineData("estate: 1\nzones: { lan: [home] }", 2, 16, "zones.lan[0]", "`home` does not fit; expected a network")]
    [InlineData("estate: 1\nledger: { bytes-max: 10Gb }", 2, 22, "ledger.bytes-max",
        "`10Gb` does not fit; expected a size")]
    [InlineData("estate: 1\nledger: { keep: { inputs: 7 } }", 2, 27, "ledger.keep.inputs",
        "`7` does not fit; expected a duration such as `15m` or `7d`, 1m to 3650d")]
    [InlineData("estate: 1\nledger: { keep: { logs: 9000d } }", 2, 25, "ledger.keep.logs", "`9000d` does not fit")]
    [InlineData("estate: 1\nprices: { m: { output-per-million: 1 } }", 2, 14, "prices.m.input-per-million",
        "a price needs `input-per-million`")]
    [InlineData("estate: 1\nprices: { m: { input-per-million: -1 } }", 2, 35, "prices.m.input-per-million",
        "`-1` does not fit; expected an amount")]
    // Models.
    [InlineData("estate: 1\nmodels: { m: { provider: olama, url: http://a } }", 2, 26, "models.m.provider",
        "`olama` does not fit; expected one of ollama, openai, anthropic; did you mean `ollama`?")]
    [InlineData("estate: 1\nmodels: { m: { provider: ollama } }", 2, 14, "models.m.url", "a model needs `url`")]
    [InlineData("estate: 1\nmodels: { m: { provider: ollama, url: 'ftp://a' } }", 2, 39, "models.m.url",
        "starts with neither http://, https:// nor unix:")]
    [InlineData("estate: 1\nmodels: { m: { provider: ollama, url: 'localhost:11434' } }", 2, 39, "models.m.url",
        "is not a URL with a scheme and a host")]
    [InlineData("estate: 1\nmodels: { m: { provider: ollama, url: 'http://u:p@a' } }", 2, 39, "models.m.url",
        "holds a user name or password: put it in `credential:` as a reference")]
    [InlineData("estate: 1\nmodels: { m: { provider: ollama, url: 'http://a/?key=1' } }", 2, 39, "models.m.url",
        "holds a query or fragment")]
    [InlineData("estate: 1\nmodels: { 'a b': { provider: ollama, url: http://a } }", 2, 11, "models",
        "`a b` is not a usable name")]
    [InlineData("estate: 1\nmodels: { m: { provider: ollama, url: http://a, api-key: x } }", 2, 49, "models.m.api-key",
        "unknown key `api-key`; secrets are never written here, give `credential:` a reference")]
    [InlineData("estate: 1\nmodels: { m: { provider: ollama, url: http://a, stream-usage: 1 } }", 2, 63,
        "models.m.stream-usage", "`1` does not fit; expected `true` or `false`")]
    // Sinks.
    [InlineData("estate: 1\nsinks: { s: { kind: file } }", 2, 13, "sinks.s.path", "kind file needs `path`")]
    [InlineData("estate: 1\nsinks: { s: { kind: file, path: a } }", 2, 33, "sinks.s.path",
        "`a` does not fit; expected an absolute path")]
    [InlineData("estate: 1\nsinks: { s: { kind: none, url: http://a } }", 2, 32, "sinks.s.url",
        "`url` does not belong to kind none; expected no further key")]
    [InlineData("estate: 1\nsinks: { s: { kind: ntfy, url: smtp://a } }", 2, 32, "sinks.s.url",
        "kind ntfy cannot use this scheme; expected a URL that starts with https:// or http://")]
    [InlineData("estate: 1\nsinks: { s: { kind: discord, url: https://discord.example/api/webhooks/1/abc } }", 2, 35,
        "sinks.s.url", "a webhook URL is itself a secret (its value is not shown)")]
    public void A_wrong_estate_is_reported_where_it_is_wrong(
        string yaml, int line, int column, string path, string start) =>
        AssertReported(EstateReader.Read(yaml, "f.yaml"), line, column, path, start);

    [Theory]
    [InlineData(", owner: p } }", 8, "", "the key `owner` appears twice in the same mapping")]
    [InlineData(", models: [m] } }", 8, "jobs.j.models", "`model` is already there; expected one of `models`, `model`")]
    [InlineData(", limits: { concurent: 4 } } }", 18, "jobs.j.limits.concurent",
        "unknown key `concurent`; did you mean `concurrent`?")]
    [InlineData(", limits: { concurrent: 0 } } }", 30, "jobs.j.limits.concurrent",
        "`0` does not fit; expected a whole number, 1 to 10000 calls")]
    [InlineData(", limits: { bytes-per-day: 1e9 } } }", 33, "jobs.j.limits.bytes-per-day", "`1e9` does not fit")]
    [InlineData(", can: { alter-data: maybe } } }", 27, "jobs.j.can.alter-data", "`maybe` does not fit")]
    [InlineData(", trigger: { cron: '0 25 * * *' } } }", 25, "jobs.j.trigger.cron",
        "`0 25 * * *` does not fit; expected five cron")]
    [InlineData(", trigger: { cron: '0 0 31 2 *' } } }", 25, "jobs.j.trigger.cron", "`0 0 31 2 *` does not fit")]
    [InlineData(", trigger: { cron: '@reboot' } } }", 25, "jobs.j.trigger.cron", "`@reboot` does not fit")]
    [InlineData(", trigger: manul } }", 17, "jobs.j.trigger",
        "holds a single value; expected one of `webhook`, `event`, `prompt`, `manual`, `always`, or a mapping")]
    [InlineData(", trigger: { manual: true, always: true } } }", 33, "jobs.j.trigger.always",
        "`manual` is already there")]
    [InlineData(", trigger: {} } }", 17, "jobs.j.trigger", "a trigger without any of its main keys")]
    [InlineData(", trigger: { manual: false } } }", 27, "jobs.j.trigger.manual",
        "`false` does not fit; expected `true`")]
    [InlineData(", stores: [ { what: a, path: b } ] } }", 35, "jobs.j.stores[0].path",
        "`b` does not fit; expected an absolute")]
    [InlineData(", stores: { what: a } } }", 16, "jobs.j.stores", "holds a mapping of keys; expected a list")]
    [InlineData(", run-as: 'a b' } }", 16, "jobs.j.run-as", "`a b` does not fit; expected a user name or a uid")]
    [InlineData(", run-as: 4294967295 } }", 16, "jobs.j.run-as", "`4294967295` does not fit")]
    [InlineData(", listen: 0.0.0.0:8420 } }", 16, "jobs.j.listen", "`0.0.0.0:8420` is every address")]
    [InlineData(", listen: [127.0.0.2:1, 127.0.0.2:1] } }", 30, "jobs.j.listen[1]", "already taken by job `j`")]
    [InlineData(", listen: [] } }", 16, "jobs.j.listen", "holds 0 items")]
    [InlineData(", mode: watch } }", 14, "jobs.j.mode", "`watch` does not fit")]
    [InlineData(", listen: '127.0.0.1:8421' } }", 16, "jobs.j.listen", "`127.0.0.1:8421` is already taken by control")]
    [InlineData(", opaque: [audio/speach] } }", 17, "jobs.j.opaque[0]", "did you mean `audio/speech`?")]
    [InlineData(", provider-tools: ['a b'] } }", 25, "jobs.j.provider-tools[0]", "`a b` does not fit")]
    [InlineData(", body-bytes-max: 2GiB } }", 24, "jobs.j.body-bytes-max", "`2GiB` does not fit; expected a size")]
    [InlineData(", window: 90d } }", 16, "jobs.j.window", "`90d` does not fit; expected a duration")]
    public void A_wrong_job_is_reported_where_it_is_wrong(string rest, int column, string path, string start)
    {
        var reading = EstateReader.Read($"estate: 1\n{Model}\n{Job}\n     {rest}", "f.yaml");

        AssertReported(reading, 4, column, path, start);
    }

    [Fact]
    public void Two_servers_whose_every_model_one_job_may_call_are_ambiguous()
    {
        const string Estate = """
            estate: 1
            models:
              a: { provider: ollama, url: "http://127.0.0.1:11434", name: "*" }
              b: { provider: openai, url: "http://127.0.0.1:8080", name: "*" }
            jobs:
              j: { owner: o, models: [a, b], source: prompt, sink: none }
            """;

        AssertReported(EstateReader.Read(Estate, "f.yaml"), 6, 26, "jobs.j.models", "any name could mean a model of");
    }

    [Theory]
    [InlineData("cl*de")]
    [InlineData("*-latest")]
    [InlineData("claude-**")]
    public void A_star_stands_for_the_end_of_a_name_only(string name) => AssertReported(
        EstateReader.Read($$"""
            estate: 1
            models: { a: { provider: anthropic, url: "https://api.anthropic.com", name: "{{name}}" } }
            jobs: {}
            """, "f.yaml"), 2, 77, "models.a.name", "a star stands for the end of a name");

    [Fact]
    public void Models_of_a_provider_without_a_list_of_its_own_are_named_one_by_one()
    {
        const string Estate = """
            estate: 1
            models: { a: { provider: anthropic, url: "https://api.anthropic.com", name: "*" } }
            jobs: {}
            """;

        AssertReported(EstateReader.Read(Estate, "f.yaml"), 2, 77, "models.a.name", "this provider's models are named");
    }

    [Theory]
    [InlineData("{ model: m, source: prompt, sink: none }", 12, "jobs.j", ".owner", "a job needs `owner`")]
    [InlineData("{ owner: o, source: prompt, sink: none }", 12, "jobs.j", "",
        "a job without any of its main keys; expected one of")]
    [InlineData("{ owner: o, model: m, sink: none }", 12, "jobs.j", ".source", "a job needs `source`")]
    [InlineData("{ owner: o, model: m, source: prompt }", 12, "jobs.j", ".sink", "a job needs `sink`")]
    [InlineData("{ owner: o, model: n, source: prompt, sink: none }", 31, "jobs.j", ".model",
        "there is no model `n`; expected a key of `models`; did you mean `m`?")]
    [InlineData("{ owner: o, models: [m, q7], source: prompt, sink: none }", 36, "jobs.j", ".models[1]",
        "there is no model `q7`")]
    [InlineData("{ owner: o, models: [m, m], source: prompt, sink: none }", 36, "jobs.j", ".models[1]",
        "the model `m` is listed twice")]
    [InlineData("{ owner: o, models: [], source: prompt, sink: none }", 32, "jobs.j", ".models",
        "holds 0 items; expected 1 to 100")]
    [InlineData("{ owner: o, models: m, source: prompt, sink: none }", 32, "jobs.j", ".models",
        "holds a single value; expected a list")]
    [InlineData("{ owner: o, model: m, source: prompt, sink: stdou }", 56, "jobs.j", ".sink",
        "there is no sink `stdou`; expected a key of `sinks`, or `stdout` or `none`; did you mean `stdout`?")]
    [InlineData("{ owner: o, model: m, source: promt, sink: none }", 42, "jobs.j", ".source",
        "holds a single value; expected one of")]
    [InlineData("{ owner: o, model: m, source: { kind: rss }, sink: none }", 42, "jobs.j", ".source.url",
        "kind rss needs `url`")]
    [InlineData("{ owner: o, model: m, source: { url: http://a }, sink: none }", 42, "jobs.j", ".source.kind",
        "a source needs `kind`")]
    public void A_job_that_lacks_or_misnames_something_is_reported(
        string job, int column, string prefix, string rest, string start)
    {
        var reading = EstateReader.Read($"estate: 1\n{Model}\njobs: {{ j: {job} }}", "f.yaml");

        AssertReported(reading, 3, column, prefix + rest, start);
    }

    [Theory]
    [InlineData("{ kind: mastodon, url: https://social.example }")]
    [InlineData("{ kind: mastodon, url: http://192.168.1.2 }")]
    [InlineData("{ kind: discord, credential: pass:discord }")]
    [InlineData("{ kind: mail, to: a@b.example, url: smtp://127.0.0.1 }")]
    [InlineData("{ kind: http, url: https://hooks.example }")]
    [InlineData("{ kind: ntfy, url: https://ntfy.sh, topic: t }")]
    public void An_answer_that_the_sink_contradicts_is_an_error(string sink)
    {
        var reading = EstateReader.Read(SendingNothingTo(sink), "f.yaml");

        AssertReported(reading, 6, 29, "jobs.j.can.send-externally", "says no, but its sink `s`");
    }

    [Theory]
    [InlineData("{ kind: http, url: http://127.0.0.1:8123 }")]
    [InlineData("{ kind: ntfy, url: http://ntfy.lan }")]
    [InlineData("{ kind: mqtt, url: mqtt://192.168.1.5 }")]
    [InlineData("{ kind: file, path: /tmp/x }")]
    public void A_sink_in_the_local_network_contradicts_no_answer(string sink) =>
        Assert.Empty(EstateReader.Read(SendingNothingTo(sink), "f.yaml").Problems);

    [Fact]
    public void Two_jobs_may_not_share_an_address()
    {
        const string One = "{ owner: o, model: m, source: prompt, sink: none, listen: 'unix:/run/j.sock' }";
        var reading = EstateReader.Read($"estate: 1\n{Model}\njobs:\n  a: {One}\n  b: {One}", "f.yaml");

        AssertReported(reading, 5, 64, "jobs.b.listen", "`unix:/run/j.sock` is already taken by job `a`");
    }

    [Theory]
    [InlineData("{ provider: openai, url: http://b, name: x }", "{ provider: openai, url: http://c, name: x }")]
    [InlineData("{ provider: openai, url: http://b, name: x }",
        "{ provider: openai, url: http://b, name: x, credential: pass:y }")]
    [InlineData("{ provider: openai, url: http://b, name: two }", "{ provider: openai, url: http://b, name: x }")]
    public void A_name_that_could_mean_two_models_of_one_job_is_an_error(string one, string two)
    {
        var yaml = $"estate: 1\nmodels:\n  one: {one}\n  two: {two}\n"
            + "jobs: { j: { owner: o, models: [one, two], source: prompt, sink: none } }";

        AssertReported(EstateReader.Read(yaml, "f.yaml"), 5, 32, "jobs.j.models", "the name `");
    }

    [Fact]
    public void Two_spellings_of_one_address_are_one_model()
    {
        const string Yaml = """
            estate: 1
            models:
              one: { provider: openai, url: "http://b:80/v1/", name: x }
              two: { provider: ollama, url: "http://b", name: x }
            jobs: { j: { owner: o, models: [one, two], source: prompt, sink: none } }
            """;

        Assert.Empty(EstateReader.Read(Yaml, "f.yaml").Problems);
    }

    [Fact]
    public void All_problems_are_reported_at_once_and_in_the_order_of_the_file()
    {
        const string Yaml = """
            estate: 1
            nmae: home
            models:
              m: { provider: x, url: y, credential: z }
            jobs:
              j: { owner: o, model: q, source: { kind: rss }, sink: nowhere, limits: { concurrent: many } }
            """;

        var problems = EstateReader.Read(Yaml, "f.yaml").Problems;

        Assert.Equal(
            ["nmae", "models.m.provider", "models.m.url", "models.m.credential", "jobs.j.model", "jobs.j.source.url",
                "jobs.j.sink", "jobs.j.limits.concurrent"],
            problems.Select(problem => problem.Path));
    }

    [Fact]
    public void A_file_above_the_limit_is_refused_before_it_is_parsed()
    {
        var reading = EstateReader.Read(new string('#', EstateReader.BytesMax + 1), "f.yaml");

        AssertReported(reading, 1, 1, "", "the file is larger than 1MiB");
    }

    private static string SendingNothingTo(string sink) => $$"""
        estate: 1
        {{Model}}
        sinks: { s: {{sink}} }
        jobs:
          j: { owner: o, model: m, source: prompt, sink: s,
            can: { send-externally: false } }
        """;

    private static void AssertReported(EstateReading reading, int line, int column, string path, string start)
    {
        Assert.Null(reading.Plan);
        var found = reading.Problems.Where(problem => problem.Path == path).ToArray();
        var all = string.Join('\n', reading.Problems);
        Assert.True(found.Any(problem => problem.Sentence.Contains(start, StringComparison.Ordinal)), all);
        Assert.True(found.Any(problem => (problem.Line, problem.Column) == (line, column)), $"{line}:{column}\n{all}");
        Assert.All(found, problem => Assert.Equal("f.yaml", problem.File));
    }
}
